// A pathway and its document: each is made from the other, and nothing is lost on the way.
import assert from "node:assert/strict";
import { test } from "node:test";
import { readDocument } from "../../../../ctgraph/web/static/pathways/reader.js";
import { writeDocument as write } from "../../../../ctgraph/web/static/pathways/writer.js";
import {
  newCondition,
  newLevel,
  newPathway,
  newStep,
  removeStep,
} from "../../../../ctgraph/web/static/pathways/draft.js";

const BASE = "https://registry.example";
const OWNER = "ce-00000000-0000-4000-8000-000000000000";
const RECORD = { id: "ce-00000000-0000-4000-8000-000000000001", name: "Nurse Aide", type: "ceterms:Certificate" };

function built() {
  const pathway = newPathway();
  const [first, then] = [newLevel("First"), newLevel("Then")];
  const [aide, nurse] = ["Nurse Aide", "Nurse"].map((name) =>
    newStep("ceterms:CredentialComponent", { ...RECORD, name }, BASE),
  );
  const condition = { ...newCondition(), name: "Aide", required: 1, operator: "Or", targets: new Set([aide.ctid]) };
  Object.assign(aide, { level: first.ctid });
  Object.assign(nurse, { level: then.ctid, conditions: [condition] });
  return Object.assign(pathway, {
    name: "Aide to nurse",
    webpage: "https://example.org/",
    destination: nurse.ctid,
    levels: [first, then],
    steps: [aide, nurse],
  });
}

const writeDocument = (...given) => write(...given).document;
const entity = (document, ctid) => document["@graph"].find((one) => one["ceterms:ctid"] === ctid);

test("a document that is read and written again stays the same", () => {
  const document = writeDocument(built(), OWNER, BASE);
  assert.deepEqual(writeDocument(readDocument(document), OWNER, BASE), document);
});

test("the steps of a pathway say what precedes them and what they precede", () => {
  const pathway = built();
  const document = writeDocument(pathway, OWNER, BASE);
  const [aide, nurse] = pathway.steps;
  assert.deepEqual(entity(document, nurse.ctid)["ceterms:precededBy"], [`${BASE}/resources/${aide.ctid}`]);
  assert.deepEqual(entity(document, aide.ctid)["ceterms:precedes"], [`${BASE}/resources/${nurse.ctid}`]);
  assert.equal("ceterms:precededBy" in entity(document, aide.ctid), false);
});

test("the levels of a pathway follow each other", () => {
  const pathway = built();
  const document = writeDocument(pathway, OWNER, BASE);
  const [first, then] = pathway.levels.map((level) => entity(document, level.ctid));
  assert.deepEqual(first["ceterms:precedes"], [then["@id"]]);
  assert.deepEqual(then["ceterms:precededBy"], [first["@id"]]);
});

test("what is not edited stays in the document", () => {
  const document = writeDocument(built(), OWNER, BASE);
  const extra = { "@type": "ceterms:Organization", "@id": `${BASE}/resources/${OWNER}`, "ceterms:name": "College" };
  document["@graph"][0]["ceterms:keyword"] = { "en-US": ["nursing"] };
  document["@graph"][1]["ceterms:pointValue"] = 3;
  document["@graph"].push(extra);
  const written = writeDocument(readDocument(document), OWNER, BASE);
  assert.deepEqual(written["@graph"][0]["ceterms:keyword"], { "en-US": ["nursing"] });
  assert.equal(written["@graph"][1]["ceterms:pointValue"], 3);
  assert.deepEqual(written["@graph"].at(-1), extra);
});

