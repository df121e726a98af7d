// Results as CSV for spreadsheets.
import { textOf } from "./values.js";
/** @import {Binding, Row} from "../../assets/types/yasgui.d.ts" */

const NUMBERS = /[#/](integer|decimal|double|float|int|long|short|nonNegativeInteger|positiveInteger)$/;
// What a spreadsheet takes for a formula, also with full-width signs.
const FORMULA = /^[=+\-@\t\r\n＝＋－＠']/;

/** @param {Binding} binding */
function harmless(binding) {
  const text = textOf(binding);
  const number = NUMBERS.test(binding.datatype || "") && /^[+-]?[\d.]+(e[+-]?\d+)?$/i.test(text);
  return !number && FORMULA.test(text) ? `'${text}` : text;
}

/** @param {string} text */
const quoted = (text) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/**
 * Return a result as CSV, in which no text can run as a formula. Numbers stay numbers.
 * @param {string[]} variables
 * @param {Row[]} rows
 */
export function csvOf(variables, rows) {
  const cells = rows.map((row) => variables.map((name) => (row[name] ? harmless(row[name]) : "")));
  return [variables, ...cells].map((line) => `${line.map(quoted).join(",")}\r\n`).join("");
}
