// The text of queries, and of results as CSV.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { csvOf } from "../../../../ctgraph/web/static/sparql/csv.js";
import { problemOf } from "../../../../ctgraph/web/static/sparql/failure.js";
import { curlCommand, pythonProgram } from "../../../../ctgraph/web/static/sparql/query_text.js";
import { labelOf } from "../../../../ctgraph/web/static/sparql/values.js";

const PREFIXES = { ceterms: "https://purl.org/ctdl/terms/" };
const INTEGER = "http://www.w3.org/2001/XMLSchema#integer";

for (const [type, value, label] of [
  ["literal", "Nursing and/or care, part #2", "Nursing and/or care, part #2"],
  ["uri", "https://purl.org/ctdl/terms/License", "ceterms:License"],
  ["uri", "https://x.example/a/long/path#end", "https://x.example/a/long/path#end"],
])
  test(`the label of ${value} in a picture is whole`, () => {
    assert.equal(labelOf({ type, value }, PREFIXES), label);
  });

test("what is not bound has no label", () => {
  assert.equal(labelOf(undefined, PREFIXES), "");
});

for (const [text, title, detail, line] of [
  ['{"title": "Malformed query", "detail": "No.", "line": 2}', "Malformed query", "No.", 2],
  ["<html>Bad gateway</html>", "The query failed", "<html>Bad gateway</html>", undefined],
  ["", "The query failed", "The registry did not answer. Try again later.", undefined],
])
  test(`a failure that says '${text}' is told`, () => {
    const told = problemOf(text);
    assert.deepEqual([told.title, told.detail, told.line], [title, detail, line]);
  });

test("a query in a command reaches the server as it is", () => {
  const query = `ASK { ?s ?p "it's $HOME" }\n`;
  const command = curlCommand(query, "http://localhost/sparql").replace("curl", "printf '%s\\n'");
  const lines = execFileSync("sh", ["-c", command], { encoding: "utf-8" });
  assert.ok(lines.includes(`query=${query}`));
});

test("a query in a Python program is one string", () => {
  const query = 'ASK { ?s ?p """a\\nb""" }';
  const program = pythonProgram(query, "http://localhost/sparql");
  assert.ok(program.includes('query = """ASK { ?s ?p \\"""a\\\\nb\\""" }"""'));
});

test("CSV quotes what needs it, and leaves empty what is not bound", () => {
  const rows = [{ a: { type: "literal", value: 'one, "two"' }, b: { type: "uri", value: "http://x.example/" } }, {}];
  assert.equal(csvOf(["a", "b"], rows), 'a,b\r\n"one, ""two""",http://x.example/\r\n,\r\n');
});

for (const [value, datatype, cell] of [
  ["=1+1", "", "'=1+1"],
  ["＝1+1", "", "'＝1+1"],
  ["-5", INTEGER, "-5"],
  ["-5", "", "'-5"],
  ["-5+cmd", INTEGER, "'-5+cmd"],
  ["'quoted'", "", "''quoted'"],
  ["plain", "", "plain"],
])
  test(`a spreadsheet shows ${value} of type '${datatype}' as text or a number`, () => {
    assert.equal(csvOf(["a"], [{ a: { type: "literal", value, datatype } }]), `a\r\n${cell}\r\n`);
  });

test("a triple term is one cell", () => {
  const value = { subject: { type: "uri", value: "http://x.example/" } };
  assert.match(csvOf(["a"], [{ a: { type: "triple", value } }]), /subject/);
});
