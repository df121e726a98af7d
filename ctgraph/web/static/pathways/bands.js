// The stripes of a pathway's picture, from left to right: a band for the steps of each level, and free
// room for the steps of no level. A step is never drawn into a level that it does not state.
/** @import {CollectionReturnValue, Core, NodeSingular, SingularElementArgument} from "cytoscape" */
/** @import {Drawn, Guide, Structure} from "../../assets/types/pathways.d.ts" */

/**
 * Steps that stand together; `name` is that of their level, or null where they state none.
 * @typedef {{name: string | null, steps: Set<string>}} Stripe
 */

/**
 * Return a function that keeps its results. Within a circle it takes what is given for `start`.
 * @param {(id: string) => number} start
 * @param {(id: string, ask: (id: string) => number) => number} compute
 */
function kept(start, compute) {
  /** @type {Map<string, number>} */
  const results = new Map();
  /** @type {(id: string) => number} */
  const ask = (id) => {
    if (!results.has(id)) {
      results.set(id, start(id));
      results.set(id, compute(id, ask));
    }
    return results.get(id) ?? start(id);
  };
  return ask;
}

/** @param {Structure} structure */
function statedLevels({ levels, components }) {
  const orders = [...new Set(levels.map((level) => level.order))].sort((a, b) => a - b);
  const numbers = new Map(levels.map((level) => [level.iri, orders.indexOf(level.order)]));
  /** @type {Map<string, number>} */
  const stated = new Map();
  for (const step of components) {
    const named = step.levels.flatMap((iri) => numbers.get(iri) ?? []);
    if (named.length) stated.set(step.id, Math.max(...named));
  }
  /** @param {number} number */
  const nameOf = (number) => levels.filter((one) => one.order === orders[number]).map((one) => one.name);
  return { stated, nameOf: (/** @type {number} */ number) => nameOf(number).join(", ") };
}

/**
 * Return the stripes of a structure. A step without a level stands right of the latest level before it,
 * else left of the first level after it, else left of all; between steps of one level it parts their band.
 * @param {Structure} structure
 * @returns {Stripe[]}
 */
export function stripesOf(structure) {
  const { stated, nameOf } = statedLevels(structure);
  /** @type {Map<string, {before: string[], after: string[]}>} */
  const beside = new Map(structure.components.map((step) => [step.id, { before: [], after: [] }]));
  for (const { source, target } of structure.edges) {
    if (!beside.has(source)) continue;
    beside.get(target)?.before.push(source);
    beside.get(source)?.after.push(target);
  }
  /** @type {(id: string, side: "before" | "after") => string[]} */
  const others = (id, side) => beside.get(id)?.[side] ?? [];
  const none = () => -Infinity;
  const latest = kept(none, (id, ask) => Math.max(...others(id, "before").map((one) => stated.get(one) ?? ask(one))));
  const first = kept(
    () => Infinity,
    (id, ask) => Math.min(...others(id, "after").map((one) => stated.get(one) ?? ask(one))),
  );
  /** @type {(id: string) => number} */
  const placed = (id) => {
    const near = Number.isFinite(latest(id)) ? latest(id) : first(id) - 1;
    return stated.get(id) ?? (Number.isFinite(near) ? near : -1);
  };
  // Even turns are bands, odd ones the room between them.
  const turn = kept(
    (id) => (stated.has(id) ? 0 : 1),
    (id, ask) => {
      const before = others(id, "before").filter((one) => placed(one) === placed(id));
      const turns = before.map((one) => ask(one) + (stated.has(one) === stated.has(id) ? 0 : 1));
      return Math.max(stated.has(id) ? 0 : 1, ...turns);
    },
  );
  const ids = structure.components.map((step) => step.id);
  ids.sort((one, other) => placed(one) - placed(other) || turn(one) - turn(other));
  /** @type {Map<string, Stripe>} */
  const stripes = new Map();
  for (const id of ids) {
    const key = `${placed(id)} ${turn(id)}`;
    const stripe = stripes.get(key) ?? { name: stated.has(id) ? nameOf(placed(id)) : null, steps: new Set() };
    stripes.set(key, { ...stripe, steps: stripe.steps.add(id) });
  }
  return [...stripes.values()];
}

/**
 * Return the guides that keep the stripes apart: each comes after the last steps of a stripe and before
 * the first steps of the next.
 * @param {Core} cy
 * @param {Stripe[]} stripes
 * @returns {Guide[]}
 */
export function guidesOf(cy, stripes) {
  /** @param {SingularElementArgument} node */
  const stripeOf = (node) => stripes.find((one) => one.steps.has(node.data("step").id));
  /** @type {(node: NodeSingular, beside: CollectionReturnValue) => boolean} */
  const isAtEdge = (node, beside) =>
    beside
      .nodes()
      .toArray()
      .every((one) => stripeOf(one) !== stripeOf(node));
  const ending = cy.nodes().filter((node) => node.isNode() && isAtEdge(node, node.outgoers()));
  const beginning = cy.nodes().filter((node) => node.isNode() && isAtEdge(node, node.incomers()));
  return stripes.slice(1).map((stripe, i) => ({
    id: `before ${i}`,
    before: ending.filter((node) => stripeOf(node) === stripes[i]).map((node) => node.id()),
    after: beginning.filter((node) => stripeOf(node) === stripe).map((node) => node.id()),
  }));
}

/**
 * Draw the bands of the levels behind the elements that were laid out.
 * @param {Core} cy
 * @param {Stripe[]} stripes
 */
export function addBands(cy, stripes) {
  const { y1, h } = cy.nodes().boundingBox();
  const drawn = stripes.flatMap(({ name, steps }, i) => {
    if (name === null) return [];
    const inside = cy
      .nodes(".thing")
      .filter((node) => steps.has(node.data("step").id))
      .boundingBox();
    return /** @type {Drawn} */ ({
      group: "nodes",
      classes: ["band"],
      data: { id: `band ${i}`, label: name, width: inside.w + 28, height: h + 80 },
      position: { x: inside.x1 + inside.w / 2, y: y1 + h / 2 - 20 },
    });
  });
  cy.add(drawn);
}
