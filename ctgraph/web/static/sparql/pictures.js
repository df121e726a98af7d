// Results as pictures: bars where the last column holds numbers, points where there are coordinates.
import { element, svgElement } from "../dom.js";
import { labelOf } from "./values.js";
/** @import {Row, Yasr} from "../../assets/types/yasgui.d.ts" */

const MAX_BARS = 60; // the picture stays short enough to read

/** @param {Yasr} yasr */
function resultOf({ results }) {
  return { variables: results?.getVariables() || [], rows: results?.getBindings() || [] };
}

/**
 * @param {Row} row
 * @param {string} name
 */
const valueOf = (row, name) => String(row[name]?.value ?? "");

/** @param {string} path */
function icon(path) {
  const drawn = { viewBox: "0 0 24 24", width: 18, height: 18, "aria-hidden": "true" };
  return svgElement("svg", drawn, svgElement("path", { d: path, fill: "currentColor" }));
}

/**
 * Make a row of a chart.
 * @param {string} label
 * @param {number} value
 * @param {number} largest
 */
function bar(label, value, largest) {
  const share = Math.max(0.5, (100 * Math.max(0, value)) / largest);
  const drawn = svgElement("rect", { width: `${share}%`, height: "100%" });
  return element(
    "tr",
    {},
    element("th", { scope: "row" }, label),
    element("td", {}, svgElement("svg", { class: "chart", "aria-hidden": "true" }, drawn)),
    element("td", { class: "number" }, value.toLocaleString("en")),
  );
}

export class Chart {
  priority = 5;
  label = "Chart";

  /** @param {Yasr} yasr */
  constructor(yasr) {
    this.yasr = yasr;
  }

  getIcon() {
    return icon("M3 20h18v2H3zM5 10h3v9H5zM11 4h3v15h-3zM17 13h3v6h-3z");
  }

  canHandleResults() {
    const { variables, rows } = resultOf(this.yasr);
    const last = variables[variables.length - 1];
    return variables.length > 1 && rows.length > 0 && rows.every((row) => !isNaN(Number(valueOf(row, last))));
  }

  draw() {
    const { variables, rows } = resultOf(this.yasr);
    const last = variables[variables.length - 1];
    const shown = rows.slice(0, MAX_BARS);
    const largest = Math.max(...shown.map((row) => Number(valueOf(row, last))), 0) || 1;
    const prefixes = this.yasr.getPrefixes();
    const bars = shown.map((row) => {
      const names = variables.slice(0, -1).map((name) => labelOf(row[name], prefixes));
      return bar(names.filter(Boolean).join(", "), Number(valueOf(row, last)), largest);
    });
    this.yasr.resultsEl.replaceChildren(element("table", { class: "bars" }, element("caption", {}, last), ...bars));
    if (rows.length > shown.length)
      this.yasr.resultsEl.append(element("p", {}, `The first ${shown.length} of ${rows.length} rows.`));
  }
}

export class Places {
  priority = 4;
  label = "Map";

  /** @param {Yasr} yasr */
  constructor(yasr) {
    this.yasr = yasr;
  }

  getIcon() {
    return icon(
      "M12 2a7 7 0 0 0-7 7c0 5 7 13 7 13s7-8 7-13a7 7 0 0 0-7-7zm0 9.5A2.5 2.5 0 1 1 12 6.5a2.5 2.5 0 0 1 0 5z",
    );
  }

  #columns() {
    const names = resultOf(this.yasr).variables;
    return {
      lat: names.find((name) => /^(lat|latitude)$/i.test(name)),
      lon: names.find((name) => /^(lon|long|longitude)$/i.test(name)),
    };
  }

  canHandleResults() {
    const { lat, lon } = this.#columns();
    return Boolean(lat && lon) && resultOf(this.yasr).rows.length > 0;
  }

  // The points of the map, each with its name and the texts of its rows.
  #points() {
    const { lat = "", lon = "" } = this.#columns();
    const { variables, rows } = resultOf(this.yasr);
    /** @type {Map<string, {y: number, x: number, name: string, texts: string[]}>} */
    const points = new Map();
    for (const row of rows) {
      if (!row[lat] || !row[lon]) continue;
      const names = variables.filter((name) => name !== lat && name !== lon && row[name] && row[name].type !== "uri");
      const text = names.map((name) => valueOf(row, name)).reverse();
      const key = `${valueOf(row, lat)},${valueOf(row, lon)}`;
      const [y, x] = [Number(valueOf(row, lat)), Number(valueOf(row, lon))];
      const point = points.get(key) ?? { y, x, name: text[0] ?? "", texts: [] };
      point.texts.push(text.join(": "));
      points.set(key, point);
    }
    return [...points.values()];
  }

  draw() {
    const points = this.#points();
    const [xs, ys] = [points.map(({ x }) => x), points.map(({ y }) => y)];
    const [west, east, south, north] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
    // A degree of longitude is shorter the farther it lies from the equator.
    const stretch = Math.cos((((south + north) / 2) * Math.PI) / 180) || 1;
    const scale = Math.min(760 / Math.max((east - west) * stretch, 0.01), 420 / Math.max(north - south, 0.01));
    const dots = points.flatMap(({ x, y, name, texts }) => {
      const [cx, cy] = [60 + (x - west) * stretch * scale, 450 - (y - south) * scale];
      const radius = 5 + Math.min(14, Math.sqrt(texts.length) * 2);
      const title = svgElement("title", {}, texts.slice(0, 20).join("\n"));
      // Names begin or end at their point, so that they stay within the picture.
      const side = cx < 450 ? { x: cx + 14 } : { x: cx - 14, "text-anchor": "end" };
      const label = svgElement("text", { ...side, y: cy + 5 }, `${name} (${texts.length})`);
      return [svgElement("circle", { cx, cy, r: radius }, title), label];
    });
    const picture = { viewBox: "0 0 900 500", class: "map", role: "img", "aria-label": `${points.length} places` };
    this.yasr.resultsEl.tabIndex = 0; // on a narrow page, arrow keys move the picture
    const explained = "Places by their coordinates, north at the top. Point at one to see what is there.";
    this.yasr.resultsEl.replaceChildren(svgElement("svg", picture, ...dots), element("p", {}, explained));
  }
}
