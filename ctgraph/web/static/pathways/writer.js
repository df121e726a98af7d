// Writes the document of a pathway: the one that it was read from, with what has changed since then.
import { Reader } from "./reader.js";
import { ctidsIn, each, english, operatorIn, plain, replaced, withReferences, withText } from "./values.js";
/** @import {DraftCondition, JsonNode, Level, Pathway, Step, Thing} from "../../assets/types/pathways.d.ts" */

const CONTEXT = "https://credreg.net/ctdl/schema/context/json";
const LOGIC = "https://credreg.net/ctdl/terms/LogicalOperator";

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
      "ceterms:targetNodeName": english(operator),
    }
  );
}

/**
 * @param {JsonNode} node
 * @param {{name: string, description: string}} thing
 */
const nameAndDescription = (node, { name, description }) => ({
  "ceterms:name": withText(node["ceterms:name"], name, english),
  "ceterms:description": withText(node["ceterms:description"], description, english),
});

/**
 * Return what comes before every step, whether it is said of the step or of one of its conditions.
 * @param {Pathway} pathway
 */
const earlierOf = ({ steps }) =>
  new Map(
    steps.map((step) => [step.ctid, new Set([...step.after, ...step.conditions.flatMap((one) => [...one.targets])])]),
  );

/**
 * @param {Map<string, Set<string>>} earlier
 * @param {string} ctid
 */
const laterThan = (earlier, ctid) => [...earlier].filter(([, before]) => before.has(ctid)).map(([later]) => later);

class Writer {
  /**
   * What every node of the source has become.
   * @type {Map<JsonNode, JsonNode>}
   */
  written = new Map();
  /**
   * What every written node stands for.
   * @type {Map<JsonNode, Thing>}
   */
  things = new Map();
  /** @type {Map<DraftCondition, JsonNode>} */
  #made = new Map();

  /**
   * @param {Pathway} pathway
   * @param {string} base
   */
  constructor(pathway, base) {
    this.pathway = pathway;
    this.base = base;
    this.reader = new Reader(pathway.source);
    this.before = this.reader.pathway();
    this.earlier = earlierOf(pathway);
    this.wasEarlier = earlierOf(this.before);
    const present = new Set([...pathway.steps, ...pathway.levels].map((one) => one.ctid));
    const removed = [...this.before.steps, ...this.before.levels].filter((one) => !present.has(one.ctid));
    this.removed = new Set(removed.map((one) => one.ctid));
  }

  /** @param {string} ctid */
  #iri = (ctid) => `${this.base}/resources/${ctid}`;

  /**
   * Return a node without references to what was removed.
   * @param {JsonNode} node
   */
  cleaned(node) {
    const own = new Set(["@id", "ceterms:ctid"]);
    const others = Object.entries(node).filter(([key]) => !own.has(key));
    return replaced(node, Object.fromEntries(others.map(([key, value]) => [key, this.#without(value)])));
  }

  /** @param {any} value */
  #without = (value) =>
    ctidsIn(value).some((one) => this.removed.has(one)) ? withReferences(value, this.removed, []) : value;

  /**
   * Return a property with the references that came and without those that went.
   * @param {JsonNode} node
   * @param {string} property
   * @param {Iterable<string | undefined>} was
   * @param {Iterable<string | undefined>} now
   */
  #references(node, property, was, now) {
    const [before, after] = [was, now].map((ctids) => new Set([...ctids].flatMap((one) => one || [])));
    const gone = new Set([...before].filter((one) => !after.has(one)));
    const added = [...after].filter((one) => !before.has(one)).map(this.#iri);
    return { [property]: withReferences(node[property], gone, added) };
  }

  /**
   * @param {JsonNode} node the node before
   * @param {Step | Level | Pathway} thing
   * @param {string} type
   * @param {JsonNode} properties
   */
  #entity(node, thing, type, properties) {
    const fixed = {
      "@type": node["@type"] ?? type,
      "@id": node["@id"] ?? this.#iri(thing.ctid),
      "ceterms:ctid": node["ceterms:ctid"] ?? thing.ctid,
    };
    const made = replaced(node, { ...fixed, ...properties });
    this.written.set(thing.node, made);
    this.things.set(made, thing);
    return made;
  }

  /**
   * @param {JsonNode} node
   * @param {DraftCondition[]} now
   * @param {DraftCondition[]} was
   */
  #conditions(node, now, was) {
    const property = "ceterms:hasCondition";
    const known = new Set(was.map((one) => one.node));
    const old = each(node[property]);
    const kept = old.flatMap((entry) => {
      const found = this.reader.conditionNode(entry);
      if (!found || !known.has(found)) return [entry];
      const one = now.find(({ node }) => node === found);
      if (!one) return [];
      const made = this.#condition(one);
      return entry === found ? [made] : [entry];
    });
    const fresh = now.filter((one) => !known.has(one.node)).map((one) => this.#condition(one));
    const same = !fresh.length && kept.length === old.length && kept.every((one, i) => one === old[i]);
    return { [property]: same ? node[property] : [...kept, ...fresh] };
  }

  /**
   * @param {DraftCondition} one
   * @returns {JsonNode}
   */
  #condition(one) {
    const known = this.#made.get(one);
    if (known) return known;
    const was = this.reader.conditions.get(one.node);
    const node = this.cleaned(one.node);
    const made = replaced(node, {
      "@type": node["@type"] ?? "ceterms:ComponentCondition",
      ...nameAndDescription(node, one),
      "ceterms:requiredNumber": was?.required === one.required ? node["ceterms:requiredNumber"] : one.required,
      ...this.#references(node, "ceterms:targetComponent", was?.targets ?? [], one.targets),
      "ceterms:logicalOperator": operatorFor(node["ceterms:logicalOperator"], one.operator),
      ...this.#conditions(node, one.conditions, was?.conditions ?? []),
    });
    this.#made.set(one, made);
    this.written.set(one.node, made);
    this.things.set(made, one);
    return made;
  }

  /** @param {Step} one */
  step(one) {
    const { ctid, destination } = this.pathway;
    const was = this.before.steps.find((step) => step.ctid === one.ctid);
    const node = this.cleaned(one.node);
    const types = each(node["@type"] ?? one.type).map((type) => (type === was?.type ? one.type : type));
    const retyped = was?.type !== one.type;
    const isCredential = one.type === "ceterms:CredentialComponent";
    /** @type {(property: string, before: Iterable<string | undefined>, now: Iterable<string | undefined>) => JsonNode} */
    const references = (property, before, now) => this.#references(node, property, before, now);
    return this.#entity(node, one, one.type, {
      ...(retyped ? { "@type": types.length > 1 ? types : types[0] } : {}),
      ...nameAndDescription(node, one),
      ...references("ceterms:isPartOf", was ? [ctid] : [], [ctid]),
      ...references("asn:hasProgressionLevel", [was?.level], [one.level]),
      ...(isCredential || retyped
        ? {
            "ceterms:credentialType": withText(
              node["ceterms:credentialType"],
              isCredential ? one.credentialType : "",
              plain,
            ),
          }
        : {}),
      ...references(
        "ceterms:isDestinationComponentOf",
        one.ctid === this.before.destination ? [ctid] : [],
        one.ctid === destination ? [ctid] : [],
      ),
      ...this.#conditions(node, one.conditions, was?.conditions ?? []),
      ...references("ceterms:precededBy", this.wasEarlier.get(one.ctid) ?? [], this.earlier.get(one.ctid) ?? []),
      ...references("ceterms:precedes", laterThan(this.wasEarlier, one.ctid), laterThan(this.earlier, one.ctid)),
    });
  }

