// The table of results on the query page. Yasgui's own writes IRIs into markup as they are; here
// whatever a record says stays a text, and only addresses that lead to pages become links.
"use strict";
const LINKED = /^(https?|mailto):/i;
const NUMBERS = /[#/](integer|decimal|double|float|int|long|short|nonNegativeInteger|positiveInteger)$/;
// What a spreadsheet would take for a formula, also where full-width signs are typed.
const FORMULA = /^[=+\-@\t\r\n＝＋－＠']/;

// A spreadsheet's text; a number stays one.
function harmless(binding) {
  const text = textOf(binding);
  const number = NUMBERS.test(binding.datatype || "") && /^[+-]?[\d.]+(e[+-]?\d+)?$/i.test(text);
  return !number && FORMULA.test(text) ? `'${text}` : text;
}

function textOf(binding) {
  return typeof binding.value === "string" ? binding.value : JSON.stringify(binding.value);
}

function escaped(text) {
  const made = document.createElement("span");
  made.textContent = text;
  return made.innerHTML;
}

function linkTo(iri, prefixes, compact) {
  const [prefix, start] = Object.entries(prefixes || {}).find(([, start]) => iri.startsWith(start)) || [];
  const text = prefix ? `${prefix}:${iri.slice(start.length)}` : iri;
  const made = document.createElement(LINKED.test(iri) ? "a" : "span");
  made.className = "iri";
  made.textContent = text;
  if (LINKED.test(iri)) Object.assign(made, { href: iri, target: "_blank", rel: "noopener noreferrer" });
  return prefix || compact ? [made] : ["<", made, ">"];
}

class ResultTable extends Yasgui.Yasr.plugins.table {
  getCellContent(binding, prefixes) {
    const compact = this.persistentConfig.compact;
    const shown = document.createElement("span");
    if (binding.type === "uri") {
      shown.append(...linkTo(textOf(binding), prefixes, compact));
    } else {
      shown.className = "nonIri";
      const mark = document.createElement("sup");
      if (binding["xml:lang"]) mark.append(`@${binding["xml:lang"]}`);
      else if (binding.datatype) mark.append("^^", ...linkTo(binding.datatype, prefixes, compact));
      const marked = !compact && mark.hasChildNodes();
      shown.append(...(marked ? [`"${textOf(binding)}"`, mark] : [textOf(binding)]));
    }
    const cell = document.createElement("div");
    cell.append(shown);
    return cell.outerHTML;
  }

  getColumns() {
    const prefixes = this.yasr.getPrefixes();
    const [number, ...columns] = super.getColumns();
    if (!number) return [];
    const render = (binding, use) => {
      if (binding === "") return binding;
      if (use === "sort") return textOf(binding);
      return use && use !== "filter" ? this.getCellContent(binding, prefixes) : escaped(textOf(binding));
    };
    return [number, ...columns.map(({ name }) => ({ name, title: escaped(name), render }))];
  }

  download(name) {
    const quoted = (text) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
    const lines = () => {
      const variables = this.yasr.results.getVariables();
      const rows = this.yasr.results.getBindings() || [];
      return [variables, ...rows.map((row) => variables.map((one) => (row[one] ? harmless(row[one]) : "")))];
    };
    const getData = () => lines().map((cells) => `${cells.map(quoted).join(",")}\r\n`).join("");
    return { getData, contentType: "text/csv", title: "Download result", filename: `${name || "results"}.csv` };
  }
}

Yasgui.Yasr.registerPlugin("table", ResultTable);
