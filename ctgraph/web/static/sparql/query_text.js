// The text of a query: as a call from elsewhere.

/**
 * Return a command that runs a query.
 * @param {string} query
 * @param {string} endpoint
 */
export function curlCommand(query, endpoint) {
  return `curl -H 'Accept: text/csv' --data-urlencode query='${query.replaceAll("'", `'\\''`)}' '${endpoint}'`;
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