  /** @param {Level} one */
  level(one) {
    /** @type {(levels: Level[], by: number) => (string | undefined)[]} */
    const beside = (levels, by) => {
      const place = levels.findIndex((level) => level.ctid === one.ctid);
      return place < 0 ? [] : [levels[place + by]?.ctid];
    };
    const node = this.cleaned(one.node);
    const [was, now] = [this.before.levels, this.pathway.levels];
    return this.#entity(node, one, "asn:ProgressionLevel", {
      "skos:prefLabel": withText(node["skos:prefLabel"], one.name, english),
      ...this.#references(node, "ceterms:precedes", beside(was, 1), beside(now, 1)),
      ...this.#references(node, "ceterms:precededBy", beside(was, -1), beside(now, -1)),
    });
  }

  /** @param {string} owner */
  whole(owner) {
    const { pathway, before } = this;
    const node = this.cleaned(pathway.node);
    const owned = node["ceterms:ownedBy"] ?? (node["ceterms:offeredBy"] ? undefined : [this.#iri(owner)]);
    /** @param {Pathway} one */
    const partsOf = (one) => one.steps.map((step) => step.ctid);
    return this.#entity(node, pathway, "ceterms:Pathway", {
      ...nameAndDescription(node, pathway),
      "ceterms:subjectWebpage": withText(node["ceterms:subjectWebpage"], pathway.webpage, plain),
      "ceterms:ownedBy": owned,
      ...this.#references(node, "ceterms:hasPart", partsOf(before), partsOf(pathway)),
      ...this.#references(node, "ceterms:hasDestinationComponent", [before.destination], [pathway.destination]),
    });
  }

  /** @param {JsonNode} node a node of the source */
  isGone(node) {
    const known = [...this.before.steps, ...this.before.levels, ...this.reader.conditions.values()];
    return known.some((one) => one.node === node) && !this.written.has(node);
  }
}

/**
 * Return the document of a pathway, and what its nodes stand for.
 * @param {Pathway} pathway
 * @param {string} owner
 * @param {string} base the address of the registry
 * @returns {{document: JsonNode, things: Map<JsonNode, Thing>}}
 */
export function writeDocument(pathway, owner, base) {
  const writer = new Writer(pathway, base);
  const made = [writer.whole(owner), ...pathway.steps.map((one) => writer.step(one))];
  made.push(...pathway.levels.map((one) => writer.level(one)));
  const { nodes } = writer.reader;
  const kept = nodes.filter((node) => !writer.isGone(node));
  const rewritten = kept.map((node) => writer.written.get(node) ?? writer.cleaned(node));
  const fresh = made.filter((node) => !rewritten.includes(node));
  const around = { "@context": CONTEXT, "@id": `${base}/graph/${pathway.ctid}`, ...pathway.source };
  return { document: { ...around, "@graph": [...rewritten, ...fresh] }, things: writer.things };
}
