// How pictures look: colours, texts that fit, and the style sheet of Cytoscape.
import { element } from "../dom.js";

// By Okabe and Ito, for every kind of colour vision, without the two that are too pale or too dark.
const COLOURS = ["#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00"];
export const GREY = { colour: "#8A8F94", line: "solid" };
export const FONT = "system-ui, sans-serif";
const WIDTH = 168;

// Gives every key a colour, and the style of a border where the colours begin again.
export class Palette {
  #given = new Map();
  of(key) {
    if (!this.#given.has(key)) {
      const number = this.#given.size;
      this.#given.set(key, {
        colour: COLOURS[number % COLOURS.length],
        line: number < COLOURS.length ? "solid" : "double",
      });
    }
    return this.#given.get(key);
  }
}

// A colour of a legend.
export function swatch({ colour, line }) {
  const made = element("span", { class: "swatch", "aria-hidden": "true" });
  made.style.border = `4px ${line} ${colour}`;
  return made;
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

export function theme() {
  const of = getComputedStyle(document.documentElement);
  return Object.fromEntries(
    ["ink", "soft", "line", "paper", "tint", "accent"].map((name) => [name, of.getPropertyValue(`--${name}`).trim()]),
  );
}

function blended(colour, paper, part) {
  const [one, other] = [colour, paper].map((hex) => {
    const full = hex.length === 4 ? hex.replace(/[^#]/g, "$&$&") : hex;
    return [1, 3, 5].map((from) => parseInt(full.slice(from, from + 2), 16));
  });
  return `rgb(${one.map((value, i) => Math.round(value * part + other[i] * (1 - part))).join(",")})`;
}

export function style({ ink, soft, line, paper, tint, accent }) {
  const dashes = (selector, width, pattern) => ({
    selector,
    style: { width, ...(pattern && { "line-style": "dashed", "line-dash-pattern": pattern }) },
  });
  const way = (name, otherwise) => (edge) => edge.scratch("way")?.[name] ?? otherwise;
  return [
    { selector: "node", style: { "font-family": FONT, "font-size": 13, color: ink, "text-wrap": "wrap" } },
    {
      selector: ".thing",
      style: {
        shape: "data(shape)",
        width: "data(width)",
        height: "data(height)",
        label: "data(label)",
        "line-height": 1.15,
        "text-valign": "center",
        "text-halign": "center",
        "border-color": "data(colour)",
        "border-width": 2.5,
        "border-style": "data(line)",
        "background-color": (node) => blended(node.data("colour"), paper, 0.13),
      },
    },
    { selector: "[shape='tag']", style: { "text-margin-x": -12 } },
    {
      selector: ".diamond",
      style: { "border-width": 1.5, "font-size": 11, "text-valign": "top", "text-margin-y": -2 },
    },
    { selector: ".start, .destination", style: { "border-width": 5, "font-weight": "bold" } },
    { selector: ".withdrawn", style: { "border-style": "dashed", color: soft } },
    { selector: ".unknown, .external", style: { "border-style": "dotted" } },
    {
      selector: ".band",
      style: {
        shape: "rectangle",
        width: "data(width)",
        height: "data(height)",
        label: "data(label)",
        events: "no",
        "background-color": tint,
        "border-width": 1,
        "border-color": line,
        "text-valign": "top",
        "text-margin-y": 22,
        color: soft,
        "z-index": -1,
        "z-index-compare": "manual",
      },
    },
    {
      selector: "edge",
      style: {
        "curve-style": "unbundled-bezier",
        "edge-distances": "endpoints",
        "source-endpoint": way("from", "outside-to-node"),
        "target-endpoint": way("to", "outside-to-node"),
        "control-point-weights": way("weights", [0.5]),
        "control-point-distances": way("distances", [0]),
        "text-margin-x": way("textX", 0),
        "text-margin-y": way("textY", 0),
        width: 2,
        "line-color": soft,
        "target-arrow-color": soft,
        "target-arrow-shape": "triangle",
        "target-arrow-fill": "hollow",
        "arrow-scale": 1.2,
        label: "data(label)",
        "font-family": FONT,
        "font-size": 11,
        color: ink,
        "text-wrap": "wrap",
        "text-background-color": paper,
        "text-background-opacity": 0.85,
        "text-background-padding": 2,
      },
    },
    dashes("edge[strength='required']", 3),
    dashes("edge[strength='advanced']", 2.5, [10, 4]),
    dashes("edge[strength='preparation']", 1.5),
    dashes("edge[strength='recommended']", 2, [4, 4]),
    dashes("edge[strength='weak']", 2, [1.5, 3]),
    { selector: "edge[agreed='both']", style: { "target-arrow-fill": "filled" } },
    { selector: "edge[agreed='other']", style: { "target-arrow-shape": "diamond" } },
    { selector: ".part", style: { "line-style": "dotted", "target-arrow-shape": "none" } },
    { selector: ".hidden", style: { display: "none" } },
    { selector: ".chosen", style: { "outline-color": accent, "outline-width": 4, "outline-offset": 3 } },
    { selector: "edge.chosen", style: { "line-color": accent, "target-arrow-color": accent } },
  ];
}
