// The picture of a published pathway: its steps in bands by level, its conditions as diamonds.
import { at, element, embedded } from "../dom.js";
import { GREY, Palette, box, caption, swatch } from "./looks.js";
import { Picture } from "./picture.js";

const words = embedded("words");
// To lay out more steps takes many seconds, and nobody can read the picture.
const MOST_DRAWN = 300;
const MOST_CONDITIONS = 600;
const DIAMOND = { shape: "diamond", width: 22, height: 22 };

// How many of its components a condition asks for; the page's table says it in the same words.
export function quantity({ required, operator, targets }) {
  if (targets.length < 2) return "";
  if (operator === "OnlyOne") return "only one of";
  if (required && required < targets.length)
    return `${required === 1 ? "any one" : `${required} of ${targets.length}`} of`;
  return operator === "Or" && !required ? "any one of" : "all of";
}

// The number of the band of every step: that of its level or, where it names none, the latest band
// of what comes before it, else the one before what comes after it.
function bandsOf(structure) {
  const orders = [...new Set(structure.levels.map((level) => level.order))].sort((a, b) => a - b);
  const numbers = new Map(structure.levels.map((level) => [level.iri, orders.indexOf(level.order)]));
  const bands = new Map();
  for (const step of structure.components) {
    const named = step.levels.map((iri) => numbers.get(iri)).filter((number) => number !== undefined);
    if (named.length) bands.set(step.id, Math.max(...named));
  }
  const beside = (id, from, to) =>
    structure.edges.filter((edge) => edge[from] === id && bands.has(edge[to])).map((edge) => bands.get(edge[to]));
  const missing = () => structure.components.filter((step) => !bands.has(step.id));
  const settle = (bandOf) => {
    for (let found = true; found;) {
      const now = missing()
        .map((step) => [step.id, bandOf(step.id)])
        .filter(([, band]) => Number.isFinite(band));
      now.forEach(([id, band]) => bands.set(id, band));
      found = now.length > 0;
    }
  };
  settle((id) => Math.max(...beside(id, "target", "source")));
  settle((id) => Math.max(0, Math.min(...beside(id, "source", "target")) - 1));
  missing().forEach((step) => bands.set(step.id, 0));
  return bands;
}

