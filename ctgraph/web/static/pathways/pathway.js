// The page of a record: the picture of the records that precede and succeed it, which can be expanded.
import { at, element, embedded } from "../dom.js";
import { GREY, Palette, box, caption, swatch } from "./looks.js";
import { drawSamples } from "./legend.js";
import { describe, show } from "./panel.js";
import { Picture } from "./picture.js";
import { drawStructure } from "./structure.js";
import { conditionsOf, countOf, looks, nameOf, pageOf, providerOf, webpageOf } from "./words.js";
/** @import {NodeSingular} from "cytoscape" */
/** @import {Answer, AnswerEdge, AnswerNode, Drawn, Structure} from "../../assets/types/pathways.d.ts" */

// Nobody can read a picture of more, and to lay it out takes seconds.
const MAX_DRAWN_NODES = 150;
// Each of these takes a request when the page opens.
const MAX_EXPANDED_NODES = 20;
/** @type {Answer} */
const answer = embedded("graph");
/** @type {Structure | null} */
const structure = embedded("structure");
const palette = new Palette();
const start = answer.start[0];
/** @type {Set<string>} */
const expanded = new Set();
/**
 * The strengths and providers that are hidden.
 * @type {Record<string, Set<string>>}
 */
const off = { strengths: new Set(), providers: new Set() };

/** @param {AnswerNode} node */
const ownerOf = (node) => node.owner || "none";

/**
 * @param {AnswerNode} node
 * @returns {Drawn}
 */
function thing(node) {
  const mark = [looks.statuses[node.status], node.latest && looks.marks.replaced].filter(Boolean).join(", ");
  const below = [node.status === "external" ? "" : providerOf(node), mark && `(${mark})`];
  const lines = box(nameOf(node), below.filter(Boolean).join(" "));
  return {
    group: "nodes",
    classes: ["thing", node.status, node.id === start ? "start" : ""].filter(Boolean),
    data: {
      id: node.id,
      ...lines,
      ...(node.owner ? palette.of(node.owner) : GREY),
      shape: (looks.families[node.family] ?? looks.families.other).shape,
      node,
      href: node.status === "external" ? webpageOf(node) : pageOf(node.id),
    },
  };
}

/**
 * @param {AnswerEdge} edge
 * @returns {Drawn}
 */
function line(edge) {
  const [first] = conditionsOf(edge);
  return {
    group: "edges",
    data: {
      id: `${edge.source} ${edge.target}`,
      source: edge.source,
      target: edge.target,
      strength: edge.strength,
      agreed: edge.agreed,
      edge,
      ...caption(
        edge.alternative ? `${looks.marks.oneWay}:` : countOf(first),
        first && (first.name || first.description),
      ),
    },
  };
}

