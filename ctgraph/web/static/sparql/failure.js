// Why a query failed: the registry's problem document as text, and its line marked in the editor.
import { element } from "../dom.js";
/** @import {Yasqe, Yasr} from "../../assets/types/yasgui.d.ts" */

/**
 * Return the problem that an answer tells (RFC 9457). An answer of another kind is told as it is.
 * @param {string} text
 * @returns {{title: string, detail: string, line?: number}}
 */
export function problemOf(text) {
  const unread = { title: "The query failed", detail: text || "The registry did not answer. Try again later." };
  try {
    return { ...unread, ...JSON.parse(text) };
  } catch {
    return unread;
  }
}

/**
 * Mark a line of a query until the query changes.
 * @param {Yasqe} editor
 * @param {number} line counted from 1
 */
function mark(editor, line) {
  const marked = editor.addLineClass(line - 1, "wrap", "failed");
  editor.scrollIntoView({ line: line - 1, ch: 0 });
  const clear = () => {
    editor.removeLineClass(marked, "wrap", "failed");
    editor.off("change", clear);
  };
  editor.on("change", clear);
}

/**
 * Return the view of failures.
 * @param {() => Yasqe} editor returns the editor of the query that failed
 */
export function failureView(editor) {
  return class Failure {
    priority = 20; // before the views of results
    hideFromSelection = true;
    label = "Error";

    /** @param {Yasr} yasr */
    constructor(yasr) {
      this.yasr = yasr;
    }

    getIcon() {
      return element("span");
    }

    canHandleResults() {
      return Boolean(this.yasr.results?.getError());
    }

    draw() {
      const { title, detail, line } = problemOf(this.yasr.results?.getError()?.text ?? "");
      const told = element("div", { class: "failure", role: "alert" });
      this.yasr.resultsEl.replaceChildren(told);
      told.append(element("strong", {}, title), element("p", {}, detail));
      if (line) mark(editor(), line);
    }
  };
}
