// How things look: their colours, and texts that fit into them.
import { element } from "../dom.js";
/** @import {Look} from "../../assets/types/pathways.d.ts" */

// By Okabe and Ito, for every kind of colour vision, without the two that are too pale or too dark.
const COLOURS = ["#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00"];
export const GREY = { colour: "#8A8F94", line: "solid" };
export const FONT = "system-ui, sans-serif";
const BOX_WIDTH = 168;
const CAPTION_WIDTH = 130;

/** Gives every key a colour, and another style of border where the colours begin again. */
export class Palette {
  /** @type {Map<string, Look>} */
  #given = new Map();

  /**
   * @param {string} key
   * @returns {Look}
   */
  of(key) {
    const number = this.#given.size;
    const line = number < COLOURS.length ? "solid" : "double";
    const look = this.#given.get(key) ?? { colour: COLOURS[number % COLOURS.length], line };
    this.#given.set(key, look);
    return look;
  }
}

/**
 * Make a colour of a legend.
 * @param {Look} look
 */
export function swatch({ colour, line }) {
  const made = element("span", { class: "swatch", "aria-hidden": "true" });
  made.style.border = `4px ${line} ${colour}`;
  return made;
}

/** @type {CanvasRenderingContext2D | null} */
let canvas = null;

/**
 * @param {string} text
 * @param {number} size
 */
function widthOf(text, size) {
  canvas ??= element("canvas").getContext("2d");
  if (!canvas) return text.length * size * 0.6;
  canvas.font = `bold ${size}px ${FONT}`;
  return canvas.measureText(text).width;
}

/**
 * Cut a text where it no longer fits, with an end that fits too.
 * @param {string} text
 * @param {(line: string) => boolean} fits
 * @param {string} end
 */
function fitting(text, fits, end = "") {
  const signs = [...text];
  let count = 1; // one sign at least, so that every text comes to an end
  while (count < signs.length && fits(signs.slice(0, count + 1).join("") + end)) count += 1;
  return signs.slice(0, count).join("");
}

/**
 * Break a word, such as a CTID or an address, into pieces that fit.
 * @param {string} word
 * @param {(line: string) => boolean} fits
 * @param {number} most
 */
function pieces(word, fits, most) {
  const parts = [];
  let rest = word;
  while (!fits(rest) && parts.length < most) {
    const part = fitting(rest, fits);
    parts.push(part);
    rest = rest.slice(part.length);
  }
  return rest ? [...parts, rest] : parts;
}

/**
 * Break a text into lines that fit, and cut it where it has too many.
 * @param {string} text
 * @param {(line: string) => boolean} fits
 * @param {number} most
 */
export function wrap(text, fits, most) {
  const lines = [""];
  for (const piece of text.split(/\s+/).flatMap((word) => pieces(word, fits, most))) {
    const longer = `${lines.at(-1)} ${piece}`.trim();
    if (!lines.at(-1) || fits(longer)) lines[lines.length - 1] = longer;
    else lines.push(piece);
  }
  return lines.length > most ? [...lines.slice(0, most - 1), `${fitting(lines[most - 1], fits, " …")} …`] : lines;
}

/**
 * Return the data of a node: a name in full, and small print below.
 * @param {string} name
 * @param {string} below
 */
export function box(name, below = "") {
  /** @param {string} line */
  const fits = (line) => widthOf(line, 13) <= BOX_WIDTH - 24;
  const lines = [...wrap(name, fits, 4), ...(below ? wrap(below, fits, 2) : [])];
  return { label: lines.join("\n"), width: BOX_WIDTH, height: lines.length * 16 + 20 };
}

/**
 * Return the data of a text on a line. The whole text stands in the details.
 * @param {...(string | undefined)} texts
 */
export function caption(...texts) {
  /** @param {string} line */
  const fits = (line) => widthOf(line, 11) <= CAPTION_WIDTH;
  const lines = texts.flatMap((text) => (text ? wrap(text, fits, 3) : []));
  const width = Math.max(0, ...lines.map((text) => widthOf(text, 11)));
  return { label: lines.join("\n"), labelWidth: width, labelHeight: lines.length * 13 };
}
