// What the page embeds for its scripts, and what is said of records, and of links between them.
import { embedded } from "../dom.js";
/** @import {AnswerEdge, AnswerNode, Looks, StatedCondition, Words} from "../../assets/types/pathways.d.ts" */

/** @type {Looks} */
export const looks = embedded("looks");
/** @type {Words} */
export const words = embedded("words");

/**
 * Return the address of a record's own page. A record may say anything about where that is.
 * @param {AnswerNode} node
 */
export const webpageOf = (node) => (/^https?:/i.test(node.webpage) ? node.webpage : "");

/** @param {AnswerNode} node */
export const nameOf = (node) => node.name || (node.status === "unknown" ? node.id : node.webpage || "unnamed");

/** @param {AnswerNode} node */
export const providerOf = (node) => node.ownerName || node.owner || "no provider named";

/** @param {string} id */
export const pageOf = (id) => `/pathways/${encodeURIComponent(id)}`;

/** @param {AnswerEdge} edge */
export const strengthOf = (edge) => looks.strengths[edge.strength].caption;

/** @param {StatedCondition | undefined} condition */
export const countOf = (condition) => ((condition?.required ?? 0) > 1 ? `${condition?.required} of: ` : "");

/**
 * Return the conditions of a link that have a name or a description, each once.
 * @param {AnswerEdge} edge
 */
export function conditionsOf(edge) {
  const all = edge.assertions.flatMap(({ condition }) =>
    condition && (condition.name || condition.description) ? [condition] : [],
  );
  return [...new Map(all.map((one) => [one.id, one])).values()];
}
