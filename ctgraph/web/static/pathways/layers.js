// Places things in layers from left to right, and leads the lines between them past the others.
import { Graph, layout } from "../vendor/cytoscape/dagre.esm.js";

const GAP = 44;
// To find the very shortest lines between more things than these takes seconds.
const SHORTEST = 100;
// How far a line goes straight on from a thing, so that its end can be seen.
const STRAIGHT = 14;

// Lines leave a thing on one side, spread out in the order in which they go on, so that they do
// not cross; a diamond has one point for all.
function spread(node, ends) {
  ends.sort((one, other) => one.next.y - other.next.y);
  const room = node.hasClass("diamond") ? 0 : node.outerHeight() * 0.7;
  ends.forEach((end, i) => {
    end.x = (Math.sign(end.next.x - node.position("x")) * node.outerWidth()) / 2;
    end.y = ends.length > 1 ? room * (i / (ends.length - 1) - 0.5) : 0;
  });
}

function places(node, ends) {
  const right = ends.filter((end) => end.next.x >= node.position("x"));
  spread(node, right);
  spread(
    node,
    ends.filter((end) => !right.includes(end)),
  );
}

// Cytoscape takes the points of a curve relative to the straight line between its ends.
function relative(points, from, to) {
  const [x, y] = [to.x - from.x, to.y - from.y];
  const length = Math.hypot(x, y) || 1;
  return {
    weights: points.map((point) => ((point.x - from.x) * x + (point.y - from.y) * y) / length ** 2),
    distances: points.map((point) => ((point.y - from.y) * x - (point.x - from.x) * y) / length),
  };
}

function absolute(node, end) {
  return { x: node.position("x") + end.x, y: node.position("y") + end.y };
}

// A guide, {id, before, after}, is something unseen between things that are kept before it and after it.
export function arrange(elements, guides) {
  const graph = new Graph({ multigraph: true });
  const ranker = elements.nodes().length > SHORTEST ? "tight-tree" : "network-simplex";
  graph.setGraph({ rankdir: "LR", nodesep: 26, edgesep: 16, ranksep: GAP, ranker });
  elements.nodes().forEach((node) => {
    graph.setNode(node.id(), { width: node.outerWidth(), height: node.outerHeight() });
  });
  elements.edges().forEach((edge) => {
    const { source, target, id, labelWidth = 0, labelHeight = 0, weight = 1 } = edge.data();
    graph.setEdge(source, target, { width: labelWidth, height: labelHeight, labelpos: "c", weight }, id);
  });
  for (const { id, before, after } of guides) {
    graph.setNode(id, { width: 1, height: 1 });
    before.forEach((one) => graph.setEdge(one, id, { weight: 0 }, "guide"));
    after.forEach((one) => graph.setEdge(id, one, { weight: 0 }, "guide"));
  }
  layout(graph);
  elements.nodes().positions((node) => {
    const { x, y } = graph.node(node.id());
    return { x, y };
  });
  lead(elements, graph);
}

function lead(elements, graph) {
  const ends = new Map(elements.nodes().map((node) => [node.id(), []]));
  const ways = elements.edges().map((edge) => {
    const { source, target, id } = edge.data();
    const { points, x, y } = graph.edge(source, target, id);
    const inner = points.slice(1, -1);
    const [from, to] = [{ next: inner[0] }, { next: inner.at(-1) }];
    ends.get(source).push(from);
    ends.get(target).push(to);
    return { edge, from, to, inner, label: { x, y } };
  });
  elements.nodes().forEach((node) => places(node, ends.get(node.id())));
  for (const { edge, from, to, inner } of ways) {
    const [first, last] = [absolute(edge.source(), from), absolute(edge.target(), to)];
    const out = { x: first.x + Math.sign(from.x) * STRAIGHT, y: first.y };
    const into = { x: last.x + Math.sign(to.x) * STRAIGHT, y: last.y };
    const curve = relative([out, ...inner, into], first, last);
    edge.scratch("way", { from: `${from.x} ${from.y}`, to: `${to.x} ${to.y}`, ...curve });
  }
  elements.cy().style().update();
  // The text goes where the layout has kept room for it, not to the middle of the line.
  for (const { edge, label } of ways) {
    if (!edge.data("labelWidth")) continue;
    const middle = edge.midpoint();
    Object.assign(edge.scratch("way"), { textX: label.x - middle.x, textY: label.y - middle.y });
  }
  elements.cy().style().update();
}
