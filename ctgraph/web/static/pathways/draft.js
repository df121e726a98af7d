// A pathway as it is built. Whatever a document holds that is not edited here is kept in `node`.
/** @import {Condition, DraftCondition, JsonNode, Level, Pathway, Step, Structure, Thing} from "../../assets/types/pathways.d.ts" */

export const newCtid = () => `ce-${crypto.randomUUID()}`;

/** @returns {Pathway} */
export function newPathway() {
  return {
    ctid: newCtid(),
    source: {},
    node: {},
    name: "",
    description: "",
    webpage: "",
    destination: "",
    levels: [],
    steps: [],
  };
}

/**
 * Return a step that stands for a record.
 * @param {string} type
 * @param {{id: string, name: string, type: string}} record
 * @param {string} base the address of the registry
 * @returns {Step}
 */
export function newStep(type, record, base) {
  const node = { "ceterms:proxyFor": [`${base}/resources/${record.id}`] };
  return {
    ctid: newCtid(),
    node,
    type,
    name: record.name,
    description: "",
    credentialType: record.type,
    proxies: [record.id],
    level: "",
    after: new Set(),
    conditions: [],
  };
}

/**
 * @param {string} name
 * @returns {Level}
 */
export const newLevel = (name) => ({ ctid: newCtid(), node: {}, name });

/** @returns {DraftCondition} */
export const newCondition = () => ({
  node: {},
  name: "",
  description: "",
  operator: "",
  required: null,
  targets: new Set(),
  conditions: [],
});

/**
 * Remove a step, and everything that says that it comes before another one.
 * @param {Pathway} pathway
 * @param {Step} step
 */
export function removeStep(pathway, step) {
  /** @param {DraftCondition[]} conditions */
  const forget = (conditions) =>
    conditions.forEach((one) => {
      one.targets.delete(step.ctid);
      forget(one.conditions);
    });
  pathway.steps = pathway.steps.filter((one) => one !== step);
  pathway.steps.forEach((one) => {
    one.after.delete(step.ctid);
    forget(one.conditions);
  });
  if (pathway.destination === step.ctid) pathway.destination = "";
}

/**
 * Return the part of a pathway at a place in its document, and the step that it lies in.
 * @param {Pathway} pathway
 * @param {{document: JsonNode, things: Map<JsonNode, Thing>}} written
 * @param {string | undefined} pointer a JSON Pointer
 * @returns {{found: Thing, step: Step | undefined}}
 */
export function thingAt(pathway, { document, things }, pointer = "") {
  /** @type {any} */
  let value = document;
  /** @type {Thing} */
  let found = pathway;
  for (const part of pointer.split("/").slice(1)) {
    value = value?.[part.replaceAll("~1", "/").replaceAll("~0", "~")];
    found = things.get(value) ?? found;
  }
  /** @type {(conditions: DraftCondition[]) => boolean} */
  const holds = (conditions) => conditions.some((one) => one === found || holds(one.conditions));
  return { found, step: pathway.steps.find((one) => one === found || holds(one.conditions)) };
}

/**
 * Return the structure that the picture shows.
 * @param {Pathway} pathway
 * @param {Record<string, string>} types the kinds of steps and their titles
 * @returns {Structure}
 */
export function structureOf(pathway, types) {
  let count = 0;
  /** @type {(one: DraftCondition) => Condition} */
  const condition = (one) => ({
    id: `_:${(count += 1)}`,
    name: one.name,
    description: one.description,
    operator: one.operator,
    required: one.required,
    targets: [...one.targets],
    conditions: one.conditions.map(condition),
    constraints: [],
  });
  const components = pathway.steps.map((step) => ({
    id: step.ctid,
    type: step.type,
    typeLabel: types[step.type] || step.type,
    name: step.name,
    description: step.description,
    proxyFor: [],
    levels: [step.level],
    destination: step.ctid === pathway.destination,
    conditions: step.conditions.map(condition),
  }));
  /** @type {(conditions: Condition[]) => Condition[]} */
  const flat = (conditions) => conditions.flatMap((one) => [one, ...flat(one.conditions)]);
  const needed = components.flatMap((one) =>
    flat(one.conditions).flatMap(({ id, targets }) =>
      targets.map((source) => ({ source, target: one.id, kind: "condition", condition: id })),
    ),
  );
  const after = pathway.steps.flatMap((step) =>
    [...step.after].map((source) => ({ source, target: step.ctid, kind: "precedes", condition: "" })),
  );
  return {
    components,
    edges: [...after, ...needed],
    levels: pathway.levels.map(({ ctid, name }, order) => ({ iri: ctid, name, order })),
  };
}
