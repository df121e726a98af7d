// Narrows the columns that a template may have to those with some words. Chosen ones stay chosen.
import { at } from "../dom.js";

const table = at("columns", HTMLTableElement);
const words = at("column-words", HTMLInputElement);

words.addEventListener("input", () => {
  const wanted = words.value.toLowerCase().split(/\s+/);
  let found = 0;
  for (const group of table.tBodies) {
    const rows = [...group.rows].filter((row) => "column" in row.dataset);
    for (const row of rows) {
      const text = (row.textContent ?? "").toLowerCase();
      row.hidden = !wanted.every((word) => text.includes(word));
    }
    const shown = rows.filter((row) => !row.hidden).length;
    group.hidden = shown === 0;
    found += shown;
  }
  at("no-column").textContent = found ? "" : (table.dataset.none ?? "");
});
words.addEventListener("keydown", (event) => {
  if (event.key === "Enter") event.preventDefault(); // it would download the template
});
at("filter").hidden = false;
