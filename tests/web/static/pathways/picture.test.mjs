// What pictures work out without a browser: bands, wrapped texts, colours and curves.
import assert from "node:assert/strict";
import { test } from "node:test";
import { stripesOf } from "../../../../ctgraph/web/static/pathways/bands.js";
import { relative } from "../../../../ctgraph/web/static/pathways/layers.js";
import { Palette, wrap } from "../../../../ctgraph/web/static/pathways/looks.js";
import { blended, style } from "../../../../ctgraph/web/static/pathways/style.js";
import { ARROWS } from "../../../../ctgraph/web/static/pathways/svg.js";

const LEVELS = [
  { iri: "late", name: "Late", order: 20 },
  { iri: "early", name: "Early", order: 10 },
];
const stripes = (levelsOf, pairs = []) =>
  stripesOf({
    levels: LEVELS,
    components: Object.entries(levelsOf).map(([id, levels]) => ({ id, levels })),
    edges: pairs.map(([source, target]) => ({ source, target })),
  }).map(({ name, steps }) => [name, ...steps]);

test("a step lies in the band of its level, the latest of several", () => {
  assert.deepEqual(stripes({ a: ["early"], b: ["late"], c: ["early", "late"] }), [
    ["Early", "a"],
    ["Late", "b", "c"],
  ]);
});

test("a step without a level lies in no band: after what precedes it, else before what succeeds it", () => {
  const found = stripes({ a: ["late"], after: [], later: [], before: [], alone: [], unknown: ["elsewhere"] }, [
    ["a", "after"],
    ["after", "later"],
    ["before", "a"],
  ]);
  assert.deepEqual(found, [
    [null, "alone", "unknown"],
    [null, "before"],
    ["Late", "a"],
    [null, "after", "later"],
  ]);
});

test("a step without a level between two of one level parts their band", () => {
  const found = stripes({ a: ["early"], between: [], b: ["early"], c: ["late"] }, [
    ["a", "between"],
    ["between", "b"],
    ["b", "c"],
  ]);
  assert.deepEqual(found, [
    ["Early", "a"],
    [null, "between"],
    ["Early", "b"],
    ["Late", "c"],
  ]);
});

test("no step is drawn into a level that it does not state, in any order", () => {
  let seed = 7;
  const random = (n) => (seed = (seed * 16807) % 2147483647) % n;
  for (let round = 0; round < 300; round += 1) {
    const ids = ["a", "b", "c", "d", "e", "f"];
    const levelsOf = Object.fromEntries(ids.map((id) => [id, [[], ["early"], ["late"]][random(3)]]));
    const pairs = Array.from({ length: random(12) }, () => [ids[random(6)], ids[random(6)]]);
    const found = stripes(levelsOf, pairs);
    assert.deepEqual(found.flatMap(([, ...steps]) => steps).sort(), ids);
    for (const [name, ...steps] of found)
      for (const id of steps) assert.equal(levelsOf[id][0] ?? null, name && name.toLowerCase());
  }
});

test("a circle of steps without levels has its place too", () => {
  const pairs = [
    ["a", "b"],
    ["b", "a"],
  ];
  assert.deepEqual(stripes({ a: [], b: [] }, pairs), [[null, "a", "b"]]);
});

test("a text is wrapped at words and cut at its last line", () => {
  const fits = (line) => line.length <= 10;
  assert.deepEqual(wrap("one two three four", fits, 4), ["one two", "three four"]);
  assert.deepEqual(wrap("one two three four five", fits, 2), ["one two", "three fo …"]);
});

test("a word that is too long is broken, and every line fits", () => {
  const fits = (line) => line.length <= 10;
  assert.deepEqual(wrap("incomprehensibilities", fits, 3), ["incomprehe", "nsibilitie", "s"]);
  assert.deepEqual(wrap("incomprehensibilities", fits, 2), ["incomprehe", "nsibilit …"]);
  const ctid = "ce-00000000-0000-4000-8000-000000000001";
  assert.equal(wrap(ctid, fits, 4).join(""), ctid);
  for (const text of [`the ${ctid} of ${ctid}`, ctid.repeat(50), "𝄞".repeat(30), "a ".repeat(90), ""])
    assert.ok(wrap(text, fits, 4).every(fits), text);
  assert.deepEqual(
    wrap("ab", () => false, 1),
    ["a …"],
  );
});

test("a key keeps its colour, and the seventh one gets another border", () => {
  const palette = new Palette();
  const given = ["a", "b", "c", "d", "e", "f", "g"].map((key) => palette.of(key));
  assert.equal(palette.of("a"), given[0]);
  assert.equal(given[6].colour, given[0].colour);
  assert.notEqual(given[6].line, given[0].line);
});

test("colours are mixed, also from short notation", () => {
  assert.equal(blended("#000000", "#fff", 0.2), "rgb(204,204,204)");
  assert.equal(blended("#ff0000", "#0000ff", 1), "rgb(255,0,0)");
});

test("points are told relative to the line between the ends", () => {
  const { weights, distances } = relative([{ x: 5, y: 2 }], { x: 0, y: 0 }, { x: 10, y: 0 });
  assert.deepEqual([weights, distances], [[0.5], [2]]);
  assert.ok(relative([{ x: 1, y: 1 }], { x: 0, y: 0 }, { x: 0, y: 0 }).weights.every(Number.isFinite));
});

test("a picture draws the lines and arrowheads that the page names", () => {
  const strengths = { required: { width: 3, dashes: [] }, weak: { width: 1, dashes: [1.5, 3] } };
  const sides = { both: { head: "triangle", filled: true }, other: { head: "diamond", filled: false } };
  const theme = { ink: "#000", soft: "#555", line: "#999", paper: "#fff", tint: "#eee", accent: "#00f" };
  const rules = Object.fromEntries(style(theme, { strengths, sides }).map((rule) => [rule.selector, rule.style]));
  assert.deepEqual(rules["edge[strength='required']"], { width: 3 });
  assert.deepEqual(rules["edge[strength='weak']"], {
    width: 1,
    "line-style": "dashed",
    "line-dash-pattern": [1.5, 3],
  });
  for (const [side, { head, filled }] of Object.entries(sides)) {
    const { "target-arrow-shape": shape, "target-arrow-fill": fill } = rules[`edge[agreed='${side}']`];
    assert.deepEqual([shape, fill], [head, filled ? "filled" : "hollow"]);
    assert.ok(ARROWS[shape]);
  }
});
