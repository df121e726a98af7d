// A pathway as the document that is published: each is made from the other.
import { newCtid, newPathway } from "./draft.js";
/** @import {DraftCondition, JsonNode, Level, Pathway, Step} from "../../assets/types/pathways.d.ts" */

const CONTEXT = "https://credreg.net/ctdl/schema/context/json";
const CTID = /ce-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/i;
const LOGIC = "https://credreg.net/ctdl/terms/LogicalOperator";

/**
 * @param {any} value
 * @returns {any[]}
 */
const each = (value) => (value === undefined || value === null ? [] : [value].flat());

/**
 * @param {any} value
 * @returns {string[]}
 */
const ctidsIn = (value) =>
  each(value).flatMap((one) => {
    const text = typeof one === "object" ? one["@id"] || "" : String(one);
    const found = text.match(CTID)?.[0].toLowerCase();
    return found ? [found] : [];
  });

/**
 * Return one text of a language map, preferably the English one.
 * @param {any} value
 * @returns {string}
 */
function textOf(value) {
  if (typeof value !== "object" || !value) return value || "";
  return each(value["en-US"] ?? value.en ?? Object.values(value)[0])[0] || "";
}

/**
 * Return a language map in which a text replaces the one that textOf() returns.
 * @param {any} old
 * @param {string} text
 */
function textIn(old, text) {
  if (!text) return undefined;
  const kept = typeof old === "object" && old ? old : {};
  const [first = "en-US"] = ["en-US", "en", ...Object.keys(kept)].filter((language) => language in kept);
  return { ...kept, [first]: text };
}

/**
 * @param {any} value
 * @returns {string}
 */
function operatorIn(value) {
  const [first] = each(value);
  const target = typeof first === "object" ? first["ceterms:targetNode"] || first["@id"] : first;
  return String(target || "").match(/(And|OnlyOne|Or)$/)?.[0] || "";
}

/**
 * @param {any} old
 * @param {string} operator
 */
function operatorFor(old, operator) {
  if (operator === operatorIn(old)) return old;
  return (
    operator && {
      "@type": "ceterms:CredentialAlignmentObject",
      "ceterms:framework": LOGIC,
      "ceterms:targetNode": `logic:${operator}`,
      "ceterms:targetNodeName": { "en-US": operator },
    }
  );
}

/**
 * @param {JsonNode} node
 * @returns {DraftCondition[]}
 */
const conditionsIn = (node) =>
  each(node["ceterms:hasCondition"])
    .filter((one) => typeof one === "object")
    .map(readCondition);

/**
 * @param {JsonNode} node
 * @returns {DraftCondition}
 */
function readCondition(node) {
  return {
    node,
    name: textOf(node["ceterms:name"]),
    description: textOf(node["ceterms:description"]),
    operator: operatorIn(node["ceterms:logicalOperator"]),
    required: node["ceterms:requiredNumber"] ?? null,
    targets: new Set(ctidsIn(node["ceterms:targetComponent"])),
    conditions: conditionsIn(node),
  };
}

/**
 * @param {JsonNode} node
 * @param {string[][]} precedes pairs of an earlier step and a later one
 * @returns {Step}
 */
function readStep(node, precedes) {
  const conditions = conditionsIn(node);
  const ctid = node["ceterms:ctid"];
  const earlier = precedes.filter(([, later]) => later === ctid).map(([before]) => before);
  const after = new Set([...ctidsIn(node["ceterms:precededBy"]), ...earlier]);
  for (const condition of conditions) condition.targets.forEach((target) => after.delete(target));
  return {
    ctid,
    node,
    type: each(node["@type"])[0],
    name: textOf(node["ceterms:name"]),
    description: textOf(node["ceterms:description"]),
    credentialType: each(node["ceterms:credentialType"])[0] || "",
    proxies: ctidsIn(node["ceterms:proxyFor"]),
    level: ctidsIn(node["asn:hasProgressionLevel"])[0] || "",
    after,
    conditions,
  };
}

/**
 * Return the pathway that a document describes.
 * @param {JsonNode} document
 * @returns {Pathway}
 */
export function readDocument(document) {
  /** @type {JsonNode[]} */
  const nodes = each(document["@graph"]);
  /** @type {(node: JsonNode, ending: string) => boolean} */
  const is = (node, ending) =>
    Boolean(node["ceterms:ctid"]) && each(node["@type"]).some((type) => type.endsWith(ending));
  const node = nodes.find((one) => is(one, ":Pathway")) || {};
  const steps = nodes.filter((one) => is(one, "Component"));
  const levels = nodes.filter((one) => is(one, "ProgressionLevel"));
  const precedes = steps.flatMap((one) =>
    ctidsIn(one["ceterms:precedes"]).map((later) => [one["ceterms:ctid"], later]),
  );
  return {
    ...newPathway(),
    node,
    ctid: node["ceterms:ctid"] || newCtid(),
    others: nodes.filter((one) => one !== node && !steps.includes(one) && !levels.includes(one)),
    name: textOf(node["ceterms:name"]),
    description: textOf(node["ceterms:description"]),
    webpage: node["ceterms:subjectWebpage"] || "",
    destination: ctidsIn(node["ceterms:hasDestinationComponent"])[0] || "",
    levels: levels.map((one) => ({ ctid: one["ceterms:ctid"], node: one, name: textOf(one["skos:prefLabel"]) })),
    steps: steps.map((one) => readStep(one, precedes)),
  };
}

