// A picture of things in layers, the earlier ones to the left: how it moves, is read and saved.
// Things are nodes of the class "thing", with the data that box() makes, a colour and a shape.
import { at, element } from "../dom.js";
import { arrange } from "./layers.js";
import { FONT } from "./looks.js";
import { style, theme } from "./style.js";
import { svgOf } from "./svg.js";
import { looks } from "./words.js";
import cytoscape from "../vendor/cytoscape/cytoscape.esm.min.js";
/** @import {NodeCollection, NodeSingular, SingularElementArgument} from "cytoscape" */
/** @import {Guide} from "../../assets/types/pathways.d.ts" */

/**
 * @typedef {object} PictureOptions
 * @property {(target: SingularElementArgument) => string} describe says a part in words
 * @property {(target: SingularElementArgument) => void} show shows the details of a part
 * @property {(node: NodeSingular) => void} open follows a node
 */

const READABLE_ZOOM = { wide: 0.85, narrow: 0.5 };
const NARROW_PIXELS = 600;
const MARGIN = 24;
const MOVE_MS = 250;
const ZOOM_STEP = 1.3;
// Things that lie no farther apart from left to right are in one column.
const COLUMN_PIXELS = 20;
const KEYS = ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "Enter"];
// Browsers make no canvas that is larger.
const MAX_PNG_PIXELS = 8000;

/**
 * Return where a picture begins along one axis, so that its middle is seen and no room is wasted.
 * @param {number} size
 * @param {number} zoom
 * @param {{from: number, to: number}} all
 * @param {number} middle
 */
function panAlong(size, zoom, { from, to }, middle) {
  const [least, most] = [size - to * zoom - MARGIN, MARGIN - from * zoom];
  return least > most ? (least + most) / 2 : Math.max(least, Math.min(most, size / 2 - middle * zoom));
}

export class Picture {
  #stage = at("stage");
  #still = matchMedia("(prefers-reduced-motion: reduce)");

  /** @param {PictureOptions} options */
  constructor({ describe, show, open }) {
    this.describe = describe;
    this.show = show;
    this.open = open;
    at("picture").hidden = false;
    this.cy = cytoscape({
      container: this.#stage,
      style: style(theme(), looks),
      minZoom: 0.1,
      maxZoom: 3,
      userZoomingEnabled: false,
      autoungrabify: true,
      boxSelectionEnabled: false,
    });
    const dark = matchMedia("(prefers-color-scheme: dark)");
    dark.addEventListener("change", () => this.cy.style(style(theme(), looks)));
    this.#listen();
  }