for (const [given, shown, changed] of [
  [{ "en-US": "Old", de: "Alt" }, "Old", { "en-US": "New", de: "Alt" }],
  [{ en: "Old", de: "Alt" }, "Old", { en: "New", de: "Alt" }],
  [{ de: "Alt" }, "Alt", { de: "New" }],
  ["Old", "Old", { "en-US": "New" }],
  [undefined, "", { "en-US": "New" }],
]) {
  test(`a name in ${JSON.stringify(given)} is edited in its language`, () => {
    const document = writeDocument(built(), OWNER, BASE);
    document["@graph"][0]["ceterms:name"] = given;
    const pathway = readDocument(document);
    assert.equal(pathway.name, shown);
    pathway.name = "New";
    assert.deepEqual(writeDocument(pathway, OWNER, BASE)["@graph"][0]["ceterms:name"], changed);
  });
}

test("an operator keeps its form until another one is chosen", () => {
  const pathway = built();
  const given = "https://credreg.net/ctdl/terms/logicalOperator/Or";
  pathway.steps[1].conditions[0].node["ceterms:logicalOperator"] = given;
  const operatorOf = () =>
    entity(writeDocument(pathway, OWNER, BASE), pathway.destination)["ceterms:hasCondition"][0][
      "ceterms:logicalOperator"
    ];
  assert.equal(operatorOf(), given);
  pathway.steps[1].conditions[0].operator = "And";
  assert.equal(operatorOf()["ceterms:targetNode"], "logic:And");
});

test("an empty document is read as a new pathway", () => {
  const pathway = readDocument({});
  assert.match(pathway.ctid, /^ce-[0-9a-f-]{36}$/);
  assert.deepEqual([pathway.steps, pathway.levels, pathway.name], [[], [], ""]);
});

const IRI = (number) => `https://elsewhere.example/resources/ce-00000000-0000-4000-8000-00000000000${number}`;
const node = (number, type, properties) => ({
  "@type": type,
  "@id": IRI(number),
  "ceterms:ctid": IRI(number).slice(-39),
  ...properties,
});

/** A document in which hardly anything is as this page would write it. */
const foreign = () => ({
  "@context": ["https://credreg.net/ctdl/schema/context/json", { ex: "https://example.org/" }],
  "@id": IRI(1).replace("resources", "graph"),
  "adms:status": "graphPublicationStatus:Provisional",
  "ex:beside": { "@id": "https://example.org/x" },
  "@graph": [
    node(5, "asn:ProgressionLevel", { "skos:prefLabel": [{ "@value": "Late", "@language": "en" }] }),
    node(4, ["ex:Thing", "ceterms:BasicComponent"], {
      "ceterms:name": [
        { "@value": "Ende", "@language": "de" },
        { "@value": "End", "@language": "en-GB" },
      ],
      "ceterms:credentialType": ["ceterms:License"],
      "ceterms:hasCondition": ["_:c", { "@id": "_:missing" }, { "@type": "ceterms:ComponentCondition" }],
      "asn:hasProgressionLevel": [IRI(5), IRI(9)],
      "ceterms:precededBy": { "@id": IRI(8) },
      "ceterms:keyword": [],
      "ex:nothing": null,
    }),
    node(1, "ceterms:Pathway", {
      "ceterms:name": "Plain",
      "ceterms:description": { "@value": "Text", "@language": "en", "@direction": "ltr" },
      "ceterms:subjectWebpage": [{ "@id": "https://example.org/a" }, "https://example.org/b"],
      "ceterms:offeredBy": IRI(7),
      "ceasn:hasPart": [IRI(3), IRI(4)],
      "ceterms:hasPart": [IRI(8)],
      "ceterms:hasDestinationComponent": [IRI(4), IRI(3)],
    }),
    node(3, "ceterms:CourseComponent", {
      "ceterms:name": { "en-US": ["One", "Two"], de: "Eins" },
      "ceterms:hasCondition": "_:c",
      "ceterms:proxyFor": IRI(7),
    }),
    {
      "@id": "_:c",
      "@type": "ceterms:ComponentCondition",
      "ceterms:targetComponent": ["_:x", IRI(8)],
      "ceterms:requiredNumber": { "@value": "1", "@type": "xsd:integer" },
      "ceterms:hasCondition": "_:c",
    },
    { "@id": "_:loose", "@type": "ceterms:Place" },
    node(6, "asn:ProgressionLevel", { "skos:prefLabel": "Early", "ceterms:precedes": IRI(5) }),
  ],
});