function thing(step, palette) {
  const classes = ["thing", step.destination && "destination"].filter(Boolean);
  const lines = box(step.name || step.id, step.destination ? "the destination" : "");
  return {
    group: "nodes",
    classes,
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

const lineOf = (source, target, more = {}) => ({
  group: "edges",
  data: { id: `${source} ${target}`, source, target, agreed: "both", label: "", ...more },
});

// A condition is a diamond before its step, and those nested in it are diamonds before that.
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

// What keeps the bands apart: it comes after what ends a band and before what begins the next.
function guidesOf(cy, bands) {
  const bandOf = (node) => bands.get(node.data("step").id);
  const ending = cy.nodes().filter((node) => node.outgoers("node").every((one) => bandOf(one) !== bandOf(node)));
  const beginning = cy.nodes().filter((node) => node.incomers("node").every((one) => bandOf(one) !== bandOf(node)));
  const used = [...new Set(bands.values())].sort((a, b) => a - b);
  return used.slice(1).map((band, i) => ({
    id: `before ${band}`,
    before: ending.filter((node) => bandOf(node) === used[i]).map((node) => node.id()),
    after: beginning.filter((node) => bandOf(node) === band).map((node) => node.id()),
  }));
}

// A condition that several steps have is described once; here every step gets its own, as far as
// the picture shows so many.
function withConditions(structure) {
  let room = MOST_CONDITIONS + 1;
  const described = new Map();
  const note = (one) => {
    if (one.targets) described.set(one.id, one);
    one.conditions?.forEach(note);
  };
  structure.components.forEach((step) => step.conditions.forEach(note));
  const copied = (conditions, seen) =>
    conditions
      .map((one) => described.get(one.id))
      .filter((one) => one && !seen.has(one.id) && room-- > 0 && seen.add(one.id))
      .map((one) => ({ ...one, conditions: copied(one.conditions, seen) }));
  const components = structure.components.map((step) => ({ ...step, conditions: copied(step.conditions, new Set()) }));
  return { ...structure, components, whole: room > 0 };
}

function elementsOf(structure, palette) {
  const known = new Set(structure.components.map((step) => step.id));
  const pair = (edge) => `${edge.source} ${edge.target}`;
  const needed = new Set(structure.edges.filter((edge) => edge.kind === "condition").map(pair));
  const drawn = structure.edges.filter(
    ({ source, target }) => source !== target && known.has(source) && known.has(target),
  );
  const lines = new Map(drawn.filter((edge) => !needed.has(pair(edge))).map((edge) => [pair(edge), edge]));
  return [
    ...structure.components.map((step) => thing(step, palette)),
    ...structure.components.flatMap((step) => step.conditions.flatMap((one) => diamonds(step, one, step.id, known))),
    ...[...lines.values()].map((edge) => ({
      ...lineOf(edge.source, edge.target),
      classes: edge.kind === "child" ? ["part"] : [],
    })),
  ];
}

// Draws the bands behind what has been laid out.
function addBands({ cy }, structure, bands) {
  const names = [...structure.levels].sort((a, b) => a.order - b.order).map((level) => level.name);
  const { y1, h } = cy.nodes().boundingBox();
  cy.add(
    [...new Set(bands.values())].map((number) => {
      const inside = cy
        .nodes(".thing")
        .filter((node) => bands.get(node.data("step").id) === number)
        .boundingBox();
      return {
        group: "nodes",
        classes: ["band"],
        data: { id: `band ${number}`, label: names[number] || "", width: inside.w + 28, height: h + 80 },
        position: { x: inside.x1 + inside.w / 2, y: y1 + h / 2 - 20 },
      };
    }),
  );
}

export function redraw(picture, structure, palette) {
  const { cy } = picture;
  const bands = bandsOf(structure);
  const banded = structure.levels.length > 0;
  cy.elements().remove();
  cy.add(elementsOf(structure, palette));
  picture.arrange(banded ? guidesOf(cy, bands) : []);
  const first = cy.nodes().roots();
  if (banded) addBands(picture, structure, bands);
  picture.frame(first);
}

export function told(target) {
  if (target.hasClass("band")) return target.data("label");
  if (target.isEdge()) return `${target.source().data("label")} before ${target.target().data("label")}`;
  const { condition, step } = target.data();
  if (condition)
    return ["condition", quantity(condition), condition.name, condition.description].filter(Boolean).join(" ");
  return [step.name, step.typeLabel, step.destination ? "the destination" : ""].filter(Boolean).join(", ");
}

function list(title, items) {
  return items.length
    ? [element("h3", {}, title), element("ul", {}, ...items.map((item) => element("li", {}, ...[item].flat())))]
    : [];
}

function ruleInWords({ name, left, comparator, right }) {
  return element("p", {}, [name, left, words.comparators[comparator] || comparator, right].join(" "));
}

function conditionInWords(condition, names) {
  const { name, description, operator, conditions, constraints } = condition;
  const targets = condition.targets.map((id) => names.get(id) || id).join(", ");
  const nested = conditions.map((one) => element("li", {}, ...conditionInWords(one, names)));
  return [
    ...(name ? [element("strong", {}, `${name} `)] : []),
    description,
    element("p", { class: "soft" }, `${quantity(condition)} ${targets}`),
    ...constraints.map(ruleInWords),
    ...(nested.length ? [element("p", {}, words.nested[operator]), element("ul", {}, ...nested)] : []),
  ];
}

export function details(structure, target) {
  const { condition, step } = target.isEdge() ? target.target().data() : target.data();
  const names = new Map(structure.components.map((one) => [one.id, one.name]));
  const nameOf = (id) => names.get(id) || id;
  if (condition) return [element("h2", {}, `What ${step.name} needs`), ...conditionInWords(condition, names)];
  const proxied = step.proxyFor.map(({ id, name }) =>
    element("a", { href: `/pathways/${encodeURIComponent(id)}` }, name || id),
  );
  const before = structure.edges
    .filter((edge) => edge.target === step.id && edge.kind !== "condition")
    .map((edge) => nameOf(edge.source));
  const after = structure.edges.filter((edge) => edge.source === step.id).map((edge) => nameOf(edge.target));
  return [
    element("h2", {}, step.name || step.id),
    element("p", {}, step.typeLabel, step.destination ? ", the destination" : ""),
    element("p", {}, step.description),
    ...list("Stands for", proxied),
    ...list(
      "Needs",
      step.conditions.map((one) => conditionInWords(one, names)),
    ),
    ...list("Comes after", [...new Set(before)]),
    ...list("Comes before", [...new Set(after)]),
  ];
}

export function drawStructure(published) {
  const structure = withConditions(published);
  if (structure.components.length > MOST_DRAWN || !structure.whole) {
    at("picture").before(element("p", { class: "notice" }, "It has too many steps for a picture; the table has all."));
    return;
  }
  const show = (target) => at("details").replaceChildren(...details(structure, target));
  const picture = new Picture({ told, show, open: () => at("details").focus() });
  const palette = new Palette();
  redraw(picture, structure, palette);
  const kinds = [...new Set(structure.components.map((step) => step.typeLabel))];
  const legend = kinds.map((kind) => element("li", {}, swatch(palette.of(kind)), kind));
  at("picture").append(element("div", { class: "legend" }, element("ul", {}, ...legend)));
  const end = picture.cy.nodes(".destination");
  if (end.nonempty()) show(end[0]);
}
