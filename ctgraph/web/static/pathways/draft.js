// A pathway as it is built, and as the document that is published: each is made from the other.
const CONTEXT = "https://credreg.net/ctdl/schema/context/json";
const CTID = /ce-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/i;
const LOGIC = "https://credreg.net/ctdl/terms/LogicalOperator";

export const newCtid = () => `ce-${crypto.randomUUID()}`;
const each = (value) => (value === undefined || value === null ? [] : [value].flat());
const ctidIn = (value) =>
  (typeof value === "object" ? value["@id"] || "" : String(value)).match(CTID)?.[0].toLowerCase();
const ctidsIn = (value) => each(value).map(ctidIn).filter(Boolean);

function textOf(value) {
  if (typeof value !== "object" || !value) return value || "";
  return each(value["en-US"] ?? value.en ?? Object.values(value)[0])[0] || "";
}

// A text in the place of another one; what is there in further languages stays.
function textIn(old, text) {
  const language =
    old && typeof old === "object" && !("en-US" in old)
      ? ("en" in old ? "en" : Object.keys(old)[0]) || "en-US"
      : "en-US";
  return text ? { ...(typeof old === "object" ? old : {}), [language]: text } : undefined;
}

// Whatever a document holds that is not edited here is kept in `node`.
export function newPathway() {
  return {
    ctid: newCtid(),
    node: {},
    others: [],
    name: "",
    description: "",
    webpage: "",
    destination: "",
    levels: [],
    steps: [],
  };
}

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

export const newLevel = (name) => ({ ctid: newCtid(), node: {}, name });
export const newCondition = () => ({
  node: {},
  name: "",
  description: "",
  operator: "",
  required: null,
  targets: new Set(),
  conditions: [],
});

function operatorIn(value) {
  const [first] = each(value);
  const target = typeof first === "object" ? first["ceterms:targetNode"] || first["@id"] : first;
  return String(target || "").match(/(And|OnlyOne|Or)$/)?.[0] || "";
}

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

function readCondition(node) {
  return {
    node,
    name: textOf(node["ceterms:name"]),
    description: textOf(node["ceterms:description"]),
    operator: operatorIn(node["ceterms:logicalOperator"]),
    required: node["ceterms:requiredNumber"] ?? null,
    targets: new Set(ctidsIn(node["ceterms:targetComponent"])),
    conditions: each(node["ceterms:hasCondition"])
      .filter((one) => typeof one === "object")
      .map(readCondition),
  };
}

function readStep(node, precedes) {
  const conditions = each(node["ceterms:hasCondition"])
    .filter((one) => typeof one === "object")
    .map(readCondition);
  const ctid = node["ceterms:ctid"];
  const after = new Set([
    ...ctidsIn(node["ceterms:precededBy"]),
    ...precedes.filter(([, later]) => later === ctid).map(([earlier]) => earlier),
  ]);
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

export function readDocument(document) {
  const nodes = each(document["@graph"]);
  const is = (node, ending) => each(node["@type"]).some((type) => type.endsWith(ending)) && node["ceterms:ctid"];
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

// A node with some of its properties replaced; those without a value are left out.
function written(node, properties) {
  const full = Object.entries({ ...node, ...properties });
  return Object.fromEntries(
    full.filter(
      ([, value]) => value !== undefined && value !== null && value !== "" && !(Array.isArray(value) && !value.length),
    ),
  );
}

export function writeDocument(pathway, owner, base) {
  const iri = (ctid) => `${base}/resources/${ctid}`;
  const iris = (ctids) => [...ctids].filter(Boolean).map(iri);
  const earlier = new Map(
    pathway.steps.map((step) => [
      step.ctid,
      [...new Set([...step.after, ...step.conditions.flatMap((one) => [...one.targets])])],
    ]),
  );
  const entity = (one, type, properties) =>
    written(one.node, { "@type": type, "@id": iri(one.ctid), "ceterms:ctid": one.ctid, ...properties });
  const described = ({ node, name, description }) => ({
    "ceterms:name": textIn(node["ceterms:name"], name),
    "ceterms:description": textIn(node["ceterms:description"], description),
  });
  const condition = (one) =>
    written(one.node, {
      "@type": "ceterms:ComponentCondition",
      ...described(one),
      "ceterms:requiredNumber": one.required,
      "ceterms:targetComponent": iris(one.targets),
      "ceterms:logicalOperator": operatorFor(one.node["ceterms:logicalOperator"], one.operator),
      "ceterms:hasCondition": one.conditions.map(condition),
    });
  const step = (one) =>
    entity(one, one.type, {
      ...described(one),
      "ceterms:isPartOf": iris([pathway.ctid]),
      "asn:hasProgressionLevel": iris([one.level]),
      "ceterms:credentialType": one.type === "ceterms:CredentialComponent" ? one.credentialType : "",
      "ceterms:isDestinationComponentOf": one.ctid === pathway.destination ? iris([pathway.ctid]) : [],
      "ceterms:hasCondition": one.conditions.map(condition),
      "ceterms:precededBy": iris(earlier.get(one.ctid)),
      "ceterms:precedes": iris([...earlier].filter(([, before]) => before.includes(one.ctid)).map(([later]) => later)),
    });
  const level = (one, i, all) =>
    entity(one, "asn:ProgressionLevel", {
      "skos:prefLabel": textIn(one.node["skos:prefLabel"], one.name),
      "ceterms:precedes": iris([all[i + 1]?.ctid]),
      "ceterms:precededBy": iris([all[i - 1]?.ctid]),
    });
  const whole = entity(pathway, "ceterms:Pathway", {
    ...described(pathway),
    "ceterms:subjectWebpage": pathway.webpage,
    "ceterms:ownedBy": pathway.node["ceterms:ownedBy"] || iris([owner]),
    "ceterms:hasPart": iris(pathway.steps.map((one) => one.ctid)),
    "ceterms:hasDestinationComponent": iris([pathway.destination]),
  });
  return {
    "@context": CONTEXT,
    "@id": `${base}/graph/${pathway.ctid}`,
    "@graph": [whole, ...pathway.steps.map(step), ...pathway.levels.map(level), ...pathway.others],
  };
}

// What a place in the document, a JSON Pointer, is about: the pathway, a step, a level, a condition;
// and the step that it is in.
export function thingAt(pathway, pointer) {
  const [, graph, index, ...rest] = (pointer || "").split("/");
  let found = (graph === "@graph" && [pathway, ...pathway.steps, ...pathway.levels][index]) || pathway;
  const step = pathway.steps.find((one) => one === found);
  while (rest[0] === "ceterms:hasCondition" && found.conditions?.[rest[1]]) {
    found = found.conditions[rest[1]];
    rest.splice(0, 2);
  }
  return { found, step };
}

// The structure that the picture shows.
export function structureOf(pathway, types) {
  let count = 0;
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
