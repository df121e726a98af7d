// The records that this browser keeps for a comparison: a tray, and the boxes and buttons that put records into it.
import { at, embedded } from "../dom.js";

const KEY = "ctgraph.compare";
const MAX_COMPARED = 10;

/** @typedef {{ record: string, name: string }} Chosen */

/** @returns {Chosen[]} */
function kept() {
  try {
    const found = JSON.parse(localStorage.getItem(KEY) || "[]");
    return Array.isArray(found) ? found.filter((one) => /^ce-[0-9a-f-]{36}$/.test(one?.record)) : [];
  } catch {
    return [];
  }
}

/** @param {Chosen[]} records */
function keep(records) {
  try {
    localStorage.setItem(KEY, JSON.stringify(records));
  } catch {
    // A browser that stores nothing keeps them as long as the page is open.
  }
}

class Tray {
  #form = at("tray", HTMLFormElement);
  #told = /** @type {HTMLElement} */ (this.#form.querySelector("[role=status]"));
  #chosen = kept().slice(0, MAX_COMPARED);
  /** @type {HTMLElement[]} */
  #choices = [...document.querySelectorAll("[data-compare]")].map((one) => /** @type {HTMLElement} */ (one));

  constructor() {
    for (const choice of this.#choices) {
      choice.hidden = false;
      choice.addEventListener("click", () => this.#toggle(choice));
    }
    document.querySelector("[data-compare-link]")?.remove();
    document.getElementById("compare")?.setAttribute("hidden", "");
    at("tray-clear").addEventListener("click", () => this.#keep([]));
    addEventListener("pageshow", () => this.#show());
    addEventListener("storage", () => {
      this.#chosen = kept();
      this.#show();
    });
    this.#show();
  }

  /** @param {HTMLElement} choice */
  #toggle(choice) {
    const { compare: record = "", name = "" } = choice.dataset;
    const others = this.#chosen.filter((one) => one.record !== record);
    if (others.length < this.#chosen.length) this.#keep(others);
    else if (others.length < MAX_COMPARED) this.#keep([...others, { record, name }]);
    else this.#show(this.#told.dataset.full);
  }

  /** @param {Chosen[]} records */
  #keep(records) {
    this.#chosen = records;
    keep(records);
    this.#show();
  }

  /** Show the tray, and at each box and button whether its record is in it. */
  #show(told = "") {
    const item = /** @type {HTMLTemplateElement} */ (document.getElementById("tray-record"));
    this.#form.querySelector("ul")?.replaceChildren(
      ...this.#chosen.map(({ record, name }) => {
        const made = /** @type {DocumentFragment} */ (item.content.cloneNode(true));
        const [field, link, button] = /** @type {[HTMLInputElement, HTMLAnchorElement, HTMLButtonElement]} */ ([
          ...made.querySelectorAll("input, a, button"),
        ]);
        field.value = record;
        link.href = `/resources/${record}`;
        link.textContent = name || record;
        button.setAttribute("aria-label", `${button.getAttribute("aria-label")}: ${name || record}`);
        button.addEventListener("click", () => this.#keep(this.#chosen.filter((one) => one.record !== record)));
        return made;
      }),
    );
    this.#form.hidden = !this.#chosen.length;
    at("tray-count").textContent = `(${this.#chosen.length})`;
    this.#told.textContent = told;
    for (const choice of this.#choices) {
      const is = this.#chosen.some((one) => one.record === choice.dataset.compare);
      if (choice instanceof HTMLInputElement) choice.checked = is;
      else choice.setAttribute("aria-pressed", String(is));
    }
  }
}

// What the page of a comparison shows is what is kept from then on.
const compared = embedded("compared");
if (compared) keep(compared);
else new Tray();
