// A pathway and its document: each is made from the other, and nothing is lost on the way.
import assert from "node:assert/strict";
import { test } from "node:test";
import { readDocument, writeDocument } from "../../../../ctgraph/web/static/pathways/document.js";
import { newCondition, newLevel, newPathway, newStep } from "../../../../ctgraph/web/static/pathways/draft.js";

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
