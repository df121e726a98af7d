// The picture of a published pathway: its steps in bands by level, its conditions as diamonds.
import { at, element } from "../dom.js";
import { addBands, guidesOf, stripesOf } from "./bands.js";
import { GREY, Palette, box, caption, swatch } from "./looks.js";
import { Picture } from "./picture.js";
import { describe, details, quantity } from "./structure_words.js";
import { words } from "./words.js";
/** @import {Component, Condition, Drawn, Structure, StructureEdge} from "../../assets/types/pathways.d.ts" */

// To lay out more steps takes many seconds, and nobody can read the picture.
const MAX_DRAWN_STEPS = 300;
const MAX_DRAWN_CONDITIONS = 600;
const DIAMOND = { shape: "diamond", width: 22, height: 22 };

/**
 * @param {Component} step
 * @param {Palette} palette
 * @returns {Drawn}
 */
function nodeOf(step, palette) {
  const lines = box(step.name || step.id, step.destination ? "the destination" : "");
  return {
    group: "nodes",
    classes: step.destination ? ["thing", "destination"] : ["thing"],
    data: {
      id: step.id,
      ...lines,
      ...palette.of(step.typeLabel),
      shape: "round-rectangle",
      step,
      href: `/resources/${encodeURIComponent(step.id)}`,
    },
  };
}

/**
 * @param {string} source
 * @param {string} target
 * @param {object} more
 * @returns {Drawn}
 */
const lineOf = (source, target, more = {}) => ({
  group: "edges",
  data: { id: `${source} ${target}`, source, target, agreed: "both", label: "", ...more },
});

/**
 * Draw a condition as a diamond before its step, and those nested in it as diamonds before that.
 * @param {Component} step
 * @param {Condition} condition
 * @param {string} into the id of the element that the diamond leads to
 * @param {Set<string>} known the ids of the steps that are drawn
 * @returns {Drawn[]}
 */
function diamonds(step, condition, into, known) {
  const nested = condition.conditions.length ? words.nested[condition.operator] : "";
  const { label } = caption(quantity(condition), nested && condition.targets.length ? nested : "");
  const id = `${step.id} ${condition.id}`; // steps may share a condition
  const data = { id, ...DIAMOND, label, ...GREY, condition, step };
  const inner = condition.conditions.flatMap((one) => diamonds(step, one, id, known));
  const targets = condition.targets.filter((one) => known.has(one)).map((one) => lineOf(one, id));
  return [
    { group: "nodes", classes: ["thing", "diamond"], data },
    lineOf(id, into, { condition }),
    ...targets,
    ...inner,
  ];
}

/**
 * Give every step its own copy of the conditions that several steps share, up to the number that a
 * picture shows. `whole` tells whether it shows all of them.
 * @param {Structure} structure
 */
function withConditions(structure) {
  let room = MAX_DRAWN_CONDITIONS + 1;
  // A shared condition is described once. Elsewhere only its id stands.
  /** @type {Map<string, Condition>} */
  const described = new Map();
  /** @param {Condition} one */
  const note = (one) => {
    if (one.targets) described.set(one.id, one);
    one.conditions?.forEach(note);
  };
  structure.components.forEach((step) => step.conditions.forEach(note));
  /** @type {(conditions: Condition[], seen: Set<string>) => Condition[]} */
  const copied = (conditions, seen) => {
    const copies = [];
    for (const { id } of conditions) {
      const one = described.get(id);
      if (!one || seen.has(id) || room-- <= 0) continue;
      seen.add(id);
      copies.push(one);
    }
    return copies.map((one) => ({ ...one, conditions: copied(one.conditions, seen) }));
  };
  const components = structure.components.map((step) => ({ ...step, conditions: copied(step.conditions, new Set()) }));
  return { ...structure, components, whole: room > 0 };
}

/**
 * @param {Structure} structure
 * @param {Palette} palette
 */
function elementsOf({ components, edges }, palette) {
  const known = new Set(components.map((step) => step.id));
  /** @param {StructureEdge} edge */
  const pair = (edge) => `${edge.source} ${edge.target}`;
  const needed = new Set(edges.filter((edge) => edge.kind === "condition").map(pair));
  const drawn = edges.filter(
    (edge) =>
      edge.source !== edge.target && known.has(edge.source) && known.has(edge.target) && !needed.has(pair(edge)),
  );
  const lines = [...new Map(drawn.map((edge) => [pair(edge), edge])).values()];
  return [
    ...components.map((step) => nodeOf(step, palette)),
    ...components.flatMap((step) => step.conditions.flatMap((one) => diamonds(step, one, step.id, known))),
    ...lines.map((edge) => ({ ...lineOf(edge.source, edge.target), classes: edge.kind === "child" ? ["part"] : [] })),
  ];
}

/**
 * Draw a structure in place of the present content of a picture.
 * @param {Picture} picture
 * @param {Structure} structure
 * @param {Palette} palette
 */
export function redraw(picture, structure, palette) {
  const { cy } = picture;
  const stripes = structure.levels.length ? stripesOf(structure) : [];
  cy.elements().remove();
  cy.add(elementsOf(structure, palette));
  picture.arrange(guidesOf(cy, stripes));
  const ends = cy.nodes(".destination");
  const around = ends.empty() ? cy.nodes().roots() : ends.first();
  addBands(cy, stripes);
  picture.frame(around);
}

/**
 * Draw the structure of a published pathway.
 * @param {Structure} published
 */
export function drawStructure(published) {
  const structure = withConditions(published);
  if (structure.components.length > MAX_DRAWN_STEPS || !structure.whole) {
    const text = "This pathway has too many steps for a picture. The table shows all of them.";
    at("picture").before(element("p", { class: "notice" }, text));
    return;
  }
  const picture = new Picture({
    describe,
    show: (target) => at("details").replaceChildren(...details(structure, target)),
    open: () => at("details").focus(),
  });
  const palette = new Palette();
  redraw(picture, structure, palette);
  const kinds = [...new Set(structure.components.map((step) => step.typeLabel))];
  const legend = kinds.map((kind) => element("li", {}, swatch(palette.of(kind)), kind));
  at("picture").append(element("div", { class: "legend" }, element("ul", {}, ...legend)));
  const end = picture.cy.nodes(".destination");
  if (end.nonempty()) picture.show(end[0]);
}
