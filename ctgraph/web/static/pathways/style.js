// The style sheet of pictures, in the colours of the page.
import { FONT } from "./looks.js";
/** @import {EdgeSingular, NodeSingular, StylesheetJson} from "cytoscape" */
/** @import {Looks} from "../../assets/types/pathways.d.ts" */

/** @typedef {Record<"ink" | "soft" | "line" | "paper" | "tint" | "accent", string>} Theme */

/**
 * Return the colours of the page.
 * @returns {Theme}
 */
export function theme() {
  const root = getComputedStyle(document.documentElement);
  /** @param {string} name */
  const colour = (name) => root.getPropertyValue(`--${name}`).trim();
  return {
    ink: colour("ink"),
    soft: colour("soft"),
    line: colour("line"),
    paper: colour("paper"),
    tint: colour("tint"),
    accent: colour("accent"),
  };
}

/**
 * Mix a colour into the paper.
 * @param {string} colour
 * @param {string} paper
 * @param {number} part
 */
export function blended(colour, paper, part) {
  const [one, other] = [colour, paper].map((hex) => {
    const full = hex.length === 4 ? hex.replace(/[^#]/g, "$&$&") : hex;
    return [1, 3, 5].map((from) => parseInt(full.slice(from, from + 2), 16));
  });
  return `rgb(${one.map((value, i) => Math.round(value * part + other[i] * (1 - part))).join(",")})`;
}

/** @param {Theme} theme */
const nodeStyles = ({ ink, soft, line, paper, tint }) => [
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
      "background-color": (/** @type {NodeSingular} */ node) => blended(node.data("colour"), paper, 0.13),
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
];

/**
 * Return what the layout has worked out for a line.
 * @param {string} name
 * @param {unknown} otherwise
 */
const way = (name, otherwise) => (/** @type {EdgeSingular} */ edge) => edge.scratch("way")?.[name] ?? otherwise;

/** @param {Looks["strengths"]} strengths */
const lines = (strengths) =>
  Object.entries(strengths).map(([code, { width, dashes }]) => ({
    selector: `edge[strength='${code}']`,
    style: { width, ...(dashes.length ? { "line-style": "dashed", "line-dash-pattern": dashes } : {}) },
  }));

/** @param {Looks["sides"]} sides */
const heads = (sides) =>
  Object.entries(sides).map(([code, { head, filled }]) => ({
    selector: `edge[agreed='${code}']`,
    style: { "target-arrow-shape": head, "target-arrow-fill": filled ? "filled" : "hollow" },
  }));

/**
 * @param {Theme} theme
 * @param {Looks} looks
 */
const edgeStyles = ({ ink, soft, paper }, { strengths, sides }) => [
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
  ...lines(strengths),
  ...heads(sides),
  { selector: ".part", style: { "line-style": "dotted", "target-arrow-shape": "none" } },
];

/**
 * Return the style sheet of Cytoscape.
 * @param {Theme} theme
 * @param {Looks} looks
 * @returns {StylesheetJson}
 */
export function style(theme, looks) {
  const accent = theme.accent;
  const rules = [
    ...nodeStyles(theme),
    ...edgeStyles(theme, looks),
    { selector: ".hidden", style: { display: "none" } },
    { selector: ".chosen", style: { "outline-color": accent, "outline-width": 4, "outline-offset": 3 } },
    { selector: "edge.chosen", style: { "line-color": accent, "target-arrow-color": accent } },
  ];
  // Cytoscape's types lack some of its newer properties.
  return /** @type {StylesheetJson} */ (/** @type {unknown} */ (rules));
}
