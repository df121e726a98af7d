// Reads the document of a pathway. The parts that the page shows keep the nodes that they were read from.
import { newCtid, newPathway } from "./draft.js";
import { ctidsIn, each, operatorIn, textOf } from "./values.js";
/** @import {DraftCondition, JsonNode, Level, Pathway, Step} from "../../assets/types/pathways.d.ts" */

/**
 * @param {JsonNode} node
 * @param {RegExp} kind
 * @returns {string | undefined}
 */
const typeIn = (node, kind) => each(node["@type"]).find((type) => kind.test(type));

/** @param {JsonNode} node */
const ctidOf = (node) => ctidsIn(node["ceterms:ctid"] ?? node["@id"])[0];

/**
 * Return a document whose nodes stand in a graph.
 * @param {JsonNode} document
 * @returns {JsonNode}
 */
function withGraph(document) {
  const { "@context": context, ...node } = document;
  if ("@graph" in document || !Object.keys(node).length) return document;
  return { ...(context ? { "@context": context } : {}), "@graph": [node] };
}

/**
 * Return levels in their order: each after those that precede it, else as they are listed.
 * @param {Level[]} levels
 */
function inOrder(levels) {
  const left = [...levels];
  /** @type {(one: Level, other: Level) => boolean} */
  const precedes = (one, other) =>
    ctidsIn(one.node["ceterms:precedes"]).includes(other.ctid) ||
    ctidsIn(other.node["ceterms:precededBy"]).includes(one.ctid);
  const ordered = [];
  while (left.length) {
    const free = left.findIndex((one) => !left.some((other) => other !== one && precedes(other, one)));
    ordered.push(...left.splice(Math.max(0, free), 1));
  }
  return ordered;
}

export class Reader {
  /**
   * What the nodes of conditions were read as. Steps may share one.
   * @type {Map<JsonNode, DraftCondition>}
   */
  conditions = new Map();

  /** @param {JsonNode} document */
  constructor(document) {
    this.document = document;
    /** @type {JsonNode[]} */
    this.nodes = each(document["@graph"]).filter((one) => typeof one === "object");
    this.byId = new Map(this.nodes.map((node) => [node["@id"], node]));
    this.stepNodes = this.nodes.filter((one) => ctidOf(one) && typeIn(one, /Component$/));
    this.levels = inOrder(
      this.nodes
        .filter((one) => ctidOf(one) && typeIn(one, /ProgressionLevel$/))
        .map((node) => ({ ctid: ctidOf(node), node, name: textOf(node["skos:prefLabel"]) })),
    );
  }

  /**
   * Return the node of a condition that is written in its place, or is named there.
   * @param {any} entry
   * @returns {JsonNode | undefined}
   */
  conditionNode(entry) {
    if (typeof entry === "object" && Object.keys(entry).some((key) => key !== "@id")) return entry;
    const named = this.byId.get(typeof entry === "object" ? entry["@id"] : entry);
    return named && typeIn(named, /Condition$/) ? named : undefined;
  }

  /**
   * @param {JsonNode} node
   * @param {JsonNode[]} within the conditions around it, so that a circle comes to an end
   * @returns {DraftCondition[]}
   */
  #conditionsIn(node, within = []) {
    const found = each(node["ceterms:hasCondition"]).flatMap((entry) => this.conditionNode(entry) ?? []);
    return found.filter((one) => !within.includes(one)).map((one) => this.#condition(one, [...within, one]));
  }

  /**
   * @param {JsonNode} node
   * @param {JsonNode[]} within
   */
  #condition(node, within) {
    const known = this.conditions.get(node);
    if (known) return known;
    const required = Number(textOf(node["ceterms:requiredNumber"]));
    const read = {
      node,
      name: textOf(node["ceterms:name"]),
      description: textOf(node["ceterms:description"]),
      operator: operatorIn(node["ceterms:logicalOperator"]),
      required: required || null,
      targets: new Set(ctidsIn(node["ceterms:targetComponent"])),
      conditions: this.#conditionsIn(node, within),
    };
    this.conditions.set(node, read);
    return read;
  }

  /**
   * @param {JsonNode} node
   * @returns {Step}
   */
  #step(node) {
    const ctid = ctidOf(node);
    const conditions = this.#conditionsIn(node);
    const earlier = this.stepNodes.filter((one) => ctidsIn(one["ceterms:precedes"]).includes(ctid)).map(ctidOf);
    const after = new Set([...ctidsIn(node["ceterms:precededBy"]), ...earlier]);
    for (const condition of conditions) condition.targets.forEach((target) => after.delete(target));
    const levels = ctidsIn(node["asn:hasProgressionLevel"]);
    return {
      ctid,
      node,
      type: typeIn(node, /Component$/) ?? "",
      name: textOf(node["ceterms:name"]),
      description: textOf(node["ceterms:description"]),
      credentialType: textOf(node["ceterms:credentialType"]),
      proxies: ctidsIn(node["ceterms:proxyFor"]),
      level: levels.find((level) => this.levels.some((one) => one.ctid === level)) ?? "",
      after,
      conditions,
    };
  }

  /**
   * Return the pathway that the document describes.
   * @returns {Pathway}
   */
  pathway() {
    const pathways = this.nodes.filter((one) => typeIn(one, /(^|[:/])Pathway$/));
    const named = pathways.find((one) => ctidsIn(this.document["@id"]).includes(ctidOf(one)));
    const node = named ?? pathways[0];
    if (!node && this.nodes.length) {
      throw new Error("This page finds no pathway in the document. Change it as a document instead, over the API.");
    }
    const ctid = (node && ctidOf(node)) || newCtid();
    const ending = this.stepNodes.find((one) => ctidsIn(one["ceterms:isDestinationComponentOf"]).includes(ctid));
    return {
      ...newPathway(),
      source: this.document,
      node: node ?? {},
      ctid,
      name: textOf(node?.["ceterms:name"]),
      description: textOf(node?.["ceterms:description"]),
      webpage: textOf(node?.["ceterms:subjectWebpage"]),
      destination: ctidsIn(node?.["ceterms:hasDestinationComponent"])[0] || (ending ? ctidOf(ending) : ""),
      levels: [...this.levels],
      steps: this.stepNodes.map((one) => this.#step(one)),
    };
  }
}

/**
 * Return the pathway that a document describes.
 * @param {JsonNode} document
 */
export const readDocument = (document) => new Reader(withGraph(document)).pathway();