test("whatever a document holds, it stays exactly the same when nothing is changed", () => {
  const bare = { "@context": foreign()["@context"], ...foreign()["@graph"][2] };
  assert.deepEqual(writeDocument(readDocument(foreign()), OWNER, BASE), foreign());
  const { "@context": context, ...whole } = bare;
  const written = writeDocument(readDocument(bare), OWNER, BASE);
  assert.deepEqual([written["@context"], written["@graph"]], [context, [whole]]);
});

test("a change leaves all else as it was", () => {
  const pathway = readDocument(foreign());
  const [end, start] = pathway.steps;
  assert.deepEqual(
    pathway.levels.map((one) => one.name),
    ["Early", "Late"],
  );
  assert.equal(end.name, "End");
  assert.equal(end.level, IRI(5).slice(-39));
  pathway.name = "Renamed";
  end.name = "Finish";
  end.level = IRI(6).slice(-39);
  end.type = "ceterms:JobComponent";
  start.name = "Changed";
  start.conditions[0].required = 2;
  end.after.add(start.ctid);
  const expected = foreign();
  const [, step, whole, first, condition] = expected["@graph"];
  whole["ceterms:name"] = { "en-US": "Renamed" };
  step["ceterms:name"][1]["@value"] = "Finish";
  step["@type"] = ["ex:Thing", "ceterms:JobComponent"];
  delete step["ceterms:credentialType"];
  step["asn:hasProgressionLevel"] = [IRI(9), IRI(6).replace("https://elsewhere.example", BASE)];
  step["ceterms:precededBy"] = [{ "@id": IRI(8) }, IRI(3).replace("https://elsewhere.example", BASE)];
  first["ceterms:name"]["en-US"][0] = "Changed";
  first["ceterms:precedes"] = [IRI(4).replace("https://elsewhere.example", BASE)];
  condition["ceterms:requiredNumber"] = 2;
  assert.deepEqual(writeDocument(pathway, OWNER, BASE), expected);
});

test("a text that is removed leaves those in other languages", () => {
  const pathway = readDocument(foreign());
  Object.assign(pathway, { name: "", description: "", webpage: "" });
  pathway.steps[1].name = "";
  const {
    "ceterms:name": name,
    "ceterms:description": text,
    "ceterms:subjectWebpage": page,
  } = entity(writeDocument(pathway, OWNER, BASE), pathway.ctid);
  assert.deepEqual([name, text, page], [undefined, undefined, ["https://example.org/b"]]);
  const [, , , step] = writeDocument(pathway, OWNER, BASE)["@graph"];
  assert.deepEqual(step["ceterms:name"], { "en-US": ["Two"], de: "Eins" });
});

test("a step that is removed is named nowhere, and a condition goes with the last step that needs it", () => {
  const pathway = readDocument(foreign());
  const [end, start] = pathway.steps;
  removeStep(pathway, start);
  const text = JSON.stringify(writeDocument(pathway, OWNER, BASE));
  assert.equal(text.includes(start.ctid), false);
  assert.ok(text.includes("_:c"));
  end.conditions.splice(0, 1);
  const left = writeDocument(pathway, OWNER, BASE);
  assert.equal(JSON.stringify(left).includes('"_:c"'), false);
  assert.ok(JSON.stringify(left).includes("_:missing"));
  assert.ok(JSON.stringify(left).includes("_:loose"));
});

test("a document without a pathway is refused, not opened as an empty one", () => {
  assert.throws(() => readDocument({ "@graph": [node(1, "ceterms:Course", {})] }), /finds no pathway/);
});
