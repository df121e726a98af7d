// What the scripts of the pages share: making elements, finding them, and reading embedded data.
const SVG = "http://www.w3.org/2000/svg";

/**
 * @template {Element} E
 * @param {E} made
 * @param {Record<string, unknown>} attributes
 * @param {(Node | string)[]} children
 */
function filled(made, attributes, children) {
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  made.append(...children);
  return made;
}

/**
 * Make an HTML element.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} name
 * @param {Record<string, unknown>} attributes
 * @param {...(Node | string)} children
 */
export function element(name, attributes = {}, ...children) {
  return filled(document.createElement(name), attributes, children);
}

/**
 * Make an element of an SVG picture.
 * @template {keyof SVGElementTagNameMap} K
 * @param {K} name
 * @param {Record<string, unknown>} attributes
 * @param {...(Node | string)} children
 */
export function svgElement(name, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, name), attributes, children);
}

/**
 * Return the element with an id. The template of the page must have it.
 * @template {HTMLElement} [E=HTMLElement]
 * @param {string} id
 * @param {new () => E} [kind]
 * @returns {E}
 */
export function at(id, kind) {
  const found = document.getElementById(id);
  if (!(found instanceof (kind ?? HTMLElement))) throw new Error(`The page has no ${kind?.name ?? "element"} #${id}.`);
  return /** @type {E} */ (found);
}

/**
 * Return the value that the page embeds as JSON, or null where it embeds none.
 * @param {string} id
 */
export function embedded(id) {
  return JSON.parse(document.getElementById(id)?.textContent || "null");
}

/**
 * Make a button.
 * @param {string} title
 * @param {(event: MouseEvent) => void} pressed
 * @param {Record<string, unknown>} attributes
 */
export function button(title, pressed, attributes = {}) {
  const made = element("button", { type: "button", ...attributes }, title);
  made.addEventListener("click", pressed);
  return made;
}
