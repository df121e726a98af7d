// The bands of a pathway's picture: one for each level, with the steps that lie in it.
/** @import {CollectionReturnValue, Core, NodeSingular, SingularElementArgument} from "cytoscape" */
/** @import {Drawn, Guide, Structure} from "../../assets/types/pathways.d.ts" */

/**
 * The number of the band of every step.
 * @typedef {Map<string, number>} Bands
 */

/** @param {Structure} structure */
function namedBands({ levels, components }) {
  const orders = [...new Set(levels.map((level) => level.order))].sort((a, b) => a - b);
  const numbers = new Map(levels.map((level) => [level.iri, orders.indexOf(level.order)]));
  /** @type {Bands} */
  const bands = new Map();
  for (const step of components) {
    const named = step.levels.flatMap((iri) => numbers.get(iri) ?? []);
    if (named.length) bands.set(step.id, Math.max(...named));
  }
  return bands;
}

/**
 * Return the band of every step: that of its level. A step without a level is in the latest band of
 * the steps before it, else in the band before those of the steps after it.
 * @param {Structure} structure
 */
export function bandsOf(structure) {
  const bands = namedBands(structure);
  /** @type {(id: string, from: "source" | "target", to: "source" | "target") => number[]} */
  const beside = (id, from, to) =>
    structure.edges.filter((edge) => edge[from] === id).flatMap((edge) => bands.get(edge[to]) ?? []);
  const missing = () => structure.components.map((step) => step.id).filter((id) => !bands.has(id));
  /** @param {(id: string) => number} bandOf */
  const settle = (bandOf) => {
    for (let found = true; found;) {
      const now = missing()
        .map((id) => ({ id, band: bandOf(id) }))
        .filter(({ band }) => Number.isFinite(band));
      now.forEach(({ id, band }) => bands.set(id, band));
      found = now.length > 0;
    }
  };
  settle((id) => Math.max(...beside(id, "target", "source")));
  settle((id) => Math.max(0, Math.min(...beside(id, "source", "target")) - 1));
  missing().forEach((id) => bands.set(id, 0));
  return bands;
}

/**
 * Return the guides that keep the bands apart: each comes after the last steps of a band and before
 * the first steps of the next.
 * @param {Core} cy
 * @param {Bands} bands
 * @returns {Guide[]}
 */
export function guidesOf(cy, bands) {
  /** @param {SingularElementArgument} node */
  const bandOf = (node) => bands.get(node.data("step").id);
  /** @type {(node: NodeSingular, beside: CollectionReturnValue) => boolean} */
  const isAtEdge = (node, beside) =>
    beside
      .nodes()
      .toArray()
      .every((one) => bandOf(one) !== bandOf(node));
  const ending = cy.nodes().filter((node) => node.isNode() && isAtEdge(node, node.outgoers()));
  const beginning = cy.nodes().filter((node) => node.isNode() && isAtEdge(node, node.incomers()));
  const used = [...new Set(bands.values())].sort((a, b) => a - b);
  return used.slice(1).map((band, i) => ({
    id: `before ${band}`,
    before: ending.filter((node) => bandOf(node) === used[i]).map((node) => node.id()),
    after: beginning.filter((node) => bandOf(node) === band).map((node) => node.id()),
  }));
}

/**
 * Draw the bands behind the elements that were laid out.
 * @param {Core} cy
 * @param {Structure} structure
 * @param {Bands} bands
 */
export function addBands(cy, structure, bands) {
  const names = [...structure.levels].sort((a, b) => a.order - b.order).map((level) => level.name);
  const { y1, h } = cy.nodes().boundingBox();
  const drawn = [...new Set(bands.values())].map((number) => {
    const things = cy.nodes(".thing").filter((node) => bands.get(node.data("step").id) === number);
    const inside = things.boundingBox();
    return /** @type {Drawn} */ ({
      group: "nodes",
      classes: ["band"],
      data: { id: `band ${number}`, label: names[number] || "", width: inside.w + 28, height: h + 80 },
      position: { x: inside.x1 + inside.w / 2, y: y1 + h / 2 - 20 },
    });
  });
  cy.add(drawn);
}
