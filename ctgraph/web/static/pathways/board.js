// The board on which steps are put at levels, with a mouse, a finger or the keyboard.
import { at, button, element } from "../dom.js";

export class Board {
  // changed() is told of every change, edit(step) opens a step, toMend(step) counts what is wrong
  // with one, and dropped(id, level) gets what was dragged here from elsewhere.
  constructor({ types, changed, edit, toMend, dropped }) {
    Object.assign(this, { types, changed, edit, toMend, dropped });
  }

  show(pathway) {
    this.pathway = pathway;
    this.levels = [{ ctid: "", name: pathway.levels.length ? "No level" : "Steps" }, ...pathway.levels];
    at("board").replaceChildren(...this.levels.map((level, number) => this.#column(level, number)));
  }

  #column(level, number) {
    const steps = this.pathway.steps.filter((step) => step.level === level.ctid);
    const cards = element("ul", {}, ...steps.map((step) => this.#card(step, number)));
    const head = level.ctid ? this.#head(level) : [element("h3", {}, level.name)];
    const made = element("section", { "aria-label": level.name }, ...head, cards);
    made.addEventListener("dragover", (event) => event.preventDefault());
    made.addEventListener("drop", (event) => {
      event.preventDefault();
      const dragged = event.dataTransfer.getData("text/plain");
      const step = this.pathway.steps.find((one) => one.ctid === dragged);
      if (step) this.#move(step, level);
      else this.dropped(dragged, level);
    });
    return made;
  }

  // The name of a level, and what can be done with it.
  #head(level) {
    const { levels, steps } = this.pathway;
    const place = levels.indexOf(level);
    const name = element("input", { "aria-label": `Name of level ${place + 1}` });
    name.value = level.name;
    name.addEventListener("change", () => {
      level.name = name.value;
      this.changed();
    });
    const tool = (sign, label, act) => {
      const acts = () => {
        levels.splice(place, 1);
        act();
        this.changed();
      };
      return button(sign, acts, { "aria-label": `${label}: ${level.name}` });
    };
    const buttons = [
      tool("←", "Level to the left", () => levels.splice(Math.max(0, place - 1), 0, level)),
      tool("→", "Level to the right", () => levels.splice(place + 1, 0, level)),
      tool("×", "Remove the level, not its steps", () => {
        steps.filter((step) => step.level === level.ctid).forEach((step) => (step.level = ""));
      }),
    ];
    return [element("h3", {}, name), element("p", {}, ...buttons)];
  }

  #card(step, number) {
    const wrong = this.toMend(step);
    const marks = [
      this.types[step.type] || step.type,
      step.ctid === this.pathway.destination && "the destination",
      wrong && `${wrong} to mend`,
    ];
    const arrow = (by, sign, label) => {
      const id = `${step.ctid}${sign}`;
      const moves = () => {
        this.#move(step, this.levels[number + by]);
        at(id).focus();
      };
      const made = button(sign, moves, { "aria-label": `${step.name} to the ${label} level`, id });
      made.disabled = !this.levels[number + by];
      return made;
    };
    const made = element(
      "li",
      { draggable: "true" },
      button(step.name || "a step without a name", () => this.edit(step), { class: "opens" }),
      element("span", { class: "soft" }, marks.filter(Boolean).join(", ")),
      element("span", {}, arrow(-1, "←", "previous"), " ", arrow(1, "→", "next")),
    );
    made.addEventListener("dragstart", (event) => event.dataTransfer.setData("text/plain", step.ctid));
    return made;
  }

  #move(step, level) {
    step.level = level.ctid;
    this.changed();
  }
}
