// Results as pictures: bars where the last column holds numbers, points where there are coordinates.
import { element, svgElement } from "../dom.js";
/** @import {Row, Yasr} from "../../assets/types/yasgui.d.ts" */

const MAX_BARS = 60; // the picture stays short enough to read
const MAX_LABEL_CHARACTERS = 46; // as many as fit beside a bar

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
    const bars = shown.flatMap((row, index) => {
      const names = variables.slice(0, -1).map((name) => valueOf(row, name).replace(/^.*[/#]/, ""));
      return this.#bar(names.join(", "), Number(valueOf(row, last)), largest, index * 24 + 4);
    });
    const picture = { viewBox: `0 0 900 ${24 * shown.length + 8}`, class: "chart", role: "img" };
    this.yasr.resultsEl.replaceChildren(svgElement("svg", { ...picture, "aria-label": `${last} as bars` }, ...bars));
    if (rows.length > shown.length)
      this.yasr.resultsEl.append(element("p", {}, `The first ${shown.length} of ${rows.length} rows.`));
  }

  /**
   * @param {string} label
   * @param {number} value
   * @param {number} largest
   * @param {number} y
   */
  #bar(label, value, largest, y) {
    const cut = label.length > MAX_LABEL_CHARACTERS ? `${label.slice(0, MAX_LABEL_CHARACTERS - 1)}…` : label;
    const width = (470 * value) / largest;
    return [
      svgElement("text", { x: 330, y: y + 15, "text-anchor": "end" }, cut),
      svgElement("rect", { x: 340, y, width: Math.max(1, width), height: 18 }),
      svgElement("text", { x: 346 + width, y: y + 15 }, value.toLocaleString("en")),
    ];
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

  // The points of the map, each with the texts of its rows.
  #points() {
    const { lat = "", lon = "" } = this.#columns();
    const { variables, rows } = resultOf(this.yasr);
    /** @type {Map<string, {y: number, x: number, texts: string[]}>} */
    const points = new Map();
    for (const row of rows) {
      if (!row[lat] || !row[lon]) continue;
      const names = variables.filter((name) => name !== lat && name !== lon && row[name] && row[name].type !== "uri");
      const text = names.map((name) => valueOf(row, name)).reverse();
      const key = `${valueOf(row, lat)},${valueOf(row, lon)}`;
      const point = points.get(key) ?? { y: Number(valueOf(row, lat)), x: Number(valueOf(row, lon)), texts: [] };
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
    const dots = points.flatMap(({ x, y, texts }) => {
      const [cx, cy] = [60 + (x - west) * stretch * scale, 450 - (y - south) * scale];
      const radius = 5 + Math.min(14, Math.sqrt(texts.length) * 2);
      const title = svgElement("title", {}, texts.slice(0, 20).join("\n"));
      const name = `${texts[0].split(":")[0].slice(0, 30)} (${texts.length})`;
      return [svgElement("circle", { cx, cy, r: radius }, title), svgElement("text", { x: cx + 14, y: cy + 5 }, name)];
    });
    const picture = { viewBox: "0 0 900 500", class: "map", role: "img", "aria-label": `${points.length} places` };
    const explained = "Places by their coordinates, north at the top. Point at one to see what is there.";
    this.yasr.resultsEl.replaceChildren(svgElement("svg", picture, ...dots), element("p", {}, explained));
  }
}
