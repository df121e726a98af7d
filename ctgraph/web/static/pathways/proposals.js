// What the registry says of the records of steps: links between them that the pathway does not say yet.
import { at, button, element } from "../dom.js";
import { labels } from "./labels.js";
import { looks } from "./words.js";
/** @import {AnswerEdge, DraftCondition, Pathway, Proposal, Step} from "../../assets/types/pathways.d.ts" */
/** @import {Registry} from "./registry.js" */

/**
 * Return the links of the registry between the records of steps that the pathway lacks.
 * @param {Pathway} pathway
 * @param {AnswerEdge[]} edges
 * @returns {Proposal[]}
 */
export function proposalsFor({ steps }, edges) {
  /** @type {(conditions: DraftCondition[]) => string[]} */
  const needed = (conditions) => conditions.flatMap((one) => [...one.targets, ...needed(one.conditions)]);
  /** @param {string} record */
  const standingFor = (record) => steps.filter((step) => step.proxies.includes(record));
  /** @type {Map<string, Proposal>} */
  const found = new Map();
  for (const { source, target, strength } of edges) {
    for (const earlier of standingFor(source)) {
      for (const later of standingFor(target)) {
        const said = [...later.after, ...needed(later.conditions)].includes(earlier.ctid);
        if (earlier !== later && !said) found.set(`${earlier.ctid} ${later.ctid}`, { earlier, later, strength });
      }
    }
  }
  return [...found.values()];
}

export class Proposals {
  /**
   * The links of every record that was asked for.
   * @type {Map<string, AnswerEdge[]>}
   */
  #edges = new Map();

  /**
   * @param {Registry} registry
   * @param {() => void} changed called when a link was taken
   */
  constructor(registry, changed) {
    this.registry = registry;
    this.changed = changed;
  }

  /**
   * Ask the registry for the links of a step's records, each once.
   * @param {Step} step
   */
  async ask({ proxies }) {
    for (const record of proxies.filter((one) => !this.#edges.has(one))) {
      const { edges } = await this.registry.ask(`/pathways/${record}/neighbourhood?depth=1&format=json`);
      this.#edges.set(record, edges);
    }
  }

  /** @param {Pathway} pathway */
  show(pathway) {
    const rows = proposalsFor(pathway, [...this.#edges.values()].flat()).map(({ earlier, later, strength }) => {
      const names = [earlier.name, later.name].map((name) => name || labels.unnamedStep);
      const takes = () => {
        later.after.add(earlier.ctid);
        this.changed();
      };
      const press = button(labels.linkThem, takes, { "aria-label": `${labels.linkThem}: ${names.join(", ")}` });
      return element("li", {}, `${names[0]} ${looks.strengths[strength].caption} ${names[1]} `, press);
    });
    at("proposals").replaceChildren(...rows);
    at("proposed").hidden = !rows.length;
  }
}
