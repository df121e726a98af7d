// The table of results on the query page. Yasgui's own writes IRIs into markup as they are; here
// everything that a record says stays text, and only addresses of pages become links.
import { element } from "../dom.js";
import { csvOf } from "./csv.js";
import { prefixed, textOf } from "./values.js";
/** @import {Binding, Prefixes, Column, Yasr} from "../../assets/types/yasgui.d.ts" */

const LINKED = /^(https?|mailto):/i;

/** @param {string} text */
function escaped(text) {
  return element("span", {}, text).innerHTML;
}

/**
 * @param {string} iri
 * @param {Prefixes} prefixes
 * @param {boolean} compact
 */
function linkTo(iri, prefixes, compact) {
  const short = prefixed(iri, prefixes);
  const text = short ?? iri;
  const target = { href: iri, target: "_blank", rel: "noopener noreferrer" };
  const made = LINKED.test(iri)
    ? element("a", { class: "iri", ...target }, text)
    : element("span", { class: "iri" }, text);
  return short || compact ? [made] : ["<", made, ">"];
}

export class ResultTable extends Yasgui.Yasr.plugins.table {
  /** @param {Yasr} yasr */
  constructor(yasr) {
    super(yasr);
    /** @type {{compact?: boolean, isEllipsed?: boolean}} */
    this.persistentConfig = { isEllipsed: false }; // cells are whole until somebody cuts them
  }

  /**
   * @param {Binding} binding
   * @param {Prefixes} prefixes
   */
  getCellContent(binding, prefixes) {
    const compact = this.persistentConfig.compact ?? false;
    const shown = element("span");
    if (binding.type === "uri") {
      shown.append(...linkTo(textOf(binding), prefixes, compact));
    } else {
      shown.className = "nonIri";
      const mark = element("sup");
      if (binding["xml:lang"]) mark.append(`@${binding["xml:lang"]}`);
      else if (binding.datatype) mark.append("^^", ...linkTo(binding.datatype, prefixes, compact));
      const marked = !compact && mark.hasChildNodes();
      shown.append(...(marked ? [`"${textOf(binding)}"`, mark] : [textOf(binding)]));
    }
    return element("div", {}, shown).outerHTML;
  }

  drawControls() {
    super.drawControls();
    this.tableSizeField.setAttribute("aria-label", "Page size");
  }

  getColumns() {
    const prefixes = this.yasr.getPrefixes();
    const [number, ...columns] = super.getColumns();
    if (!number) return [];
    /** @type {Column["render"]} */
    const render = (binding, use) => {
      if (binding === "") return binding;
      if (use === "sort") return textOf(binding);
      return use && use !== "filter" ? this.getCellContent(binding, prefixes) : escaped(textOf(binding));
    };
    return [{ ...number, title: "#" }, ...columns.map(({ name }) => ({ name, title: escaped(name), render }))];
  }

  /** @param {string} [name] */
  download(name) {
    const { results } = this.yasr;
    const getData = () => csvOf(results?.getVariables() || [], results?.getBindings() || []);
    return { getData, contentType: "text/csv", title: "Download result", filename: `${name || "results"}.csv` };
  }
}
