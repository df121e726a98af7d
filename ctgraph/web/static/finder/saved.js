// Searches that this browser keeps: the button that saves one, and the page that lists them.
const KEY = "ctgraph.searches";
const MAX_SAVED = 100;

/** @typedef {{ query: string, title: string }} Saved */

/** @returns {Saved[]} */
function kept() {
  try {
    const found = JSON.parse(localStorage.getItem(KEY) || "[]");
    return Array.isArray(found) ? found.filter((one) => typeof one?.query === "string") : [];
  } catch {
    return [];
  }
}

/** @param {Saved[]} searches */
function keep(searches) {
  localStorage.setItem(KEY, JSON.stringify(searches.slice(0, MAX_SAVED)));
}

/** @param {HTMLElement} list */
function show(list) {
  const item = /** @type {HTMLTemplateElement} */ (document.getElementById("saved-item"));
  const searches = kept();
  list.replaceChildren(
    ...searches.map((one) => {
      const made = /** @type {DocumentFragment} */ (item.content.cloneNode(true));
      const part = (/** @type {string} */ name) =>
        /** @type {HTMLAnchorElement} */ (made.querySelector(`[data-part="${name}"]`));
      part("search").href = `/search?${one.query}`;
      part("search").textContent = one.title || one.query;
      part("weekly").href = `/account/weekly?${one.query}`;
      part("remove").addEventListener("click", () => {
        keep(kept().filter((other) => other.query !== one.query));
        show(list);
      });
      return made;
    }),
  );
  document.getElementById("saved-unscripted")?.remove();
  document.getElementById("saved-empty")?.toggleAttribute("hidden", searches.length > 0);
}

/** @param {HTMLElement} button */
function offer(button) {
  const { query = "", title = "", done = "" } = button.dataset;
  button.hidden = false;
  button.addEventListener("click", () => {
    keep([{ query, title }, ...kept().filter((one) => one.query !== query)]);
    const told = document.getElementById("saved-told");
    if (told) told.textContent = done;
  });
}

const list = document.getElementById("saved-list");
if (list) show(list);
const button = document.getElementById("save-search");
if (button) offer(button);
