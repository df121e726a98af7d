// What the picture of links says about its parts: aloud, and in the panel beside it.
import { at, element } from "../dom.js";
import { conditionsOf, countOf, looks, nameOf, pageOf, providerOf, strengthOf, webpageOf } from "./words.js";
/** @import {EdgeCollection, SingularElementArgument} from "cytoscape" */
/** @import {AnswerEdge, AnswerNode} from "../../assets/types/pathways.d.ts" */

/** @param {EdgeCollection} edges */
const shown = (edges) => edges.not(".hidden");

/**
 * Describe a node or a link in one sentence.
 * @param {SingularElementArgument} target
 */
export function describe(target) {
  if (target.isEdge()) {
    /** @type {AnswerEdge} */
    const edge = target.data("edge");
    const either = edge.alternative ? `, ${looks.marks.alternative}` : "";
    const [from, to] = [target.source().data("node"), target.target().data("node")];
    return `${nameOf(from)} ${strengthOf(edge)} ${nameOf(to)}${either}`;
  }
  /** @type {AnswerNode} */
  const node = target.data("node");
  const [before, after] = [shown(target.incomers("edge")).length, shown(target.outgoers("edge")).length];
  const facts = [nameOf(node), node.typeLabel, providerOf(node), looks.statuses[node.status]];
  return [...facts.filter(Boolean), `${before} lead here, it leads to ${after}`].join(", ");
}

/** @param {AnswerNode} node */
function linked(node) {
  if (node.status !== "external") return element("a", { href: pageOf(node.id) }, nameOf(node));
  const page = webpageOf(node);
  return page ? element("a", { href: page, rel: "external nofollow" }, nameOf(node)) : nameOf(node);
}

/**
 * The conditions of a link, who states it, and by which property.
 * @param {AnswerEdge} edge
 */
function detailsOf(edge) {
  const who = [...new Set(edge.assertions.map((one) => one.ownerName || one.owner || one.by))].join(", ");
  /** @type {HTMLElement[]} */
  const parts = edge.alternative ? [element("span", { class: "language" }, looks.marks.alternative)] : [];
  for (const one of conditionsOf(edge)) {
    const name = one.name ? [element("strong", {}, one.name), one.description ? ": " : ""] : [];
    parts.push(element("p", {}, countOf(one), ...name, one.description));
  }
  const { sentence } = looks.sides[edge.agreed];
  parts.push(
    element(
      "p",
      { class: "soft" },
      sentence.replace("{who}", () => who),
    ),
  );
  const terms = [...new Set(edge.assertions.map((one) => one.property))];
  const links = terms.flatMap((term, i) => [i ? ", " : "", element("a", { href: `/vocab/${term}` }, term)]);
  parts.push(element("p", { class: "soft" }, "By ", ...links));
  return parts;
}

/**
 * @param {string} title
 * @param {EdgeCollection} edges
 * @param {"source" | "target"} side
 */
function section(title, edges, side) {
  if (edges.empty()) return [];
  const items = edges.map((found) => {
    /** @type {AnswerEdge} */
    const edge = found.data("edge");
    const other = linked(found[side]().data("node"));
    const first = side === "source" ? [other, ` ${strengthOf(edge)} it `] : [`${strengthOf(edge)} `, other, " "];
    return element("li", {}, ...first, ...detailsOf(edge));
  });
  return [element("h3", {}, title), element("ul", {}, ...items)];
}

const YEAR_DAYS = 365.25;
const UNITS = /** @type {const} */ ([
  ["year", YEAR_DAYS],
  ["month", YEAR_DAYS / 12],
  ["week", 7],
]);

/**
 * Return a number of days in the largest unit of which they are a whole number, as the lists of the page do.
 * @param {number} days
 */
function timeOf(days) {
  const is = (/** @type {number} */ length) =>
    days >= length && Math.abs(days / length - Math.round(days / length)) < 1e-6;
  const [unit, length] = UNITS.find(([, length]) => is(length)) ?? ["day", 1];
  return new Intl.NumberFormat("en-US", { style: "unit", unit, unitDisplay: "long" }).format(Math.round(days / length));
}

/**
 * @param {number} amount
 * @param {string} currency a code, or any other text
 */
function priceOf(amount, currency) {
  if (!/^[A-Z]{3}$/.test(currency)) return `${amount.toLocaleString()} ${currency}`;
  const digits = Number.isInteger(amount) ? 0 : 2;
  return amount.toLocaleString("en-US", { style: "currency", currency, minimumFractionDigits: digits });
}

/** @param {AnswerNode} node */
function factsOf(node) {
  const facts = [
    node.typeLabel,
    node.days !== null && node.days >= 1 && timeOf(node.days),
    node.cost !== null && priceOf(node.cost, node.currency),
    looks.statuses[node.status],
  ];
  return facts.filter(Boolean).join(" · ");
}

/** @param {AnswerNode} node */
function linksOf(node) {
  const links = node.status === "external" ? [] : [element("a", { href: `/resources/${node.id}` }, "All about it")];
  if (webpageOf(node)) links.push(element("a", { href: webpageOf(node), rel: "external nofollow" }, "Its web page"));
  if (node.latest) links.push(element("a", { href: pageOf(node.latest) }, "Replaced: the latest version"));
  return links.flatMap((link, i) => [i ? " · " : "", link]);
}

/**
 * Show the details of a node or a link in the panel.
 * @param {SingularElementArgument} target
 */
export function show(target) {
  if (target.isEdge()) {
    /** @type {AnswerEdge} */
    const edge = target.data("edge");
    const [from, to] = [target.source(), target.target()].map((end) => linked(end.data("node")));
    at("details").replaceChildren(element("h2", {}, from, ` ${strengthOf(edge)} `, to), ...detailsOf(edge));
    return;
  }
  /** @type {AnswerNode} */
  const node = target.data("node");
  at("details").replaceChildren(
    element("h2", {}, linked(node)),
    element("p", {}, factsOf(node)),
    element("p", { class: "soft" }, providerOf(node)),
    element("p", {}, ...linksOf(node)),
    ...section("What precedes it", shown(target.incomers("edge")), "source"),
    ...section("What it leads to", shown(target.outgoers("edge")), "target"),
  );
}
