// Values of results as texts.
/** @import {Binding, Prefixes} from "../../assets/types/yasgui.d.ts" */

/**
 * Return the text of a value. A triple term has an object in its place.
 * @param {Binding} binding
 */
export function textOf(binding) {
  return typeof binding.value === "string" ? binding.value : JSON.stringify(binding.value);
}

/**
 * Return an IRI with a prefix in place of its namespace, or null where no prefix fits.
 * @param {string} iri
 * @param {Prefixes} prefixes
 */
export function prefixed(iri, prefixes) {
  const [prefix, start] = Object.entries(prefixes || {}).find(([, start]) => iri.startsWith(start)) ?? ["", ""];
  return prefix ? `${prefix}:${iri.slice(start.length)}` : null;
}

/**
 * Return the label of a value in a picture: the whole text, with a prefix where one fits.
 * @param {Binding | undefined} binding
 * @param {Prefixes} prefixes
 */
export function labelOf(binding, prefixes) {
  if (!binding) return "";
  const text = textOf(binding);
  return (binding.type === "uri" && prefixed(text, prefixes)) || text;
}
