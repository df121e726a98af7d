// What the picture of a published pathway says about its parts, in words.
import { element } from "../dom.js";
import { words } from "./words.js";
/** @import {SingularElementArgument} from "cytoscape" */
/** @import {Component, Condition, Constraint, Structure} from "../../assets/types/pathways.d.ts" */

/**
 * Say how many of its steps a condition asks for. The page's table says it in the same words.
 * @param {Pick<Condition, "required" | "operator" | "targets">} condition
 */
export function quantity({ required, operator, targets }) {
  if (targets.length < 2) return "";
  if (operator === "OnlyOne") return "only one of";
  if (required && required < targets.length)
    return `${required === 1 ? "any one" : `${required} of ${targets.length}`} of`;
  return operator === "Or" && !required ? "any one of" : "all of";
}

/**
 * Describe a part of the picture in one sentence.
 * @param {SingularElementArgument} target
 * @returns {string}
 */
export function describe(target) {
  if (target.hasClass("band")) return target.data("label");
  if (target.isEdge()) return `${target.source().data("label")} before ${target.target().data("label")}`;
  /** @type {{condition?: Condition, step: Component}} */
  const { condition, step } = target.data();
  const parts = condition
    ? ["condition", quantity(condition), condition.name, condition.description]
    : [step.name, step.typeLabel, step.destination ? "the destination" : ""];
  return parts.filter(Boolean).join(condition ? " " : ", ");
}

/**
 * @param {string} title
 * @param {(string | Node | (string | Node)[])[]} items
 */
function list(title, items) {
  if (!items.length) return [];
  const rows = items.map((item) => element("li", {}, ...[item].flat()));
  return [element("h3", {}, title), element("ul", {}, ...rows)];
}

/** @param {Constraint} constraint */
function ruleInWords({ name, left, comparator, right }) {
  return element("p", {}, [name, left, words.comparators[comparator] || comparator, right].join(" "));
}

/**
 * @param {Condition} condition
 * @param {(id: string) => string} nameOf
 * @returns {(string | Node)[]}
 */
function conditionInWords(condition, nameOf) {
  const { name, description, operator, targets, conditions, constraints } = condition;
  const nested = conditions.map((one) => element("li", {}, ...conditionInWords(one, nameOf)));
  return [
    ...(name ? [element("strong", {}, `${name} `)] : []),
    description,
    element("p", { class: "soft" }, `${quantity(condition)} ${targets.map(nameOf).join(", ")}`),
    ...constraints.map(ruleInWords),
    ...(nested.length ? [element("p", {}, words.nested[operator]), element("ul", {}, ...nested)] : []),
  ];
}

/**
 * @param {Structure} structure
 * @param {Component} step
 * @param {(id: string) => string} nameOf
 */
function stepInWords({ edges }, step, nameOf) {
  const proxied = step.proxyFor.map(({ id, name }) =>
    element("a", { href: `/pathways/${encodeURIComponent(id)}` }, name || id),
  );
  const needed = step.conditions.map((one) => conditionInWords(one, nameOf));
  const before = edges.filter((edge) => edge.target === step.id && edge.kind !== "condition");
  const after = edges.filter((edge) => edge.source === step.id);
  return [
    element("h2", {}, step.name || step.id),
    element("p", {}, step.typeLabel, step.destination ? ", the destination" : ""),
    element("p", {}, step.description),
    ...list("Stands for", proxied),
    ...list("Needs", needed),
    ...list("Comes after", [...new Set(before.map((edge) => nameOf(edge.source)))]),
    ...list("Comes before", [...new Set(after.map((edge) => nameOf(edge.target)))]),
  ];
}

/**
 * Return the details of a part of the picture.
 * @param {Structure} structure
 * @param {SingularElementArgument} target
 */
export function details(structure, target) {
  /** @type {{condition?: Condition, step: Component}} */
  const { condition, step } = target.isEdge() ? target.target().data() : target.data();
  const names = new Map(structure.components.map((one) => [one.id, one.name]));
  /** @param {string} id */
  const nameOf = (id) => names.get(id) || id;
  if (!condition) return stepInWords(structure, step, nameOf);
  return [element("h2", {}, `What ${step.name} needs`), ...conditionInWords(condition, nameOf)];
}
