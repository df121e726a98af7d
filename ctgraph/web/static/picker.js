// Fields that pick a record, or a code of a list, by words of its name: comboboxes with a list (ARIA 1.2, pattern
// "combobox"). Without this script the server takes the words, and answers with what to choose from.
import { element } from "./dom.js";

const PAUSE_MS = 150; // of typing, before the registry is asked
const MIN_CHARACTERS = 2;

/**
 * @typedef {object} Found
 * @property {string} id
 * @property {string} name
 * @property {string} typeLabel
 * @property {string} ownerName
 */
/** @typedef {{key: string, frameworkName: string}} Listed */
/** @typedef {{list: string, code: string, name: string}} Code */

/**
 * Return the records whose names contain some words.
 * @param {string} q
 * @param {string} kind
 * @param {AbortSignal} signal
 * @returns {Promise<Found[]>}
 */
async function search(q, kind, signal) {
  const parameters = new URLSearchParams({ q, ...(kind && { kind }) });
  const answer = await fetch(`/pathways/search?${parameters}`, { signal, headers: { Accept: "application/json" } });
  const value = await answer.json();
  if (!answer.ok) throw new Error(value.detail);
  return value.records;
}

/**
 * Return the codes of lists that some words find, for a property that takes them.
 * @param {string} q
 * @param {string} property
 * @param {AbortSignal} signal
 * @returns {Promise<Found[]>}
 */
async function searchCodes(q, property, signal) {
  const parameters = new URLSearchParams({ q, property });
  const answer = await fetch(`/codes?${parameters}`, { signal, headers: { Accept: "application/json" } });
  const value = await answer.json();
  if (!answer.ok) throw new Error(value.detail);
  const titles = Object.fromEntries(value.lists.map((/** @type {Listed} */ one) => [one.key, one.frameworkName]));
  return value.codes.map((/** @type {Code} */ one) => ({
    id: `${one.list}:${one.code}`,
    name: `${one.code} ${one.name}`,
    typeLabel: titles[one.list],
    ownerName: "",
  }));
}

class Picker {
  /** @type {Found[]} */
  #found = [];
  #active = -1;
  #asking = new AbortController();

  /** @param {HTMLInputElement} input */
  constructor(input) {
    this.input = input;
    this.many = input.dataset.pick === "many";
    this.kinds = input.dataset.kinds || "";
    this.codes = input.dataset.codes || "";
    this.what = this.codes ? "code" : "record";
    // The form sends the hidden field: the CTID of the record, or the words as they are.
    this.sent = element("input", { type: "hidden", name: input.name, value: input.value });
    this.list = element("ul", {
      role: "listbox",
      id: `${input.id}-list`,
      "aria-label": this.codes ? "Codes" : "Records",
      hidden: "",
    });
    this.told = element("p", { class: "soft", role: "status" });
    input.removeAttribute("name");
    if (input.dataset.named) input.value = input.dataset.named;
    input.parentElement?.querySelector("[data-naming]")?.remove();
    const combobox = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false" };
    for (const [name, value] of Object.entries({ ...combobox, "aria-controls": this.list.id }))
      input.setAttribute(name, value);
    input.after(this.sent, this.list, this.told);
    input.addEventListener("input", () => this.#type());
    input.addEventListener("keydown", (event) => this.#press(event));
    input.addEventListener("blur", () => this.#close());
  }

  #type() {
    this.sent.value = this.input.value;
    this.#close();
    this.told.textContent = "";
    this.#asking.abort();
    this.#asking = new AbortController();
    const { signal } = this.#asking;
    const words = this.input.value.trim();
    if (words.length < MIN_CHARACTERS || /^(ce-|https?:)/i.test(words)) return;
    setTimeout(() => signal.aborted || this.#ask(words, signal), PAUSE_MS);
  }

  /**
   * @param {string} words
   * @param {AbortSignal} signal
   */
  async #ask(words, signal) {
    try {
      const found = await (this.codes ? searchCodes(words, this.codes, signal) : search(words, this.kinds, signal));
      if (!signal.aborted) this.#show(found);
    } catch (error) {
      if (!signal.aborted) this.told.textContent = `The registry could not search. ${error}`;
    }
  }

  /** @param {Found[]} found */
  #show(found) {
    this.#found = found;
    this.list.replaceChildren(...found.map((one, number) => this.#option(one, number)));
    this.told.textContent = found.length
      ? `${found.length} ${this.what}s; more words narrow the choice.`
      : `No ${this.what} has these words.`;
    this.list.hidden = !found.length;
    this.input.setAttribute("aria-expanded", String(found.length > 0));
  }

  /**
   * @param {Found} one
   * @param {number} number
   */
  #option(one, number) {
    const about = [one.typeLabel, one.ownerName].filter(Boolean).join(", ");
    const option = element("li", { role: "option", id: `${this.list.id}-${number}`, "aria-selected": "false" });
    option.append(one.name || one.id, " ", element("span", { class: "soft" }, about));
    // The field keeps the focus, so that pressing the button does not close the list first.
    option.addEventListener("pointerdown", (event) => event.preventDefault());
    option.addEventListener("click", () => this.#pick(number));
    return option;
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    if (this.list.hidden) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) this.#move(step);
    else if (event.key === "Enter" && this.#active >= 0) this.#pick(this.#active);
    else if (event.key === "Escape") this.#close();
    else return;
    event.preventDefault();
  }

  /** @param {number} step */
  #move(step) {
    const options = [...this.list.children];
    const start = this.#active < 0 && step < 0 ? 0 : this.#active;
    this.#active = (start + step + options.length) % options.length;
    options.forEach((option, number) => option.setAttribute("aria-selected", String(number === this.#active)));
    options[this.#active].scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", options[this.#active].id);
  }

  /** @param {number} number */
  #pick(number) {
    const { id, name } = this.#found[number];
    this.#close();
    this.told.textContent = `${name || id} is chosen.`;
    this.input.value = this.many ? "" : name || id;
    this.sent.value = this.many ? "" : id;
    if (this.many) this.#add(id, name || id);
  }

  /**
   * @param {string} id
   * @param {string} name
   */
  #add(id, name) {
    const chosen = this.input.closest("fieldset")?.querySelector("ul");
    const known = chosen?.querySelector(`input[value="${id}"]`);
    if (known instanceof HTMLInputElement) {
      known.checked = true;
      return;
    }
    const box = element("input", { type: "checkbox", name: this.sent.name, value: id, checked: "" });
    chosen?.append(element("li", {}, element("label", {}, box, " ", name)));
  }

  #close() {
    this.list.hidden = true;
    this.#active = -1;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }
}

/** @type {NodeListOf<HTMLInputElement>} */
const fields = document.querySelectorAll("input[data-pick]");
for (const field of fields) new Picker(field);
