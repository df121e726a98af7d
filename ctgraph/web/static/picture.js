// A picture of things in layers, the earlier ones to the left: how it looks, moves, is read and saved.
// Things are nodes of the class "thing", with the data that box() makes, a colour and a shape.
import { arrange } from "./layers.js";
import { svgOf } from "./svg.js";
import cytoscape from "./vendor/cytoscape/cytoscape.esm.min.js";

// By Okabe and Ito, for every kind of colour vision, without the two that are too pale or too dark.
const COLOURS = ["#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00"];
export const GREY = { colour: "#8A8F94", line: "solid" };
const FONT = "system-ui, sans-serif";
const WIDTH = 168;
const READABLE = { wide: 0.85, narrow: 0.5 };
const MARGIN = 24;

export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

export const at = (id) => document.getElementById(id);

export function embedded(id) {
  return JSON.parse(at(id)?.textContent || "null");
}

// Gives every key a colour, and the style of a border where the colours begin again.
export class Palette {
  #given = new Map();
  of(key) {
    if (!this.#given.has(key)) {
      const number = this.#given.size;
      this.#given.set(key, { colour: COLOURS[number % COLOURS.length], line: number < COLOURS.length ? "solid" : "double" });
    }
    return this.#given.get(key);
  }
}

const measure = document.createElement("canvas").getContext("2d");

