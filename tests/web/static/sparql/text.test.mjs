// The text of queries, and of results as CSV.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { csvOf } from "../../../../ctgraph/web/static/sparql/csv.js";
import { curlCommand, declared, pythonProgram } from "../../../../ctgraph/web/static/sparql/query_text.js";

const PREFIXES = { ceterms: "https://purl.org/ctdl/terms/", skos: "http://www.w3.org/2004/02/skos/core#" };
const INTEGER = "http://www.w3.org/2001/XMLSchema#integer";

for (const [query, prefixes] of [
  ["ASK { ?s a ceterms:License }", ["ceterms"]],
  ["ASK { ?s ceterms:name ?n ; skos:prefLabel ?l }", ["ceterms", "skos"]],
  ["prefix ceterms: <x> ASK { ?s a ceterms:License }", []],
  ["ASK { ?s a <http://ceterms:80/x> }", []],
  ["ASK { ?s a myceterms:License }", []],
])
  test(`${query} needs ${prefixes}`, () => {
    const added = prefixes.map((prefix) => `PREFIX ${prefix}: <${PREFIXES[prefix]}>\n`).join("");
    assert.equal(declared(query, PREFIXES), added + query);
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