// What is shown is kept in the address, so that it can be passed on.
function remember() {
  const kept = new URLSearchParams();
  for (const [name, all] of Object.entries({ expanded, without: off.strengths, hidden: off.providers }))
    if (all.size) kept.set(name, [...all].join(","));
  history.replaceState(null, "", `${location.pathname}${location.search}${kept.size ? `#${kept}` : ""}`);
}

/**
 * Hide the nodes that are filtered out, and those that only these link with the start.
 * @param {Picture} picture
 */
function filter({ cy }) {
  const kept = cy.nodes().filter((node) => node.id() === start || !off.providers.has(ownerOf(node.data("node"))));
  const lines = kept.edgesWith(kept).filter((edge) => !off.strengths.has(edge.data("strength")));
  const parts = kept.union(lines).components();
  cy.batch(() => {
    cy.elements().addClass("hidden");
    parts.find((part) => part.getElementById(start).nonempty())?.removeClass("hidden");
  });
}

/**
 * Place all elements, including hidden ones, so that these have a place when they are shown again.
 * @param {Picture} picture
 */
function layOut(picture) {
  picture.cy.elements().removeClass("hidden");
  picture.arrange();
  filter(picture);
}

/** @param {Picture} picture */
function legend(picture) {
  const owners = new Map(picture.cy.nodes().map((node) => [ownerOf(node.data("node")), node]));
  const rows = [...owners].map(([owner, node]) => {
    const tick = element("input", { type: "checkbox", value: owner });
    tick.checked = !off.providers.has(owner);
    return element("label", {}, tick, swatch(node.data()), providerOf(node.data("node")));
  });
  at("providers")
    .querySelectorAll("label")
    .forEach((row) => row.remove());
  at("providers").append(...rows);
  for (const tick of at("strengths").querySelectorAll("input")) tick.checked = !off.strengths.has(tick.value);
}

/**
 * Add the new elements of an answer to the picture, and return their number.
 * @param {Picture} picture
 * @param {Pick<Answer, "nodes" | "edges">} graph
 */
function merge(picture, graph) {
  const { cy } = picture;
  const before = cy.elements().length;
  cy.add(graph.nodes.filter((node) => cy.getElementById(node.id).empty()).map(thing));
  const known = (id = "") => cy.getElementById(id).nonempty();
  /** @param {Drawn} drawn */
  const isNew = ({ data }) => !known(data.id) && data.source !== data.target;
  cy.add(graph.edges.map(line).filter((one) => isNew(one) && known(one.data.source) && known(one.data.target)));
  return cy.elements().length - before;
}

/**
 * Fetch the neighbourhood of a record.
 * @param {string} id
 * @returns {Promise<Answer>}
 */
async function around(id) {
  const query = new URLSearchParams(location.search);
  query.set("depth", "1");
  query.set("format", "json");
  const response = await fetch(`${pageOf(id)}/neighbourhood?${query}`);
  if (!response.ok) throw new Error(`${response.status}`);
  return response.json();
}

/**
 * Add the neighbourhood of a node to the picture, or follow the link to another site.
 * @param {Picture} picture
 * @param {NodeSingular} target
 */
async function open(picture, target) {
  /** @type {AnswerNode} */
  const node = target.data("node");
  if (node.status === "external") {
    if (webpageOf(node)) window.open(webpageOf(node), "_blank", "noopener");
    return;
  }
  if (expanded.has(node.id) || node.id === start) return;
  picture.say(`Looking for what is linked with ${nameOf(node)} …`);
  try {
    const added = merge(picture, await around(node.id));
    expanded.add(node.id);
    remember();
    if (added) {
      legend(picture);
      layOut(picture);
      picture.frame(target);
    }
    picture.choose(target);
    const number = `${picture.seen.nodes().length} are shown now.`;
    picture.say(added ? `${number} ${describe(target)}` : `Nothing more is linked with ${nameOf(node)}.`);
  } catch (error) {
    picture.say(
      `What is linked with ${nameOf(node)} could not be fetched (${error instanceof Error ? error.message : error}).`,
    );
  }
}

/**
 * Begin with the nearest nodes, and with the expanded ones that the address names.
 * @param {Picture} picture
 * @param {string[]} ids
 */
async function fill(picture, ids) {
  const more = await Promise.allSettled(ids.map(around));
  const nodes = [...answer.nodes]
    .sort((one, other) => Math.abs(one.depth) - Math.abs(other.depth))
    .slice(0, MAX_DRAWN_NODES);
  if (nodes.length < answer.nodes.length) {
    const total = answer.nodes.length;
    const text = `The picture begins with the ${MAX_DRAWN_NODES} nearest of ${total}; the tables list all of them.`;
    at("picture").prepend(element("p", { class: "notice" }, text));
  }
  merge(picture, { ...answer, nodes });
  for (const one of more) if (one.status === "fulfilled") merge(picture, one.value);
  ids.forEach((id) => expanded.add(id));
  if (more.some((one) => one.status === "rejected")) picture.say("Not all of it could be fetched.");
}

/**
 * Show or hide the strength or provider of a tick of the legend.
 * @param {Picture} picture
 * @param {HTMLInputElement} tick
 */
function toggle(picture, tick) {
  const all = off[tick.closest("fieldset")?.id ?? ""];
  if (tick.checked) all.delete(tick.value);
  else all.add(tick.value);
  filter(picture);
  remember();
  picture.say(`${picture.seen.nodes().length} are shown.`);
}

async function drawLinks() {
  const kept = new URLSearchParams(location.hash.slice(1));
  /** @param {string} name */
  const listed = (name) => (kept.get(name) || "").split(",").filter(Boolean);
  const picture = new Picture({ describe, show, open: (target) => open(picture, target) });
  listed("without").forEach((name) => off.strengths.add(name));
  listed("hidden").forEach((name) => off.providers.add(name));
  await fill(picture, listed("expanded").slice(0, MAX_EXPANDED_NODES));
  drawSamples(at("legend"));
  at("legend").hidden = false;
  at("legend").addEventListener("change", ({ target }) => {
    if (target instanceof HTMLInputElement) toggle(picture, target);
  });
  at("reset").addEventListener("click", () => {
    history.replaceState(null, "", location.pathname + location.search);
    location.reload();
  });
  legend(picture);
  layOut(picture);
  const first = picture.cy.getElementById(start);
  picture.frame(first);
  show(first);
}

if (structure) drawStructure(structure);
else drawLinks();
