// The form for one step of a pathway: its kind, its levels and its conditions.
import { at, button, element } from "../dom.js";
import { newCondition } from "./draft.js";
import { fields, labels } from "./labels.js";
import { isSerious, problemList } from "./problems.js";
import { words } from "./words.js";
/** @import {DraftCondition, Pathway, Problem, Step, Thing} from "../../assets/types/pathways.d.ts" */

/** @typedef {HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement} Control */

/**
 * @param {string} title
 * @param {Control} control
 */
const field = (title, control) => element("label", {}, title, control);

/** @param {[string, string][]} options */
const choice = (options) =>
  element("select", {}, ...options.map(([value, title]) => element("option", { value }, title)));

/**
 * @typedef {object} EditorOptions
 * @property {Record<string, string>} types the kinds of steps and their titles
 * @property {() => void} changed called after every change
 * @property {(step: Step) => void} remove removes a step
 */

export class Editor {
  /** @type {Map<Thing, Problem[]>} */
  problems = new Map();
  /** @type {Step | null} */
  step = null;

  /** @param {EditorOptions} options */
  constructor({ types, changed, remove }) {
    this.types = types;
    this.changed = changed;
    this.remove = remove;
  }

  /**
   * @param {Pathway} pathway
   * @param {Step} step
   */
  show(pathway, step) {
    this.step = step;
    const form = new Form(this, pathway, step);
    at("details").replaceChildren(...form.parts());
  }

  close() {
    this.step = null;
    at("details").replaceChildren(element("p", { class: "soft" }, "Choose a step to say what it needs."));
  }

  /** @param {Thing} thing */
  serious(thing) {
    return (this.problems.get(thing) || []).filter(isSerious);
  }
}

class Form {
  /**
   * @param {Editor} editor
   * @param {Pathway} pathway
   * @param {Step} step
   */
  constructor(editor, pathway, step) {
    this.editor = editor;
    this.pathway = pathway;
    this.step = step;
  }

  // After a change of which fields there are.
  #again() {
    this.editor.changed();
    this.editor.show(this.pathway, this.step);
  }

  /**
   * Show a value in a control, and keep the text that is written into it.
   * @template {Control} C
   * @param {C} control
   * @param {string | number | null} value
   * @param {(text: string) => void} keep
   */
  #bound(control, value, keep) {
    control.value = String(value ?? "");
    control.addEventListener("input", () => {
      keep(control.value);
      this.editor.changed();
    });
    return control;
  }

  /** @param {Step | DraftCondition} thing */
  #name(thing) {
    return field(
      fields.step["ceterms:name"],
      this.#bound(element("input"), thing.name, (text) => (thing.name = text)),
    );
  }

  /**
   * @param {string} title
   * @param {Step | DraftCondition} thing
   */
  #description(title, thing) {
    const control = element("textarea", { rows: 2 });
    return field(
      title,
      this.#bound(control, thing.description, (text) => (thing.description = text)),
    );
  }

  parts() {
    const { editor, step } = this;
    const records = step.proxies.map((ctid) =>
      element("p", {}, `${fields.step["ceterms:proxyFor"]} `, element("a", { href: `/resources/${ctid}` }, "a record")),
    );
    return [
      element("h2", {}, step.name || labels.unnamedStep),
      ...problemList(editor.serious(step)),
      element(
        "div",
        { class: "step" },
        this.#name(step),
        this.#description(fields.step["ceterms:description"], step),
        ...this.#kind(),
        this.#level(),
        this.#destination(),
        ...records,
        this.#steps(fields.step["ceterms:precededBy"], step.after),
        ...step.conditions.map((one) => this.#condition(one, step.conditions)),
        button(labels.addCondition, () => {
          step.conditions.push(newCondition());
          this.#again();
        }),
        button(labels.removeStep, () => editor.remove(step)),
      ),
    ];
  }

  #kind() {
    const { editor, step } = this;
    const kind = choice(Object.entries(editor.types));
    kind.value = step.type;
    kind.addEventListener("input", () => {
      step.type = kind.value;
      this.#again();
    });
    if (step.type !== "ceterms:CredentialComponent") return [field(fields.step["@type"], kind)];
    const type = element("input", { placeholder: "ceterms:License", size: 28 });
    this.#bound(type, step.credentialType, (text) => (step.credentialType = text));
    return [field(fields.step["@type"], kind), field(fields.step["ceterms:credentialType"], type)];
  }

  #level() {
    const { pathway, step } = this;
    const levels = choice([["", labels.noLevel], ...pathway.levels.map(named)]);
    return field(
      fields.step["asn:hasProgressionLevel"],
      this.#bound(levels, step.level, (text) => (step.level = text)),
    );
  }

  #destination() {
    const { pathway, step, editor } = this;
    const tick = element("input", { type: "checkbox" });
    tick.checked = pathway.destination === step.ctid;
    tick.addEventListener("change", () => {
      pathway.destination = tick.checked ? step.ctid : "";
      editor.changed();
    });
    return element("label", { class: "inline" }, tick, ` ${fields.step["ceterms:isDestinationComponentOf"]}`);
  }

  /**
   * @param {DraftCondition} condition
   * @param {DraftCondition[]} among
   * @returns {HTMLFieldSetElement}
   */
  #condition(condition, among) {
    const number = element("input", { type: "number", min: 1, max: 99 });
    this.#bound(number, condition.required, (text) => (condition.required = Number(text) || null));
    return element(
      "fieldset",
      { class: "condition" },
      element("legend", {}, fields.step["ceterms:hasCondition"]),
      ...problemList(this.editor.serious(condition)),
      this.#name(condition),
      this.#description(fields.condition["ceterms:description"], condition),
      this.#steps(fields.condition["ceterms:targetComponent"], condition.targets),
      field(fields.condition["ceterms:requiredNumber"], number),
      ...this.#operator(condition),
      ...condition.conditions.map((one) => this.#condition(one, condition.conditions)),
      button(labels.nestCondition, () => {
        condition.operator ||= "And";
        condition.conditions.push(newCondition());
        this.#again();
      }),
      button(labels.removeCondition, () => {
        among.splice(among.indexOf(condition), 1);
        this.#again();
      }),
    );
  }

  /** @param {DraftCondition} condition */
  #operator(condition) {
    if (!condition.conditions.length) return [];
    const operators = choice(Object.entries(words.nested).filter(([name]) => name));
    this.#bound(operators, condition.operator, (text) => (condition.operator = text));
    return [field(fields.condition["ceterms:logicalOperator"], operators)];
  }

  /**
   * @param {string} title
   * @param {Set<string>} chosen
   */
  #steps(title, chosen) {
    const others = this.pathway.steps.filter((one) => one !== this.step);
    const rows = others.map((one) => {
      const tick = element("input", { type: "checkbox" });
      tick.checked = chosen.has(one.ctid);
      tick.addEventListener("change", () => {
        if (tick.checked) chosen.add(one.ctid);
        else chosen.delete(one.ctid);
        this.editor.changed();
      });
      return element("label", { class: "inline" }, tick, ` ${one.name || one.ctid}`);
    });
    const none = element("p", { class: "soft" }, "There are no other steps yet.");
    return element("fieldset", {}, element("legend", {}, title), ...(rows.length ? rows : [none]));
  }
}

/**
 * Return a level or a step as an option of a choice.
 * @param {{ctid: string, name: string}} thing
 * @returns {[string, string]}
 */
export function named({ ctid, name }) {
  return [ctid, name];
}
