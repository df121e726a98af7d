// Places things in layers from left to right, and leads the lines between them past the others.
import { Graph, layout } from "../vendor/cytoscape/dagre.esm.js";
/** @import {CollectionReturnValue, EdgeSingular, NodeSingular, Position} from "cytoscape" */
/** @import {Guide} from "../../assets/types/pathways.d.ts" */

/**
 * An end of a line: the point it goes on to, and its place relative to the middle of its thing.
 * @typedef {{next: Position, x: number, y: number}} End
 * @typedef {{edge: EdgeSingular, from: End, to: End, inner: Position[], label: Position}} Way
 */

const GAP = 44;
// Dagre takes seconds to find the very shortest lines between more things.
const MAX_NODES_FOR_SHORTEST = 100;
// A line goes straight on from a thing for so long that its end can be seen.
const STRAIGHT = 14;

/**
 * Lines leave a thing on one side, spread out in the order in which they go on, so that they do
 * not cross. A diamond has one point for all.
 * @param {NodeSingular} node
 * @param {End[]} ends
 */
function spread(node, ends) {
  ends.sort((one, other) => one.next.y - other.next.y);
  const room = node.hasClass("diamond") ? 0 : node.outerHeight() * 0.7;
  ends.forEach((end, i) => {
    end.x = (Math.sign(end.next.x - node.position("x")) * node.outerWidth()) / 2;
    end.y = ends.length > 1 ? room * (i / (ends.length - 1) - 0.5) : 0;
  });
}

/**
 * @param {NodeSingular} node
 * @param {End[]} ends
 */
function placeEnds(node, ends) {
  const onRight = ends.filter((end) => end.next.x >= node.position("x"));
  const onLeft = ends.filter((end) => !onRight.includes(end));
  spread(node, onRight);
  spread(node, onLeft);
}

/**
 * Return points as Cytoscape takes them: relative to the straight line between the ends.
 * @param {Position[]} points
 * @param {Position} from
 * @param {Position} to
 */
export function relative(points, from, to) {
  const [x, y] = [to.x - from.x, to.y - from.y];
  const length = Math.hypot(x, y) || 1;
  return {
    weights: points.map((point) => ((point.x - from.x) * x + (point.y - from.y) * y) / length ** 2),
    distances: points.map((point) => ((point.y - from.y) * x - (point.x - from.x) * y) / length),
  };
}

/**
 * @param {NodeSingular} node
 * @param {End} end
 */
function absolute(node, end) {
  return { x: node.position("x") + end.x, y: node.position("y") + end.y };
}

/**
 * Give every thing its place and every line its way.
 * @param {CollectionReturnValue} elements
 * @param {Guide[]} guides
 */
export function arrange(elements, guides) {
  const graph = graphOf(elements, guides);
  layout(graph);
  elements.nodes().positions((node) => {
    const { x, y } = graph.node(node.id());
    return { x, y };
  });
  lead(elements, graph);
}

/**
 * @param {CollectionReturnValue} elements
 * @param {Guide[]} guides
 */
function graphOf(elements, guides) {
  /** @type {Graph<any, any, any>} */
  const graph = new Graph({ multigraph: true });
  const ranker = elements.nodes().length > MAX_NODES_FOR_SHORTEST ? "tight-tree" : "network-simplex";
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
  return graph;
}

/**
 * @param {CollectionReturnValue} elements
 * @param {Graph<any, any, any>} graph
 */
function lead(elements, graph) {
  /** @type {Map<string, End[]>} */
  const ends = new Map(elements.nodes().map((node) => [node.id(), []]));
  /** @type {(id: string, next: Position) => End} */
  const endAt = (id, next) => {
    const end = { next, x: 0, y: 0 };
    ends.get(id)?.push(end);
    return end;
  };
  /** @type {Way[]} */
  const ways = elements.edges().map((edge) => {
    const { source, target, id } = edge.data();
    const { points, x, y } = graph.edge(source, target, id);
    const inner = points.slice(1, -1);
    return { edge, from: endAt(source, inner[0]), to: endAt(target, inner.at(-1)), inner, label: { x, y } };
  });
  elements.nodes().forEach((node) => placeEnds(node, ends.get(node.id()) ?? []));
  for (const { edge, from, to, inner } of ways) {
    const [first, last] = [absolute(edge.source(), from), absolute(edge.target(), to)];
    const out = { x: first.x + Math.sign(from.x) * STRAIGHT, y: first.y };
    const into = { x: last.x + Math.sign(to.x) * STRAIGHT, y: last.y };
    const curve = relative([out, ...inner, into], first, last);
    edge.scratch("way", { from: `${from.x} ${from.y}`, to: `${to.x} ${to.y}`, ...curve });
  }
  const style = elements.cy().style();
  style.update();
  // The text goes where the layout has kept room for it, not to the middle of the line.
  for (const { edge, label } of ways) {
    if (!edge.data("labelWidth")) continue;
    const middle = edge.midpoint();
    Object.assign(edge.scratch("way"), { textX: label.x - middle.x, textY: label.y - middle.y });
  }
  style.update();
}
