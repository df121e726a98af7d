// The samples of a legend, with the outlines and the arrowheads of the picture.
import { svgElement } from "../dom.js";
import { ARROWS, OUTLINES } from "./svg.js";

/** @param {HTMLElement} legend */
export function drawSamples(legend) {
  for (const sample of legend.querySelectorAll("svg")) {
    const { shape, head } = sample.dataset;
    if (shape) sample.append(svgElement("path", { d: OUTLINES[shape](42, 24) }));
    if (head) sample.append(svgElement("path", { d: ARROWS[head] }));
  }
}
