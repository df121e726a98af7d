// A pathway that is built: removing steps, finding the places of problems, and its picture.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  newCondition,
  newLevel,
  newPathway,
  newStep,
  removeStep,
  structureOf,
  thingAt,
} from "../../../../ctgraph/web/static/pathways/draft.js";
import { writeDocument } from "../../../../ctgraph/web/static/pathways/writer.js";

const TYPE = "ceterms:CourseComponent";
const step = (name) => newStep(TYPE, { id: "ce-1", name, type: "ceterms:Course" }, "https://registry.example");

function built() {
  const [first, second, third] = ["First", "Second", "Third"].map(step);
  const inner = { ...newCondition(), targets: new Set([first.ctid]) };
  const outer = { ...newCondition(), targets: new Set([first.ctid, second.ctid]), conditions: [inner] };
  third.conditions = [outer];
  third.after = new Set([second.ctid]);
  const level = newLevel("Only");
  third.level = level.ctid;
  const pathway = { ...newPathway(), steps: [first, second, third], levels: [level], destination: third.ctid };
  return { pathway, first, second, third, inner, outer, level };
}

test("a step that is removed is nowhere in the pathway", () => {
  const { pathway, first, second, third, inner, outer } = built();
  removeStep(pathway, first);
  assert.deepEqual(pathway.steps, [second, third]);
  assert.deepEqual([...outer.targets], [second.ctid]);
  assert.equal(inner.targets.size, 0);
  removeStep(pathway, third);
  assert.equal(pathway.destination, "");
});

test("a pointer leads to the pathway, a step, a condition or a level", () => {
  const { pathway, third, inner, outer, level } = built();
  const sent = writeDocument(pathway, "", "https://registry.example");
  const at = (pointer) => thingAt(pathway, sent, pointer);
  assert.deepEqual(at("/@graph/0/ceterms:name"), { found: pathway, step: undefined });
  assert.deepEqual(at("/@graph/3/ceterms:name"), { found: third, step: third });
  assert.deepEqual(at("/@graph/3/ceterms:hasCondition/0"), { found: outer, step: third });
  assert.deepEqual(at("/@graph/3/ceterms:hasCondition/0/ceterms:hasCondition/0/x"), { found: inner, step: third });
  assert.deepEqual(at("/@graph/3/ceterms:hasCondition/7"), { found: third, step: third });
  assert.deepEqual(at("/@graph/4"), { found: level, step: undefined });
});

test("a pointer to anything else leads to the pathway", () => {
  const { pathway } = built();
  const sent = writeDocument(pathway, "", "https://registry.example");
  for (const pointer of [undefined, "", "/@context", "/@graph/99", "/@graph/length"])
    assert.equal(thingAt(pathway, sent, pointer).found, pathway, pointer);
});

test("the picture has a line from every step to what needs it", () => {
  const { pathway, first, second, third } = built();
  const { components, edges, levels } = structureOf(pathway, { [TYPE]: "Course" });
  assert.deepEqual(
    components.map((one) => [one.name, one.typeLabel, one.destination]),
    [
      ["First", "Course", false],
      ["Second", "Course", false],
      ["Third", "Course", true],
    ],
  );
  assert.deepEqual(
    edges.map((edge) => [edge.source, edge.target, edge.kind]),
    [
      [second.ctid, third.ctid, "precedes"],
      [first.ctid, third.ctid, "condition"],
      [second.ctid, third.ctid, "condition"],
      [first.ctid, third.ctid, "condition"],
    ],
  );
  assert.deepEqual(
    levels.map(({ name, order }) => [name, order]),
    [["Only", 0]],
  );
});
