// A picture as SVG: what Cytoscape has placed and coloured, written down, with links.
import { svgElement } from "../dom.js";
/** @import {CollectionReturnValue, EdgeSingular, NodeSingular, SingularElementArgument} from "cytoscape" */

/** @typedef {(target: SingularElementArgument) => string} Describe */

const MARGIN = 12;
const LINE_HEIGHT = 1.17;

/**
 * Outlines around the middle, as Cytoscape draws them; x and y are half of the width and height.
 * @type {Record<string, (x: number, y: number) => string>}
 */
export const OUTLINES = {
  "round-rectangle": (x, y) =>
    `M${8 - x} ${-y}H${x - 8}Q${x} ${-y} ${x} ${8 - y}V${y - 8}Q${x} ${y} ${x - 8} ${y}` +
    `H${8 - x}Q${-x} ${y} ${-x} ${y - 8}V${8 - y}Q${-x} ${-y} ${8 - x} ${-y}Z`,
  rectangle: (x, y) => `M${-x} ${-y}H${x}V${y}H${-x}Z`,
  "cut-rectangle": (x, y) =>
    `M${8 - x} ${-y}H${x - 8}L${x} ${8 - y}V${y - 8}L${x - 8} ${y}H${8 - x}L${-x} ${y - 8}V${8 - y}Z`,
  barrel: (x, y) => `M${-x} ${6 - y}Q0 ${-y - 6} ${x} ${6 - y}V${y - 6}Q0 ${y + 6} ${-x} ${y - 6}Z`,
  tag: (x, y) => `M${-x} ${-y}H${x / 4}L${x} 0L${x / 4} ${y}H${-x}Z`,
  diamond: (x, y) => `M${-x} 0L0 ${-y}L${x} 0L0 ${y}Z`,
  ellipse: (x, y) => `M${-x} 0A${x} ${y} 0 1 0 ${x} 0A${x} ${y} 0 1 0 ${-x} 0Z`,
};
/** @type {Record<string, string>} */
export const ARROWS = { triangle: "M0 0L-11 5V-5Z", diamond: "M0 0L-6 5L-12 0L-6 -5Z", none: "" };
/** @type {Record<string, string>} */
const DASHES = { dashed: "8 4", dotted: "2 3" };

/**
 * @param {string} label
 * @param {number} x
 * @param {number} middle
 * @param {number} size
 * @param {Record<string, unknown>} attributes
 */
function textBlock(label, x, middle, size, attributes) {
  const lines = label.split("\n");
  const first = middle - ((lines.length - 1) * size * LINE_HEIGHT) / 2 + size * 0.35;
  const rows = lines.map((line, i) => svgElement("tspan", { x, y: first + i * size * LINE_HEIGHT }, line));
  return svgElement("text", { "font-size": size, "text-anchor": "middle", ...attributes }, ...rows);
}

/**
 * @param {NodeSingular} node
 * @param {Describe} describe
 */
function drawNode(node, describe) {
  const { x, y } = node.position();
  /** @param {string} name */
  const style = (name) => node.style(name);
  const [halfX, halfY] = [node.width() / 2, node.height() / 2];
  const outline = svgElement("path", {
    d: OUTLINES[style("shape")](halfX, halfY),
    transform: `translate(${x} ${y})`,
    fill: style("background-color"),
    stroke: style("border-color"),
    "stroke-width": style("border-width"),
    "stroke-dasharray": DASHES[style("border-style")] || "",
  });
  const above = style("text-valign") === "top" && (node.hasClass("band") ? 14 - halfY : -halfY - 6);
  const text = textBlock(
    node.data("label") || "",
    x + node.numericStyle("text-margin-x"),
    y + (above || 0),
    node.numericStyle("font-size"),
    { fill: style("color"), "font-weight": style("font-weight") },
  );
  const group = svgElement("g", {}, svgElement("title", {}, describe(node)), outline, text);
  const href = node.data("href");
  return href ? svgElement("a", { href: new URL(href, location.href) }, group) : group;
}

/** @param {EdgeSingular} edge */
function curveOf(edge) {
  const [from, to, turns] = [edge.sourceEndpoint(), edge.targetEndpoint(), edge.controlPoints() ?? []];
  const ends = turns.map((turn, i) => {
    const next = turns[i + 1];
    return next ? { x: (turn.x + next.x) / 2, y: (turn.y + next.y) / 2 } : to;
  });
  const parts = turns.map((turn, i) => `Q${turn.x} ${turn.y} ${ends[i].x} ${ends[i].y}`);
  const last = turns.at(-1) ?? from;
  const angle = (Math.atan2(to.y - last.y, to.x - last.x) * 180) / Math.PI;
  return { d: `M${from.x} ${from.y}${parts.join("")}`, arrowhead: `translate(${to.x} ${to.y}) rotate(${angle})` };
}

/** @param {EdgeSingular} edge */
function dashesOf(edge) {
  const style = edge.style("line-style");
  const dashes = style === "dashed" ? edge.style("line-dash-pattern") : DASHES[style];
  return [dashes || ""].flat().join(" ");
}

/**
 * @param {EdgeSingular} edge
 * @param {Describe} describe
 * @param {string} paper
 */
function drawEdge(edge, describe, paper) {
  const { d, arrowhead } = curveOf(edge);
  const colour = edge.style("line-color");
  const line = svgElement("path", {
    d,
    fill: "none",
    stroke: colour,
    "stroke-width": edge.style("width"),
    "stroke-dasharray": dashesOf(edge),
  });
  const arrow = svgElement("path", {
    d: ARROWS[edge.style("target-arrow-shape")],
    transform: arrowhead,
    fill: edge.style("target-arrow-fill") === "filled" ? colour : paper,
    stroke: colour,
    "stroke-width": 1.5,
  });
  const { x, y } = edge.midpoint();
  const halo = { stroke: paper, "stroke-width": 4, "paint-order": "stroke", "stroke-linejoin": "round" };
  const text = textBlock(
    edge.data("label") || "",
    x + edge.numericStyle("text-margin-x"),
    y + edge.numericStyle("text-margin-y"),
    11,
    { fill: edge.style("color"), ...halo },
  );
  return svgElement("g", {}, svgElement("title", {}, describe(edge)), line, arrow, text);
}

/**
 * Return the text of an SVG file.
 * @param {CollectionReturnValue} seen what is drawn
 * @param {Describe} describe the sentence that a part of the picture shows when it is pointed at
 * @param {string} paper the colour of the background
 * @param {string} font
 */
export function svgOf(seen, describe, paper, font) {
  const { x1, y1, w, h } = seen.boundingBox();
  const [x, y, width, height] = [x1 - MARGIN, y1 - MARGIN, w + 2 * MARGIN, h + 2 * MARGIN];
  /** @param {string} selector */
  const nodes = (selector) => seen.nodes(selector).map((node) => drawNode(node, describe));
  const drawn = svgElement(
    "svg",
    { viewBox: `${x} ${y} ${width} ${height}`, width, height, "font-family": font },
    svgElement("rect", { x, y, width, height, fill: paper }),
    ...nodes(".band"),
    ...seen.edges().map((edge) => drawEdge(edge, describe, paper)),
    ...nodes(".thing"),
  );
  return new XMLSerializer().serializeToString(drawn);
}