function wrapped(text, size, width, most) {
  measure.font = `bold ${size}px ${FONT}`;
  const lines = [""];
  for (const word of text.split(/\s+/)) {
    const longer = `${lines.at(-1)} ${word}`.trim();
    if (measure.measureText(longer).width <= width || !lines.at(-1)) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines.length > most ? [...lines.slice(0, most - 1), `${lines[most - 1]} …`] : lines;
}

// The data of a node: a name in full, and small print below.
export function box(name, below = "") {
  const lines = [...wrapped(name, 13, WIDTH - 24, 4), ...(below ? wrapped(below, 13, WIDTH - 24, 2) : [])];
  return { label: lines.join("\n"), width: WIDTH, height: lines.length * 16 + 20 };
}

// The data of a text on a line; the whole text stands in the details.
export function caption(...texts) {
  const lines = texts.filter(Boolean).flatMap((text) => wrapped(text, 11, 130, 3));
  const width = Math.max(0, ...lines.map((text) => measure.measureText(text).width));
  return { label: lines.join("\n"), labelWidth: width, labelHeight: lines.length * 13 };
}

function theme() {
  const of = getComputedStyle(document.documentElement);
  return Object.fromEntries(["ink", "soft", "line", "paper", "tint", "accent"].map((name) => [name, of.getPropertyValue(`--${name}`).trim()]));
}

function blended(colour, paper, part) {
  const [one, other] = [colour, paper].map((hex) => {
    const full = hex.length === 4 ? hex.replace(/[^#]/g, "$&$&") : hex;
    return [1, 3, 5].map((from) => parseInt(full.slice(from, from + 2), 16));
  });
  return `rgb(${one.map((value, i) => Math.round(value * part + other[i] * (1 - part))).join(",")})`;
}

function style({ ink, soft, line, paper, tint, accent }) {
  const dashes = (selector, width, pattern) => ({
    selector, style: { width, ...(pattern && { "line-style": "dashed", "line-dash-pattern": pattern }) },
  });
  const way = (name, otherwise) => (edge) => edge.scratch("way")?.[name] ?? otherwise;
  return [
    { selector: "node", style: { "font-family": FONT, "font-size": 13, color: ink, "text-wrap": "wrap" } },
    { selector: ".thing", style: {
      shape: "data(shape)", width: "data(width)", height: "data(height)", label: "data(label)", "line-height": 1.15,
      "text-valign": "center", "text-halign": "center", "border-color": "data(colour)", "border-width": 2.5,
      "border-style": "data(line)", "background-color": (node) => blended(node.data("colour"), paper, 0.13) } },
    { selector: "[shape='tag']", style: { "text-margin-x": -12 } },
    { selector: ".diamond", style: { "border-width": 1.5, "font-size": 11, "text-valign": "top", "text-margin-y": -2 } },
    { selector: ".start, .destination", style: { "border-width": 5, "font-weight": "bold" } },
    { selector: ".withdrawn", style: { "border-style": "dashed", color: soft } },
    { selector: ".unknown, .external", style: { "border-style": "dotted" } },
    { selector: ".band", style: {
      shape: "rectangle", width: "data(width)", height: "data(height)", label: "data(label)", events: "no",
      "background-color": tint, "border-width": 1, "border-color": line, "text-valign": "top", "text-margin-y": 22,
      color: soft, "z-index": -1, "z-index-compare": "manual" } },
    { selector: "edge", style: {
      "curve-style": "unbundled-bezier", "edge-distances": "endpoints",
      "source-endpoint": way("from", "outside-to-node"), "target-endpoint": way("to", "outside-to-node"),
      "control-point-weights": way("weights", [0.5]), "control-point-distances": way("distances", [0]),
      "text-margin-x": way("textX", 0), "text-margin-y": way("textY", 0), width: 2, "line-color": soft, "target-arrow-color": soft, "target-arrow-shape": "triangle",
      "target-arrow-fill": "hollow", "arrow-scale": 1.2, label: "data(label)", "font-family": FONT, "font-size": 11,
      color: ink, "text-wrap": "wrap", "text-background-color": paper, "text-background-opacity": 0.85, "text-background-padding": 2 } },
    dashes("edge[strength='required']", 3), dashes("edge[strength='advanced']", 2.5, [10, 4]),
    dashes("edge[strength='preparation']", 1.5), dashes("edge[strength='recommended']", 2, [4, 4]),
    dashes("edge[strength='weak']", 2, [1.5, 3]),
    { selector: "edge[agreed='both']", style: { "target-arrow-fill": "filled" } },
    { selector: "edge[agreed='other']", style: { "target-arrow-shape": "diamond" } },
    { selector: ".part", style: { "line-style": "dotted", "target-arrow-shape": "none" } },
    { selector: ".hidden", style: { display: "none" } },
    { selector: ".chosen", style: { "outline-color": accent, "outline-width": 4, "outline-offset": 3 } },
    { selector: "edge.chosen", style: { "line-color": accent, "target-arrow-color": accent } },
  ];
}

export class Picture {
  // told(element) says an element in words; show(element) shows its details; open(node) follows it.
  constructor({ told, show, open }) {
    Object.assign(this, { told, show, open, stage: at("stage") });
    at("picture").hidden = false;
    this.still = matchMedia("(prefers-reduced-motion: reduce)");
    this.cy = cytoscape({ container: this.stage, style: style(theme()), minZoom: 0.1, maxZoom: 3, userZoomingEnabled: false, autoungrabify: true, boxSelectionEnabled: false });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.cy.style(style(theme())));
    // The wheel scrolls the page until the picture is in use.
    this.stage.addEventListener("focus", () => this.cy.userZoomingEnabled(true));
    this.stage.addEventListener("blur", () => this.cy.userZoomingEnabled(false));
    this.stage.addEventListener("keydown", (event) => this.#key(event));
    this.cy.on("tap", () => this.stage.focus({ preventScroll: true }));
    this.cy.on("tap", ".thing", ({ target }) => { this.choose(target); this.open(target); });
    this.cy.on("tap", "edge", ({ target }) => this.choose(target));
    at("fit").addEventListener("click", () => this.#move({ fit: { eles: this.cy.elements(":visible"), padding: MARGIN } }));
    at("nearer").addEventListener("click", () => this.#zoom(1.3));
    at("farther").addEventListener("click", () => this.#zoom(1 / 1.3));
    at("png").addEventListener("click", async () => this.#save("png", await this.#png()));
    at("svg").addEventListener("click", () => this.#save("svg", this.#svg()));
  }

  arrange(guides = []) {
    arrange(this.cy.elements(":visible"), guides);
  }

  choose(target) {
    this.cy.elements(".chosen").removeClass("chosen");
    this.chosen = target.addClass("chosen");
    at("spoken").textContent = this.told(target);
    this.show(target);
    const { x1, y1, x2, y2 } = target.renderedBoundingBox();
    if (x1 < 0 || y1 < 0 || x2 > this.cy.width() || y2 > this.cy.height()) this.#move({ center: { eles: target } });
  }

  say(text) {
    at("spoken").textContent = text;
  }

  // Shows everything where it can be read at that size, else what is around something.
  frame(around) {
    this.cy.resize();  // it may have been hidden until now
    const [width, height] = [this.cy.width(), this.cy.height()];
    const all = this.cy.elements(":visible").boundingBox();
    const zoom = Math.max(width < 600 ? READABLE.narrow : READABLE.wide, Math.min(width / (all.w + 2 * MARGIN), height / (all.h + 2 * MARGIN), 1.2));
    const along = (size, from, to, middle) => {
      const [least, most] = [size - to * zoom - MARGIN, MARGIN - from * zoom];
      return least > most ? (least + most) / 2 : Math.max(least, Math.min(most, size / 2 - middle * zoom));
    };
    const { x1, x2, y1, y2 } = around.boundingBox();
    this.#move({ zoom, pan: { x: along(width, all.x1, all.x2, (x1 + x2) / 2), y: along(height, all.y1, all.y2, (y1 + y2) / 2) } });
  }

  #move(where) {
    this.cy.stop().animate({ ...where, duration: this.still.matches ? 0 : 250 });
  }

  #zoom(factor) {
    this.cy.zoom({ level: this.cy.zoom() * factor, renderedPosition: { x: this.cy.width() / 2, y: this.cy.height() / 2 } });
  }

  #key(event) {
    const things = this.cy.nodes(".thing:visible");
    const from = this.chosen?.isNode() && this.chosen.visible() ? this.chosen : null;
    const { x, y } = from ? from.position() : {};
    const nearest = (nodes) => nodes.filter(".thing:visible").min((node) => Math.abs(node.position("y") - y)).ele;
    const column = from && things.filter((node) => Math.abs(node.position("x") - x) < 20);
    const keys = {
      ArrowLeft: () => nearest(this.#beside(from, "incomers")),
      ArrowRight: () => nearest(this.#beside(from, "outgoers")),
      ArrowUp: () => column.filter((node) => node.position("y") < y).max((node) => node.position("y")).ele,
      ArrowDown: () => column.filter((node) => node.position("y") > y).min((node) => node.position("y")).ele,
      Home: () => this.cy.nodes(".start").union(things)[0],
      Enter: () => this.open(from),
      "+": () => this.#zoom(1.3), "-": () => this.#zoom(1 / 1.3), 0: () => at("fit").click(),
    };
    if (!(event.key in keys) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const needs = event.key.startsWith("Arrow") || event.key === "Enter";
    const next = keys[needs && !from ? "Home" : event.key]();
    if (next?.isNode?.()) this.choose(next);
  }

  // The things that a line leads to, through the diamonds on its way.
  #beside(node, way) {
    let found = node[way]("node");
    for (let i = 0; i < 5 && found.filter(".diamond").nonempty(); i += 1) found = found.filter(".thing").union(found.filter(".diamond")[way]("node"));
    return found;
  }

  #save(kind, blob) {
    const url = URL.createObjectURL(blob);
    element("a", { href: url, download: `${at("stage").getAttribute("aria-label").replace(/[^\p{L}\d]+/gu, "-")}.${kind}` }).click();
    setTimeout(() => URL.revokeObjectURL(url), 1000);
  }

  #png() {
    // Browsers make no canvas that is larger.
    return this.cy.png({ output: "blob-promise", full: true, bg: theme().paper, ...this.#within(2, 8000) });
  }

  #within(scale, most) {
    const { w, h } = this.cy.elements(":visible").boundingBox();
    return Math.max(w, h) * scale * devicePixelRatio <= most ? { scale } : { maxWidth: most, maxHeight: most };
  }

  #svg() {
    const text = svgOf(this.cy, this.told, theme().paper, FONT);
    return new Blob([text], { type: "image/svg+xml" });
  }
}
