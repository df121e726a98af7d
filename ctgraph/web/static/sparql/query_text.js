// The text of a query: with the prefixes it needs, and as a call from elsewhere.
/** @import {Prefixes} from "../../assets/types/yasgui.d.ts" */

/**
 * Return a query that declares the prefixes it uses. This registry knows them undeclared, but the
 * editor and other endpoints do not.
 * @param {string} query
 * @param {Prefixes} prefixes
 */
export function declared(query, prefixes) {
  const used = Object.entries(prefixes).filter(
    ([prefix]) =>
      new RegExp(`(^|[^\\w<#/:])${prefix}:\\w`, "m").test(query) &&
      !new RegExp(`PREFIX\\s+${prefix}:`, "i").test(query),
  );
  return used.map(([prefix, iri]) => `PREFIX ${prefix}: <${iri}>\n`).join("") + query;
}

/**
 * Return a command that runs a query.
 * @param {string} query
 * @param {string} endpoint
 */
export function curlCommand(query, endpoint) {
  return `curl -H 'Accept: text/csv' --data-urlencode query='${query.replaceAll("'", `'\\''`)}' ${endpoint}`;
}

/**
 * Return a Python program that runs a query and prints its rows.
 * @param {string} query
 * @param {string} endpoint
 */
export function pythonProgram(query, endpoint) {
  return `import csv, io, urllib.parse, urllib.request

query = """${query.replaceAll("\\", "\\\\").replaceAll('"""', '\\"""')}"""
body = urllib.parse.urlencode({"query": query}).encode()
request = urllib.request.Request("${endpoint}", body, {"Accept": "text/csv"})
with urllib.request.urlopen(request) as answer:
    for row in csv.DictReader(io.TextIOWrapper(answer, "utf-8", newline="")):
        print(row)
`;
}
