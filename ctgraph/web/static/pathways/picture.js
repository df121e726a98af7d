// A picture of things in layers, the earlier ones to the left: how it moves, is read and saved.
// Things are nodes of the class "thing", with the data that box() makes, a colour and a shape.
import { at, element } from "../dom.js";
import { arrange } from "./layers.js";
import { FONT, style, theme } from "./looks.js";
import { svgOf } from "./svg.js";
import cytoscape from "../vendor/cytoscape/cytoscape.esm.min.js";

const READABLE = { wide: 0.85, narrow: 0.5 };
const MARGIN = 24;

export class Picture {
  // told(element) says an element in words; show(element) shows its details; open(node) follows it.
  constructor({ told, show, open }) {
    Object.assign(this, { told, show, open, stage: at("stage") });
    at("picture").hidden = false;
    this.still = matchMedia("(prefers-reduced-motion: reduce)");
    this.cy = cytoscape({
      container: this.stage,
      style: style(theme()),
      minZoom: 0.1,
      maxZoom: 3,
      userZoomingEnabled: false,
      autoungrabify: true,
      boxSelectionEnabled: false,
    });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.cy.style(style(theme())));
    // The wheel scrolls the page until the picture is in use.
    this.stage.addEventListener("focus", () => this.cy.userZoomingEnabled(true));
    this.stage.addEventListener("blur", () => this.cy.userZoomingEnabled(false));
    this.stage.addEventListener("keydown", (event) => this.#key(event));
    this.cy.on("tap", () => this.stage.focus({ preventScroll: true }));
    this.cy.on("tap", ".thing", ({ target }) => {
      this.choose(target);
      this.open(target);
    });
    this.cy.on("tap", "edge", ({ target }) => this.choose(target));
    at("fit").addEventListener("click", () => this.#move({ fit: { eles: this.seen, padding: MARGIN } }));
    at("nearer").addEventListener("click", () => this.#zoom(1.3));
    at("farther").addEventListener("click", () => this.#zoom(1 / 1.3));
    at("png").addEventListener("click", () => this.#save("png", () => this.#png()));
    at("svg").addEventListener("click", () => this.#save("svg", () => this.#svg()));
  }

  // What is not hidden. Cytoscape's own ":visible" comes true only some time after.
  get seen() {
    return this.cy.elements().not(".hidden");
  }

  arrange(guides = []) {
    arrange(this.cy.elements(), guides);
  }

  choose(target) {
    this.cy.elements(".chosen").removeClass("chosen");
    target.addClass("chosen");
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
    if (this.cy.nodes().empty()) return;
    this.cy.resize(); // it may have been hidden until now
    const [width, height] = [this.cy.width(), this.cy.height()];
    const all = this.seen.boundingBox();
    const zoom = Math.max(
      width < 600 ? READABLE.narrow : READABLE.wide,
      Math.min(width / (all.w + 2 * MARGIN), height / (all.h + 2 * MARGIN), 1.2),
    );
    const along = (size, from, to, middle) => {
      const [least, most] = [size - to * zoom - MARGIN, MARGIN - from * zoom];
      return least > most ? (least + most) / 2 : Math.max(least, Math.min(most, size / 2 - middle * zoom));
    };
    const { x1, x2, y1, y2 } = around.boundingBox();
    this.#move({
      zoom,
      pan: { x: along(width, all.x1, all.x2, (x1 + x2) / 2), y: along(height, all.y1, all.y2, (y1 + y2) / 2) },
    });
  }

  #move(where) {
    this.cy.stop().animate({ ...where, duration: this.still.matches ? 0 : 250 });
  }

  #zoom(factor) {
    this.cy.zoom({
      level: this.cy.zoom() * factor,
      renderedPosition: { x: this.cy.width() / 2, y: this.cy.height() / 2 },
    });
  }

  #key(event) {
    const things = this.seen.nodes(".thing");
    const from = things.filter(".chosen")[0];
    const { x, y } = from ? from.position() : {};
    const nearest = (nodes) =>
      nodes
        .filter(".thing")
        .not(".hidden")
        .min((node) => Math.abs(node.position("y") - y)).ele;
    const column = from && things.filter((node) => Math.abs(node.position("x") - x) < 20);
    const keys = {
      ArrowLeft: () => nearest(from.incomers("node")),
      ArrowRight: () => nearest(from.outgoers("node")),
      ArrowUp: () => column.filter((node) => node.position("y") < y).max((node) => node.position("y")).ele,
      ArrowDown: () => column.filter((node) => node.position("y") > y).min((node) => node.position("y")).ele,
      Home: () => this.cy.nodes(".start").union(things)[0],
      Enter: () => this.open(from),
      "+": () => this.#zoom(1.3),
      "-": () => this.#zoom(1 / 1.3),
      0: () => at("fit").click(),
    };
    if (!(event.key in keys) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const needs = event.key.startsWith("Arrow") || event.key === "Enter";
    const next = keys[needs && !from ? "Home" : event.key]();
    if (next?.isNode?.()) this.choose(next);
  }

  async #save(kind, made) {
    if (this.cy.nodes().empty()) return;
    const url = URL.createObjectURL(await made());
    element("a", {
      href: url,
      download: `${at("stage")
        .getAttribute("aria-label")
        .replace(/[^\p{L}\d]+/gu, "-")}.${kind}`,
    }).click();
    setTimeout(() => URL.revokeObjectURL(url), 1000);
  }

  #png() {
    // Browsers make no canvas that is larger.
    return this.cy.png({ output: "blob-promise", full: true, bg: theme().paper, ...this.#within(2, 8000) });
  }

  #within(scale, most) {
    const { w, h } = this.seen.boundingBox();
    return Math.max(w, h) * scale * devicePixelRatio <= most ? { scale } : { maxWidth: most, maxHeight: most };
  }

  #svg() {
    const text = svgOf(this.seen, this.told, theme().paper, FONT);
    return new Blob([text], { type: "image/svg+xml" });
  }
}
