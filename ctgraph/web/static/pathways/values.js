// The values of a document: texts in any form of JSON-LD, and references. What is not changed stays as it is.
/** @import {JsonNode} from "../../assets/types/pathways.d.ts" */

const CTID = /ce-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * @param {any} value
 * @returns {any[]}
 */
export const each = (value) => (value === undefined || value === null ? [] : [value].flat());

/**
 * Return the CTIDs that IRIs, references or plain CTIDs end with, in lower case.
 * @param {any} value
 * @returns {string[]}
 */
export const ctidsIn = (value) =>
  each(value).flatMap((one) => {
    const text = String((typeof one === "object" ? one["@id"] : one) ?? "");
    const found = /\s/.test(text) ? undefined : text.match(CTID)?.[0].toLowerCase();
    return found ? [found] : [];
  });

/**
 * Return the way to the text that the page shows, preferably the English one.
 * @param {any} value a text, a language map, a value object, or a list of these
 * @returns {(string | number)[]}
 */
function wayIn(value) {
  if (typeof value !== "object" || value === null) return [];
  const keys = Object.keys(value);
  const english = Array.isArray(value)
    ? keys.filter((key) => /^en\b/i.test(value[Number(key)]?.["@language"] ?? ""))
    : ["@value", "en-US", "en"].filter((key) => key in value);
  const [key] = [...english, ...keys];
  return key === undefined ? [] : [key, ...wayIn(value[key])];
}

/**
 * Return the text that the page shows of a value.
 * @param {any} value
 * @returns {string}
 */
export function textOf(value) {
  const found = wayIn(value).reduce((inside, key) => inside[key], value);
  return typeof found === "object" ? "" : String(found ?? "");
}

/**
 * Return a value in which a text replaces the one that the page shows. An empty text removes it.
 * @param {any} value
 * @param {string} text
 * @param {(text: string) => any} fresh makes a value of the text where there is none in a language
 * @returns {any}
 */
export function withText(value, text, fresh) {
  if (textOf(value) === text) return value;
  const way = wayIn(value);
  if (!way.length) return text ? fresh(text) : undefined;
  /** @type {(inside: any, way: (string | number)[]) => any} */
  const put = (inside, [key, ...rest]) => {
    if (key === undefined) return text || undefined;
    const put_ = put(inside[key], rest);
    if (Array.isArray(inside)) return inside.flatMap((one, i) => (i === Number(key) ? (put_ ?? []) : [one]));
    const others = Object.entries(inside).filter(([name]) => name !== key);
    if (put_ === undefined && (key === "@value" || !others.length)) return undefined;
    return put_ === undefined ? Object.fromEntries(others) : { ...inside, [key]: put_ };
  };
  return put(value, way);
}

/** @param {string} text */
export const english = (text) => ({ "en-US": text });

/** @param {string} text */
export const plain = (text) => text;

/**
 * Return references without some of them, and with others.
 * @param {any} value
 * @param {Set<string>} removed their CTIDs
 * @param {string[]} added IRIs
 */
export function withReferences(value, removed, added) {
  const there = ctidsIn(value);
  const kept = each(value).filter((one) => !ctidsIn(one).some((ctid) => removed.has(ctid)));
  const fresh = added.filter((iri) => !there.includes(ctidsIn(iri)[0]));
  return kept.length === each(value).length && !fresh.length ? value : [...kept, ...fresh];
}

/** @param {unknown} value */
const isEmpty = (value) =>
  value === undefined || value === null || value === "" || (Array.isArray(value) && !value.length);

/**
 * Return a node with some of its properties replaced, or itself if that changes nothing. Properties that
 * lose their value are left out.
 * @param {JsonNode} node
 * @param {JsonNode} properties
 * @returns {JsonNode}
 */
export function replaced(node, properties) {
  const changed = Object.entries(properties).filter(
    ([key, value]) => value !== node[key] && !(isEmpty(value) && isEmpty(node[key])),
  );
  if (!changed.length) return node;
  const empty = new Set(changed.filter(([, value]) => isEmpty(value)).map(([key]) => key));
  const all = Object.entries({ ...node, ...Object.fromEntries(changed) });
  return Object.fromEntries(all.filter(([key]) => !empty.has(key)));
}

/**
 * Return the operator of a condition: "And", "Or", "OnlyOne", or nothing.
 * @param {any} value
 * @returns {string}
 */
export function operatorIn(value) {
  const [first] = each(value);
  const target = typeof first === "object" ? first["ceterms:targetNode"] || first["@id"] : first;
  return String(target || "").match(/(And|OnlyOne|Or)$/)?.[0] || "";
}
