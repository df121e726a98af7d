// The board on which steps are put at levels, with a mouse, a finger or the keyboard.
import { at, button, element } from "../dom.js";
import { labels } from "./labels.js";
/** @import {Level, Pathway, Step} from "../../assets/types/pathways.d.ts" */

/**
 * @typedef {object} BoardOptions
 * @property {Record<string, string>} types the kinds of steps and their titles
 * @property {() => void} changed called after every change
 * @property {(step: Step) => void} edit opens a step
 * @property {(step: Step) => number} problemsOf counts the problems of a step
 * @property {(id: string, level: Level) => void} dropped takes a record or step that was dragged here
 */

/**
 * Return what a button does to the thing with a name.
 * @param {string} label
 * @param {string} name
 */
const about = (label, name) => label.replace("{name}", () => name);

export class Board {
  /** @type {Level[]} */
  levels = [];

  /** @param {BoardOptions} options */
  constructor({ types, changed, edit, problemsOf, dropped }) {
    this.types = types;
    this.changed = changed;
    this.edit = edit;
    this.problemsOf = problemsOf;
    this.dropped = dropped;
  }

  /** @param {Pathway} pathway */
  show(pathway) {
    const rest = { ctid: "", node: {}, name: pathway.levels.length ? labels.noLevel : "Steps" };
    this.levels = [rest, ...pathway.levels];
    at("board").replaceChildren(...this.levels.map((level, number) => this.#column(pathway, level, number)));
  }

  /**
   * @param {Pathway} pathway
   * @param {Level} level
   * @param {number} number
   */
  #column(pathway, level, number) {
    const steps = pathway.steps.filter((step) => step.level === level.ctid);
    const cards = element("ul", {}, ...steps.map((step) => this.#card(pathway, step, number)));
    const head = level.ctid ? this.#head(pathway, level) : [element("h3", {}, level.name)];
    const made = element("section", { "aria-label": level.name }, ...head, cards);
    made.addEventListener("dragover", (event) => event.preventDefault());
    made.addEventListener("drop", (event) => {
      event.preventDefault();
      const dragged = event.dataTransfer?.getData("text/plain") ?? "";
      const step = pathway.steps.find((one) => one.ctid === dragged);
      if (step) this.#move(step, level);
      else this.dropped(dragged, level);
    });
    return made;
  }

  /**
   * The name of a level, and the buttons that move and remove it.
   * @param {Pathway} pathway
   * @param {Level} level
   */
  #head({ levels, steps }, level) {
    const place = levels.indexOf(level);
    const name = element("input", { "aria-label": `Name of level ${place + 1}` });
    name.value = level.name;
    name.addEventListener("change", () => {
      level.name = name.value;
      this.changed();
    });
    /** @type {(sign: string, label: string, act: () => void) => HTMLButtonElement} */
    const tool = (sign, label, act) => {
      const acts = () => {
        levels.splice(place, 1);
        act();
        this.changed();
      };
      return button(sign, acts, { "aria-label": about(label, level.name) });
    };
    const buttons = [
      tool("←", labels.levelBack, () => levels.splice(Math.max(0, place - 1), 0, level)),
      tool("→", labels.levelOn, () => levels.splice(place + 1, 0, level)),
      tool("×", labels.removeLevel, () => {
        steps.filter((step) => step.level === level.ctid).forEach((step) => (step.level = ""));
      }),
    ];
    return [element("h3", {}, name), element("p", {}, ...buttons)];
  }

  /**
   * @param {Pathway} pathway
   * @param {Step} step
   * @param {number} number
   */
  #card(pathway, step, number) {
    const problems = this.problemsOf(step);
    const marks = [
      this.types[step.type] || step.type,
      step.ctid === pathway.destination && "the destination",
      problems && `${problems} to fix`,
    ];
    /** @type {(by: number, sign: string, label: string) => HTMLButtonElement} */
    const arrow = (by, sign, label) => {
      const id = `${step.ctid}${sign}`;
      const moves = () => {
        this.#move(step, this.levels[number + by]);
        at(id).focus();
      };
      const made = button(sign, moves, { "aria-label": about(label, step.name), id });
      made.disabled = !this.levels[number + by];
      return made;
    };
    const made = element(
      "li",
      { draggable: "true" },
      button(step.name || labels.unnamedStep, () => this.edit(step), { class: "opens" }),
      element("span", { class: "soft" }, marks.filter(Boolean).join(", ")),
      element("span", {}, arrow(-1, "←", labels.stepBack), " ", arrow(1, "→", labels.stepOn)),
    );
    made.addEventListener("dragstart", (event) => event.dataTransfer?.setData("text/plain", step.ctid));
    return made;
  }

  /**
   * @param {Step} step
   * @param {Level} level
   */
  #move(step, level) {
    step.level = level.ctid;
    this.changed();
  }
}
