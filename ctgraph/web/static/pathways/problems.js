// Findings of the check, as lists.
import { element } from "../dom.js";
/** @import {Problem} from "../../assets/types/pathways.d.ts" */

/**
 * Tell whether a problem should be fixed. The others are recommendations.
 * @param {Problem} problem
 */
export const isSerious = (problem) => problem.severity !== "info";

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