/** @param {unknown} value */
const hasValue = (value) =>
  value !== undefined && value !== null && value !== "" && !(Array.isArray(value) && !value.length);

/**
 * Return a node with some of its properties replaced. Properties without a value are left out.
 * @param {JsonNode} node
 * @param {JsonNode} properties
 */
function replaced(node, properties) {
  const all = Object.entries({ ...node, ...properties });
  return Object.fromEntries(all.filter(([, value]) => hasValue(value)));
}

/** @param {{node: JsonNode, name: string, description: string}} thing */
const nameAndDescription = ({ node, name, description }) => ({
  "ceterms:name": textIn(node["ceterms:name"], name),
  "ceterms:description": textIn(node["ceterms:description"], description),
});

class Writer {
  /**
   * @param {Pathway} pathway
   * @param {string} base
   */
  constructor(pathway, base) {
    this.pathway = pathway;
    this.base = base;
    // What comes before every step, whether it is said of the step or of one of its conditions.
    this.earlier = new Map(
      pathway.steps.map((step) => [
        step.ctid,
        [...new Set([...step.after, ...step.conditions.flatMap((one) => [...one.targets])])],
      ]),
    );
  }

  /** @param {string} ctid */
  #iri = (ctid) => `${this.base}/resources/${ctid}`;

  /** @param {Iterable<string | undefined>} ctids */
  #iris(ctids) {
    return [...ctids].flatMap((ctid) => (ctid ? [this.#iri(ctid)] : []));
  }

  /**
   * @param {{ctid: string, node: JsonNode}} thing
   * @param {string} type
   * @param {JsonNode} properties
   */
  #entity({ ctid, node }, type, properties) {
    return replaced(node, { "@type": type, "@id": this.#iri(ctid), "ceterms:ctid": ctid, ...properties });
  }

  /**
   * @param {DraftCondition} one
   * @returns {JsonNode}
   */
  #condition = (one) =>
    replaced(one.node, {
      "@type": "ceterms:ComponentCondition",
      ...nameAndDescription(one),
      "ceterms:requiredNumber": one.required,
      "ceterms:targetComponent": this.#iris(one.targets),
      "ceterms:logicalOperator": operatorFor(one.node["ceterms:logicalOperator"], one.operator),
      "ceterms:hasCondition": one.conditions.map(this.#condition),
    });

  /** @param {Step} one */
  step(one) {
    const { ctid, destination } = this.pathway;
    const later = [...this.earlier].filter(([, before]) => before.includes(one.ctid)).map(([after]) => after);
    return this.#entity(one, one.type, {
      ...nameAndDescription(one),
      "ceterms:isPartOf": this.#iris([ctid]),
      "asn:hasProgressionLevel": this.#iris([one.level]),
      "ceterms:credentialType": one.type === "ceterms:CredentialComponent" ? one.credentialType : "",
      "ceterms:isDestinationComponentOf": one.ctid === destination ? this.#iris([ctid]) : [],
      "ceterms:hasCondition": one.conditions.map(this.#condition),
      "ceterms:precededBy": this.#iris(this.earlier.get(one.ctid) ?? []),
      "ceterms:precedes": this.#iris(later),
    });
  }

  /**
   * @param {Level} one
   * @param {number} place
   */
  level(one, place) {
    const { levels } = this.pathway;
    return this.#entity(one, "asn:ProgressionLevel", {
      "skos:prefLabel": textIn(one.node["skos:prefLabel"], one.name),
      "ceterms:precedes": this.#iris([levels[place + 1]?.ctid]),
      "ceterms:precededBy": this.#iris([levels[place - 1]?.ctid]),
    });
  }

  /** @param {string} owner */
  whole(owner) {
    const { pathway } = this;
    return this.#entity(pathway, "ceterms:Pathway", {
      ...nameAndDescription(pathway),
      "ceterms:subjectWebpage": pathway.webpage,
      "ceterms:ownedBy": pathway.node["ceterms:ownedBy"] || this.#iris([owner]),
      "ceterms:hasPart": this.#iris(pathway.steps.map((one) => one.ctid)),
      "ceterms:hasDestinationComponent": this.#iris([pathway.destination]),
    });
  }
}

/**
 * Return the document of a pathway.
 * @param {Pathway} pathway
 * @param {string} owner
 * @param {string} base the address of the registry
 */
export function writeDocument(pathway, owner, base) {
  const writer = new Writer(pathway, base);
  const steps = pathway.steps.map((one) => writer.step(one));
  const levels = pathway.levels.map((one, place) => writer.level(one, place));
  return {
    "@context": CONTEXT,
    "@id": `${base}/graph/${pathway.ctid}`,
    "@graph": [writer.whole(owner), ...steps, ...levels, ...pathway.others],
  };
}
