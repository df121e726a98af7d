// A picture as SVG: what Cytoscape has placed and coloured, written down, with links.
const NS = "http://www.w3.org/2000/svg";
const MARGIN = 12;

// Outlines around the middle, as Cytoscape draws them; x and y are half of the width and height.
const OUTLINES = {
  "round-rectangle": (x, y) =>
    `M${8 - x} ${-y}H${x - 8}Q${x} ${-y} ${x} ${8 - y}V${y - 8}Q${x} ${y} ${x - 8} ${y}H${8 - x}Q${-x} ${y} ${-x} ${y - 8}V${8 - y}Q${-x} ${-y} ${8 - x} ${-y}Z`,
  rectangle: (x, y) => `M${-x} ${-y}H${x}V${y}H${-x}Z`,
  "cut-rectangle": (x, y) =>
    `M${8 - x} ${-y}H${x - 8}L${x} ${8 - y}V${y - 8}L${x - 8} ${y}H${8 - x}L${-x} ${y - 8}V${8 - y}Z`,
  barrel: (x, y) => `M${-x} ${6 - y}Q0 ${-y - 6} ${x} ${6 - y}V${y - 6}Q0 ${y + 6} ${-x} ${y - 6}Z`,
  tag: (x, y) => `M${-x} ${-y}H${x / 4}L${x} 0L${x / 4} ${y}H${-x}Z`,
  diamond: (x, y) => `M${-x} 0L0 ${-y}L${x} 0L0 ${y}Z`,
  ellipse: (x, y) => `M${-x} 0A${x} ${y} 0 1 0 ${x} 0A${x} ${y} 0 1 0 ${-x} 0Z`,
};
const ARROWS = { triangle: "M0 0L-11 5V-5Z", diamond: "M0 0L-6 5L-12 0L-6 -5Z", none: "" };
const DASHES = { dashed: "8 4", dotted: "2 3" };

function made(name, attributes, ...children) {
  const drawn = document.createElementNS(NS, name);
  for (const [key, value] of Object.entries(attributes)) drawn.setAttribute(key, value);
  drawn.append(...children);
  return drawn;
}

function written(label, x, middle, size, attributes) {
  const lines = label.split("\n");
  const first = middle - ((lines.length - 1) * size * 1.17) / 2 + size * 0.35;
  const rows = lines.map((line, i) => made("tspan", { x, y: first + i * size * 1.17 }, line));
  return made("text", { "font-size": size, "text-anchor": "middle", ...attributes }, ...rows);
}

function nodeDrawn(node, told) {
  const { x, y } = node.position();
  const style = (name) => node.style(name);
  const [halfX, halfY] = [node.width() / 2, node.height() / 2];
  const outline = made("path", {
    d: OUTLINES[style("shape")](halfX, halfY),
    transform: `translate(${x} ${y})`,
    fill: style("background-color"),
    stroke: style("border-color"),
    "stroke-width": style("border-width"),
    "stroke-dasharray": DASHES[style("border-style")] || "",
  });
  const above = style("text-valign") === "top" && (node.hasClass("band") ? 14 - halfY : -halfY - 6);
  const text = written(
    node.data("label") || "",
    x + node.numericStyle("text-margin-x"),
    y + (above || 0),
    node.numericStyle("font-size"),
    { fill: style("color"), "font-weight": style("font-weight") },
  );
  const group = made("g", {}, made("title", {}, told(node)), outline, text);
  return node.data("href") ? made("a", { href: new URL(node.data("href"), location.href) }, group) : group;
}

function edgeDrawn(edge, told, paper) {
  const [from, to, turns] = [edge.sourceEndpoint(), edge.targetEndpoint(), edge.controlPoints()];
  const between = (one, other) => `${(one.x + other.x) / 2} ${(one.y + other.y) / 2}`;
  const curve = turns.map(
    (turn, i) => `Q${turn.x} ${turn.y} ${i + 1 < turns.length ? between(turn, turns[i + 1]) : `${to.x} ${to.y}`}`,
  );
  const colour = edge.style("line-color");
  const dashes =
    edge.style("line-style") === "dashed" ? edge.style("line-dash-pattern") : DASHES[edge.style("line-style")];
  const line = made("path", {
    d: `M${from.x} ${from.y}${curve.join("")}`,
    fill: "none",
    stroke: colour,
    "stroke-width": edge.style("width"),
    "stroke-dasharray": [dashes || ""].flat().join(" "),
  });
  const angle = (Math.atan2(to.y - turns.at(-1).y, to.x - turns.at(-1).x) * 180) / Math.PI;
  const arrow = made("path", {
    d: ARROWS[edge.style("target-arrow-shape")],
    transform: `translate(${to.x} ${to.y}) rotate(${angle})`,
    fill: edge.style("target-arrow-fill") === "filled" ? colour : paper,
    stroke: colour,
    "stroke-width": 1.5,
  });
  const { x, y } = edge.midpoint();
  const text = written(
    edge.data("label") || "",
    x + edge.numericStyle("text-margin-x"),
    y + edge.numericStyle("text-margin-y"),
    11,
    {
      fill: edge.style("color"),
      stroke: paper,
      "stroke-width": 4,
      "paint-order": "stroke",
      "stroke-linejoin": "round",
    },
  );
  return made("g", {}, made("title", {}, told(edge)), line, arrow, text);
}

// The text of an SVG file; told(element) says an element in words.
export function svgOf(seen, told, paper, font) {
  const { x1, y1, w, h } = seen.boundingBox();
  const [x, y, width, height] = [x1 - MARGIN, y1 - MARGIN, w + 2 * MARGIN, h + 2 * MARGIN];
  const nodes = (selector) => seen.nodes(selector).map((node) => nodeDrawn(node, told));
  const drawn = made(
    "svg",
    { viewBox: `${x} ${y} ${width} ${height}`, width, height, "font-family": font },
    made("rect", { x, y, width, height, fill: paper }),
    ...nodes(".band"),
    ...seen.edges().map((edge) => edgeDrawn(edge, told, paper)),
    ...nodes(".thing"),
  );
  return new XMLSerializer().serializeToString(drawn);
}