  #listen() {
    // The wheel scrolls the page until the picture is in use.
    this.#stage.addEventListener("focus", () => this.cy.userZoomingEnabled(true));
    this.#stage.addEventListener("blur", () => this.cy.userZoomingEnabled(false));
    this.#stage.addEventListener("keydown", (event) => this.#key(event));
    this.cy.on("tap", () => this.#stage.focus({ preventScroll: true }));
    this.cy.on("tap", ".thing", ({ target }) => {
      this.choose(target);
      this.open(target);
    });
    this.cy.on("tap", "edge", ({ target }) => this.choose(target));
    at("fit").addEventListener("click", () => this.#move({ fit: { eles: this.seen, padding: MARGIN } }));
    at("zoom-in").addEventListener("click", () => this.#zoom(ZOOM_STEP));
    at("zoom-out").addEventListener("click", () => this.#zoom(1 / ZOOM_STEP));
    at("png").addEventListener("click", () => this.#save("png", () => this.#png()));
    at("svg").addEventListener("click", () => this.#save("svg", () => this.#svg()));
    // What is drawn for the window is cut by the paper, so paper has a drawing of its own.
    addEventListener("beforeprint", () => at("picture").append(this.#drawing()));
    addEventListener("afterprint", () => at("picture").querySelector(":scope > svg")?.remove());
  }

  // What is not hidden. Cytoscape's own ":visible" comes true only some time after.
  get seen() {
    return this.cy.elements().not(".hidden");
  }

  /** @param {Guide[]} guides */
  arrange(guides = []) {
    arrange(this.cy.elements(), guides);
  }

  /** @param {SingularElementArgument} target */
  choose(target) {
    this.cy.elements(".chosen").removeClass("chosen");
    target.addClass("chosen");
    this.say(this.describe(target));
    this.show(target);
    const { x1, y1, x2, y2 } = target.renderedBoundingBox();
    if (x1 < 0 || y1 < 0 || x2 > this.cy.width() || y2 > this.cy.height()) this.#move({ center: { eles: target } });
  }

  /**
   * Say a text to users of screen readers.
   * @param {string} text
   */
  say(text) {
    at("spoken").textContent = text;
  }

  /**
   * Show everything if it can be read at that size, else the neighbourhood of an element.
   * @param {NodeCollection | NodeSingular} around
   */
  frame(around) {
    if (this.cy.nodes().empty()) return;
    this.cy.resize(); // it may have been hidden until now
    const [width, height] = [this.cy.width(), this.cy.height()];
    const all = this.seen.boundingBox();
    const readable = width < NARROW_PIXELS ? READABLE_ZOOM.narrow : READABLE_ZOOM.wide;
    const whole = Math.min(width / (all.w + 2 * MARGIN), height / (all.h + 2 * MARGIN), 1.2);
    const zoom = Math.max(readable, whole);
    const { x1, x2, y1, y2 } = around.boundingBox();
    const x = panAlong(width, zoom, { from: all.x1, to: all.x2 }, (x1 + x2) / 2);
    const y = panAlong(height, zoom, { from: all.y1, to: all.y2 }, (y1 + y2) / 2);
    this.#move({ zoom, pan: { x, y } });
  }

  /** @param {cytoscape.AnimationOptions} where */
  #move(where) {
    this.cy.stop().animate({ ...where, duration: this.#still.matches ? 0 : MOVE_MS });
  }

  /** @param {number} factor */
  #zoom(factor) {
    const middle = { x: this.cy.width() / 2, y: this.cy.height() / 2 };
    this.cy.zoom({ level: this.cy.zoom() * factor, renderedPosition: middle });
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const acts = {
      "+": () => this.#zoom(ZOOM_STEP),
      "-": () => this.#zoom(1 / ZOOM_STEP),
      0: () => at("fit").click(),
    }[event.key];
    const next = acts ? undefined : this.#next(event.key);
    if (!acts && next === undefined) return;
    event.preventDefault();
    acts?.();
    if (next) this.choose(next);
  }

  /**
   * Return the node that a key leads to: null if there is none, undefined if the key leads nowhere.
   * @param {string} key
   * @returns {NodeSingular | null | undefined}
   */
  #next(key) {
    if (!KEYS.includes(key)) return undefined;
    const things = /** @type {NodeSingular[]} */ (this.seen.nodes(".thing").toArray());
    const from = things.find((node) => node.hasClass("chosen"));
    if (key === "Home" || !from) return things.find((node) => node.hasClass("start")) ?? things[0] ?? null;
    if (key === "Enter") {
      this.open(from);
      return null;
    }
    const { x, y } = from.position();
    const beside = { ArrowLeft: from.incomers(), ArrowRight: from.outgoers() }[key];
    const among = beside
      ? things.filter((node) => beside.contains(node))
      : things.filter((node) => {
          const [aside, down] = [node.position("x") - x, node.position("y") - y];
          return Math.abs(aside) < COLUMN_PIXELS && (key === "ArrowUp" ? down < 0 : down > 0);
        });
    /** @param {NodeSingular} node */
    const distance = (node) => Math.abs(node.position("y") - y);
    return among.sort((one, other) => distance(one) - distance(other))[0] ?? null;
  }

  /**
   * @param {string} kind
   * @param {() => Blob | Promise<Blob>} content
   */
  async #save(kind, content) {
    if (this.cy.nodes().empty()) return;
    const url = URL.createObjectURL(await content());
    const name = this.#stage.getAttribute("aria-label")?.replace(/[^\p{L}\d]+/gu, "-");
    element("a", { href: url, download: `${name}.${kind}` }).click();
    setTimeout(() => URL.revokeObjectURL(url), 1000);
  }

  #png() {
    const { w, h } = this.seen.boundingBox();
    const fits = Math.max(w, h) * 2 * devicePixelRatio <= MAX_PNG_PIXELS;
    const size = fits ? { scale: 2 } : { maxWidth: MAX_PNG_PIXELS, maxHeight: MAX_PNG_PIXELS };
    return this.cy.png({ output: "blob-promise", full: true, bg: theme().paper, ...size });
  }

  #svg() {
    return new Blob([this.#written()], { type: "image/svg+xml" });
  }

  #written() {
    return svgOf(this.seen, this.describe, theme().paper, FONT);
  }

  #drawing() {
    return new DOMParser().parseFromString(this.#written(), "image/svg+xml").documentElement;
  }
}
