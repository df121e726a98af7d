// The form for one step of a pathway: what it is, and what it needs.
import { at, button, element } from "../dom.js";
import { newCondition } from "./draft.js";

function field(title, control) {
  return element("label", {}, title, control);
}

// A control that writes into a property of an object.
function bound(control, object, name, changed, read = (value) => value) {
  control.value = object[name] ?? "";
  control.addEventListener("input", () => {
    object[name] = read(control.value);
    changed();
  });
  return control;
}

function choice(options, object, name, changed) {
  return bound(
    element("select", {}, ...options.map(([value, title]) => element("option", { value }, title))),
    object,
    name,
    changed,
  );
}

// Whether a problem keeps the registry from taking the document, or should be mended.
export const isSerious = (problem) => problem.severity !== "info";

// The problems as a list; beside(problem) returns more to show.
export function problemList(problems, beside = () => []) {
  const shown = problems.map((problem) =>
    element(
      "li",
      { class: problem.severity },
      element("strong", {}, problem.message),
      ` ${problem.remedy || ""} `,
      ...beside(problem),
    ),
  );
  return shown.length ? [element("ul", { class: "problems" }, ...shown)] : [];
}

export class Editor {
  // changed() is told of every change, removed(step) of one that is to go.
  constructor({ types, words, changed, removed }) {
    Object.assign(this, { types, words, changed, removed, problems: new Map() });
  }

  show(pathway, step) {
    Object.assign(this, { pathway, step });
    at("details").replaceChildren(...this.#form());
  }

  serious(thing) {
    return (this.problems.get(thing) || []).filter(isSerious);
  }

  #again() {
    this.changed();
    this.show(this.pathway, this.step);
  }

  #form() {
    const { pathway, step, changed } = this;
    const end = element("input", { type: "checkbox" });
    end.checked = pathway.destination === step.ctid;
    end.addEventListener("change", () => {
      pathway.destination = end.checked ? step.ctid : "";
      changed();
    });
    const kind = choice(Object.entries(this.types), step, "type", () => this.#again());
    const levels = [["", "none"], ...pathway.levels.map(({ ctid, name }) => [ctid, name])];
    const credential = bound(
      element("input", { placeholder: "ceterms:License", size: 28 }),
      step,
      "credentialType",
      changed,
    );
    const records = step.proxies.map((ctid) =>
      element("p", {}, "Stands for ", element("a", { href: `/resources/${ctid}` }, "a record")),
    );
    return [
      element("h2", {}, step.name || "A step"),
      ...problemList(this.serious(step)),
      element(
        "div",
        { class: "step" },
        field("Name", bound(element("input", {}), step, "name", changed)),
        field("Description", bound(element("textarea", { rows: 2 }), step, "description", changed)),
        field("Kind", kind),
        ...(step.type === "ceterms:CredentialComponent" ? [field("Class of the credential", credential)] : []),
        field("Level", choice(levels, step, "level", changed)),
        element("label", { class: "inline" }, end, " The destination"),
        ...records,
        this.#steps("Comes after", step.after),
        ...step.conditions.map((one) => this.#condition(one, step.conditions)),
        button("Add a condition", () => {
          step.conditions.push(newCondition());
          this.#again();
        }),
        button("Remove this step", () => this.removed(step)),
      ),
    ];
  }

  #condition(condition, among) {
    const { changed, words } = this;
    const number = bound(
      element("input", { type: "number", min: 1, max: 99 }),
      condition,
      "required",
      changed,
      (value) => Number(value) || null,
    );
    const nested = condition.conditions.length
      ? [
          field(
            "Joined with what follows by",
            choice(
              Object.entries(words.nested).filter(([name]) => name),
              condition,
              "operator",
              changed,
            ),
          ),
        ]
      : [];
    return element(
      "fieldset",
      { class: "condition" },
      element("legend", {}, "A condition"),
      ...problemList(this.serious(condition)),
      field("Name", bound(element("input", {}), condition, "name", changed)),
      field("What it asks for", bound(element("textarea", { rows: 2 }), condition, "description", changed)),
      this.#steps("Steps that meet it", condition.targets),
      field("How many of them are needed; all, if left empty", number),
      ...nested,
      ...condition.conditions.map((one) => this.#condition(one, condition.conditions)),
      button("Add a condition inside", () => {
        condition.operator ||= "And";
        condition.conditions.push(newCondition());
        this.#again();
      }),
      button("Remove this condition", () => {
        among.splice(among.indexOf(condition), 1);
        this.#again();
      }),
    );
  }

  #steps(title, chosen) {
    const rows = this.pathway.steps
      .filter((one) => one !== this.step)
      .map((one) => {
        const box = element("input", { type: "checkbox" });
        box.checked = chosen.has(one.ctid);
        box.addEventListener("change", () => {
          if (box.checked) chosen.add(one.ctid);
          else chosen.delete(one.ctid);
          this.changed();
        });
        return element("label", { class: "inline" }, box, ` ${one.name || one.ctid}`);
      });
    return element(
      "fieldset",
      {},
      element("legend", {}, title),
      ...(rows.length ? rows : [element("p", { class: "soft" }, "There are no other steps yet.")]),
    );
  }
}
