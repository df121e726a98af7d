// The query page: Yasgui over this registry's endpoint, with its terms, queries and pictures.
"use strict";
const registry = JSON.parse(document.getElementById("registry").textContent);
const plain = document.getElementById("plain");
const area = document.getElementById("query");
const SVG = "http://www.w3.org/2000/svg";

function element(name, attributes = {}, ...children) {
  const made = name.startsWith("svg:") ? document.createElementNS(SVG, name.slice(4)) : document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

// Completion of classes and properties: the prefixes are known here without being declared.
// The editor wants prefixes declared; a query that declares them can be sent anywhere.
function declared(query) {
  const used = Object.entries(registry.prefixes).filter(([prefix]) =>
    new RegExp(`(^|[^\\w<#/:])${prefix}:\\w`, "m").test(query) && !new RegExp(`PREFIX\\s+${prefix}:`, "i").test(query));
  return used.map(([prefix, iri]) => `PREFIX ${prefix}: <${iri}>\n`).join("") + query;
}

function completer(name, terms) {
  return {
    name: `ctgraph-${name}`,
    bulk: true,
    autoShow: true,
    get: () => terms,
    isValidCompletionPosition: (yasqe) => /^[a-z][\w-]*:[\w-]*$/i.test(yasqe.getCompleteToken().string),
    preProcessToken: (_, token) => ({ ...token, autocompletionString: token.string }),
    postProcessSuggestion: (yasqe, _, suggested) => {
      const prefix = suggested.split(":")[0];
      if (!yasqe.getPrefixesFromQuery()[prefix]) yasqe.addPrefixes({ [prefix]: registry.prefixes[prefix] });
      return suggested;
    },
  };
}

// Results as pictures: bars where the last column is a number, points where there are coordinates.
function rowsOf(yasr) {
  const results = yasr.results;
  return { variables: results?.getVariables() || [], rows: results?.getBindings() || [] };
}

function icon(path) {
  const drawn = element("svg:svg", { viewBox: "0 0 24 24", width: 18, height: 18, "aria-hidden": "true" });
  drawn.append(element("svg:path", { d: path, fill: "currentColor" }));
  return drawn;
}

class Chart {
  priority = 5;
  label = "Chart";
  constructor(yasr) { this.yasr = yasr; }
  getIcon() { return icon("M3 20h18v2H3zM5 10h3v9H5zM11 4h3v15h-3zM17 13h3v6h-3z"); }
  canHandleResults() {
    const { variables, rows } = rowsOf(this.yasr);
    const last = variables[variables.length - 1];
    return variables.length > 1 && rows.length > 0 && rows.every((row) => !row[last] || !isNaN(row[last].value));
  }
  draw() {
    const { variables, rows } = rowsOf(this.yasr);
    const last = variables[variables.length - 1];
    const shown = rows.slice(0, 60);
    const most = Math.max(...shown.map((row) => Number(row[last]?.value || 0)), 0) || 1;
    const height = 24 * shown.length + 8;
    const picture = element("svg:svg", { viewBox: `0 0 900 ${height}`, class: "chart", role: "img", "aria-label": `${last} as bars` });
    shown.forEach((row, index) => {
      const value = Number(row[last]?.value || 0);
      const label = variables.slice(0, -1).map((name) => row[name]?.value.replace(/^.*[/#]/, "") || "").join(", ");
      const y = index * 24 + 4;
      picture.append(
        element("svg:text", { x: 330, y: y + 15, "text-anchor": "end" }, label.length > 46 ? `${label.slice(0, 45)}…` : label),
        element("svg:rect", { x: 340, y, width: Math.max(1, (470 * value) / most), height: 18 }),
        element("svg:text", { x: 346 + (470 * value) / most, y: y + 15 }, value.toLocaleString("en")),
      );
    });
    this.yasr.resultsEl.replaceChildren(picture);
    if (rows.length > shown.length) this.yasr.resultsEl.append(element("p", {}, `The first ${shown.length} of ${rows.length} rows.`));
  }
}

class Points {
  priority = 4;
  label = "Map";
  constructor(yasr) { this.yasr = yasr; }
  getIcon() { return icon("M12 2a7 7 0 0 0-7 7c0 5 7 13 7 13s7-8 7-13a7 7 0 0 0-7-7zm0 9.5A2.5 2.5 0 1 1 12 6.500a2.500 2.500 0 0 1 0 5z"); }
  columns() {
    const names = rowsOf(this.yasr).variables;
    return [names.find((name) => /^(lat|latitude)$/i.test(name)), names.find((name) => /^(lon|long|longitude)$/i.test(name))];
  }
  canHandleResults() { return this.columns().every(Boolean) && rowsOf(this.yasr).rows.length > 0; }
  draw() {
    const [lat, lon] = this.columns();
    const { variables, rows } = rowsOf(this.yasr);
    const places = new Map();
    for (const row of rows) {
      if (!row[lat] || !row[lon]) continue;
      const key = `${row[lat].value},${row[lon].value}`;
      const said = variables.filter((name) => name !== lat && name !== lon && row[name] && row[name].type !== "uri").map((name) => row[name].value);
      places.set(key, [...(places.get(key) || []), said.reverse().join(": ")]);
    }
    const points = [...places].map(([key, said]) => [...key.split(",").map(Number), said]);
    const span = (index) => [Math.min(...points.map((p) => p[index])), Math.max(...points.map((p) => p[index]))];
    const [south, north] = span(0), [west, east] = span(1);
    const stretch = Math.cos((((south + north) / 2) * Math.PI) / 180) || 1;
    const scale = Math.min(760 / Math.max((east - west) * stretch, 0.01), 420 / Math.max(north - south, 0.01));
    const picture = element("svg:svg", { viewBox: "0 0 900 500", class: "map", role: "img", "aria-label": `${points.length} places` });
    for (const [y, x, said] of points) {
      const at = { cx: 60 + (x - west) * stretch * scale, cy: 450 - (y - south) * scale };
      const dot = element("svg:circle", { ...at, r: 5 + Math.min(14, Math.sqrt(said.length) * 2) });
      dot.append(element("svg:title", {}, said.slice(0, 20).join("\n")));
      picture.append(dot, element("svg:text", { x: at.cx + 14, y: at.cy + 5 }, `${said[0].split(":")[0].slice(0, 30)} (${said.length})`));
    }
    this.yasr.resultsEl.replaceChildren(picture, element("p", {}, "Places by their coordinates, north at the top; point at one to see what is there."));
  }
}

function copier(id, make, tab) {
  document.getElementById(id).addEventListener("click", async (event) => {
    const text = make(tab().getQuery());
    const button = event.currentTarget;
    const before = button.textContent;
    try { await navigator.clipboard.writeText(text); button.textContent = "Copied"; } catch { window.prompt("Copy:", text); }
    setTimeout(() => (button.textContent = before), 1500);
  });
}

function start() {
  const yasqe = Yasgui.Yasqe;
  yasqe.registerAutocompleter(completer("classes", registry.classes), true);
  yasqe.registerAutocompleter(completer("properties", registry.properties), true);
  yasqe.defaults.autocompleters = ["variables", "ctgraph-classes", "ctgraph-properties"];
  Yasgui.Yasr.registerPlugin("chart", Chart);
  Yasgui.Yasr.registerPlugin("map", Points);
  const endpoint = `${location.origin}/sparql`;
  const asked = new URLSearchParams(location.hash.slice(1)).get("query");
  const yasgui = new Yasgui(document.getElementById("yasgui"), {
    requestConfig: { endpoint, method: "GET", headers: {} },
    copyEndpointOnNewTab: true,
    populateFromUrl: false,
    persistenceId: null,
    endpointCatalogueOptions: { getData: () => [{ endpoint }] },
    yasqe: { value: declared(asked || area.value), collapsePrefixesOnLoad: true, persistenceId: null, prefixCcApi: null, showQueryButton: true },
    yasr: { persistenceId: null, prefixes: registry.prefixes, pluginOrder: ["table", "chart", "map", "response"] },
  });
  const tab = () => yasgui.getTab();
  tab().setQuery(declared(asked || area.value));
  plain.hidden = true;
  document.getElementById("tools").hidden = false;

  document.querySelectorAll("[data-query]").forEach((link) => link.addEventListener("click", async (event) => {
    event.preventDefault();
    const answer = await fetch(`/queries/${link.dataset.query}.rq`);
    tab().setQuery(declared(await answer.text()));
    tab().query();
    document.getElementById("yasgui").scrollIntoView({ behavior: "smooth" });
  }));
  const url = (query, format) => `${endpoint}?${new URLSearchParams({ query, format })}`;
  copier("as-link", (query) => `${location.origin}/sparql#${new URLSearchParams({ query })}`, tab);
  copier("as-curl", (query) => `curl -H 'Accept: text/csv' --data-urlencode query='${query.replaceAll("'", `'\\''`)}' ${endpoint}`, tab);
  copier("as-python", (query) => `import csv, io, urllib.parse, urllib.request

query = """${query.replaceAll("\\", "\\\\").replaceAll('"""', '\\"""')}"""
body = urllib.parse.urlencode({"query": query}).encode()
request = urllib.request.Request("${endpoint}", body, {"Accept": "text/csv"})
with urllib.request.urlopen(request) as answer:
    for row in csv.DictReader(io.TextIOWrapper(answer, "utf-8", newline="")):
        print(row)
`, tab);
  document.getElementById("as-csv").addEventListener("click", () => { location.href = url(tab().getQuery(), "spreadsheet"); });
}

start();
