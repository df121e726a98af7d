// What the scripts of the pathways' pages share: making elements, finding them, reading what is embedded.
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

export const at = (id) => document.getElementById(id);

export function embedded(id) {
  return JSON.parse(at(id)?.textContent || "null");
}

export function button(title, pressed, more = {}) {
  const made = element("button", { type: "button", ...more }, title);
  made.addEventListener("click", pressed);
  return made;
}
