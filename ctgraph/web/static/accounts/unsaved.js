// What somebody writes into a form is kept in the browser until it is saved, and nobody leaves it unasked.
import { at } from "../dom.js";

const form = at("entering", HTMLFormElement);
const notice = at("unsaved");
const kept = `ctgraph ${location.pathname}${location.search}`;
let changed = false;

/** Return what the form holds, by the names of its fields. */
function values() {
  const named = [...new FormData(form)].filter(([name]) => name !== "csrf_token");
  return named.map(([name, value]) => [name, String(value)]);
}

/** Return the state of the record that a form was opened with. @param {string[][]} pairs */
const base = (pairs) => pairs.find(([name]) => name === "base")?.[1];

/** Return what was kept for this form; nothing where it was saved since. */
function unsaved() {
  const pairs = JSON.parse(localStorage.getItem(kept) ?? "[]");
  return base(pairs) === base(values()) ? pairs : [];
}

/** @param {string[][]} pairs */
function restore(pairs) {
  for (const field of form.elements) {
    if (!(
      field instanceof HTMLInputElement ||
      field instanceof HTMLTextAreaElement ||
      field instanceof HTMLSelectElement
    ))
      continue;
    const given = pairs.filter(([name]) => name === field.name).map(([, value]) => value);
    if (field instanceof HTMLSelectElement)
      for (const option of field.options) option.selected = given.includes(option.value);
    else if (field instanceof HTMLInputElement && field.type === "checkbox") field.checked = given.length > 0;
    else if (given.length) field.value = given[0];
  }
}

form.addEventListener("input", () => {
  changed = true;
  localStorage.setItem(kept, JSON.stringify(values()));
});
form.addEventListener("submit", () => (changed = false));
addEventListener("beforeunload", (event) => {
  if (changed) event.preventDefault();
});
const found = unsaved();
if (!found.length) localStorage.removeItem(kept);
notice.hidden = !found.length || JSON.stringify(found) === JSON.stringify(values());
at("restore").addEventListener("click", () => {
  restore(found);
  changed = true;
  notice.hidden = true;
});
at("forget").addEventListener("click", () => {
  localStorage.removeItem(kept);
  notice.hidden = true;
});
