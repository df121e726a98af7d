// Findings of the check, as lists, in the words of the page's fields.
import { element } from "../dom.js";
import { fields, labels } from "./labels.js";
/** @import {Problem, Step, Thing} from "../../assets/types/pathways.d.ts" */

const CURIE = /\b(?:ceterms|ceasn|asn|skos|schema|adms):(\w+)/g;

/**
 * Tell whether a problem should be fixed. The others are recommendations.
 * @param {Problem} problem
 */
export const isSerious = (problem) => problem.severity !== "info";

/**
 * Return the kind of a thing: its key in the names of the fields.
 * @param {Thing} thing
 */
function kindOf(thing) {
  if ("steps" in thing) return "pathway";
  if ("proxies" in thing) return "step";
  return "targets" in thing ? "condition" : "level";
}

/**
 * Say which part of the page a thing is.
 * @param {Thing} thing
 * @param {Step | undefined} step the step that it lies in
 */
function titleOf(thing, step) {
  const named = step ? `“${step.name || labels.unnamedStep}”` : "";
  const titles = {
    pathway: "The pathway",
    step: `Step ${named}`,
    condition: `A condition of step ${named}`,
    level: `Level “${thing.name}”`,
  };
  return titles[kindOf(thing)];
}

/**
 * Return a problem in the words of the page: fields instead of properties, steps instead of components.
 * A property without a field is called by its name in plain words.
 * @param {Problem} problem
 * @param {{found: Thing, step: Step | undefined}} place
 * @returns {Problem}
 */
export function inWords(problem, { found, step }) {
  const known = fields[kindOf(found)];
  /** @type {(curie: string, name: string) => string} */
  const titled = (curie, name) =>
    `“${known[curie] ?? name.replace(/(?!^)[A-Z]/g, (sign) => ` ${sign.toLowerCase()}`)}”`;
  /** @param {string} text */
  const worded = (text) => text.replace(CURIE, titled).replace(/\bcomponent(s?)\b/g, "step$1");
  const message = `${titleOf(found, step)}: ${worded(problem.message)}`;
  return { ...problem, message, remedy: problem.remedy && worded(problem.remedy), step };
}

/**
 * List problems.
 * @param {Problem[]} problems
 * @param {(problem: Problem) => (Node | string)[]} beside returns what is shown beside a problem
 */
export function problemList(problems, beside = () => []) {
  const shown = problems.map((problem) => {
    const message = element("strong", {}, problem.message);
    return element("li", { class: problem.severity }, message, ` ${problem.remedy || ""} `, ...beside(problem));
  });
  return shown.length ? [element("ul", { class: "problems" }, ...shown)] : [];
}
