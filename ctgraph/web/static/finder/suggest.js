// Completes what somebody types into a search box (ARIA 1.2, pattern "combobox"). Without it, the form just searches.
import { element } from "../dom.js";

const PAUSE_MS = 150; // of typing, before the registry is asked
const MIN_CHARACTERS = 2;

/** @typedef {{ ctid: string, name: string }} Suggestion */

class Suggestions {
  #active = -1;
  #asking = new AbortController();

  /** @param {HTMLInputElement} input */
  constructor(input) {
    this.input = input;
    this.list = element("ul", { role: "listbox", id: `${input.id}-list`, "aria-label": "Suggestions", hidden: "" });
    this.list.className = "suggested";
    const combobox = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false" };
    for (const [name, value] of Object.entries({ ...combobox, "aria-controls": this.list.id }))
      input.setAttribute(name, value);
    input.after(this.list);
    input.addEventListener("input", () => this.#type());
    input.addEventListener("keydown", (event) => this.#press(event));
    input.addEventListener("blur", () => this.#close());
  }

  #type() {
    this.#close();
    this.#asking.abort();
    this.#asking = new AbortController();
    const { signal } = this.#asking;
    const words = this.input.value.trim();
    if (words.length >= MIN_CHARACTERS) setTimeout(() => signal.aborted || this.#ask(words, signal), PAUSE_MS);
  }

  /**
   * @param {string} words
   * @param {AbortSignal} signal
   */
  async #ask(words, signal) {
    try {
      const address = `${this.input.dataset.suggest}?${new URLSearchParams({ q: words })}`;
      const answer = await fetch(address, { signal, headers: { Accept: "application/json" } });
      if (answer.ok && !signal.aborted) this.#show((await answer.json()).suggestions);
    } catch {
      // The box works without suggestions.
    }
  }

  /** @param {Suggestion[]} found */
  #show(found) {
    this.list.replaceChildren(
      ...found.map((one, index) => {
        const option = element("li", { role: "option", id: `${this.list.id}-${index}`, "aria-selected": "false" });
        option.textContent = one.name;
        option.dir = "auto";
        option.addEventListener("mousedown", (event) => {
          event.preventDefault();
          location.assign(`/resources/${one.ctid}`);
        });
        option.dataset.ctid = one.ctid;
        return option;
      }),
    );
    this.#active = -1;
    this.list.hidden = !found.length;
    this.input.setAttribute("aria-expanded", String(found.length > 0));
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    const options = [...this.list.children];
    if (event.key === "Escape") this.#close();
    if (event.key === "Enter" && this.#active >= 0) {
      event.preventDefault();
      const chosen = /** @type {HTMLElement} */ (options[this.#active]);
      location.assign(`/resources/${chosen.dataset.ctid}`);
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || this.list.hidden) return;
    event.preventDefault();
    this.#active = (this.#active + step + options.length) % options.length;
    options.forEach((option, index) => option.setAttribute("aria-selected", String(index === this.#active)));
    this.input.setAttribute("aria-activedescendant", options[this.#active].id);
  }

  #close() {
    this.list.hidden = true;
    this.#active = -1;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }
}

for (const input of document.querySelectorAll("input[data-suggest]"))
  new Suggestions(/** @type {HTMLInputElement} */ (input));
