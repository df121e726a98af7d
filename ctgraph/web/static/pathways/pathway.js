// The page of a pathway: what precedes a record and what it leads to, and on from there.
import { at, element, embedded } from "../dom.js";
import { GREY, Palette, box, caption, swatch } from "./looks.js";
import { conditionsOf, nameOf, pageOf, providerOf, show, someOf, told, webpageOf } from "./panel.js";
import { Picture } from "./picture.js";
import { drawStructure } from "./structure.js";

// Nobody can read a picture of more, and to lay it out takes seconds.
const MOST_DRAWN = 150;
const words = embedded("words");
const asked = embedded("graph");
const structure = embedded("structure");
const shapes = {
  credential: "round-rectangle",
  learning: "rectangle",
  assessment: "cut-rectangle",
  component: "barrel",
  work: "tag",
  other: "ellipse",
};
const palette = new Palette();
const start = asked.start[0];
const expanded = new Set();
const off = { strengths: new Set(), providers: new Set() };

const ownerOf = (node) => node.owner || "none";

// From the API's nodes and edges to those of the picture.
function thing(node) {
  const mark = [words.statuses[node.status], node.latest && "replaced"].filter(Boolean).join(", ");
  const below = [node.status === "external" ? "" : providerOf(node), mark && `(${mark})`];
  const lines = box(nameOf(node), below.filter(Boolean).join(" "));
  return {
    group: "nodes",
    classes: ["thing", node.status, node.id === start ? "start" : ""].filter(Boolean),
    data: {
      id: node.id,
      ...lines,
      ...(node.owner ? palette.of(node.owner) : GREY),
      shape: shapes[node.family] || "ellipse",
      node,
      href: node.status === "external" ? webpageOf(node) : pageOf(node.id),
    },
  };
}

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
      ...caption(edge.alternative ? "one way:" : someOf(first), first && (first.name || first.description)),
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

function filter({ cy }) {
  const kept = cy.nodes().filter((node) => node.id() === start || !off.providers.has(ownerOf(node.data("node"))));
  const lines = kept.edgesWith(kept).filter((edge) => !off.strengths.has(edge.data("strength")));
  const reached = kept
    .union(lines)
    .components()
    .find((part) => part.some((one) => one.id() === start));
  cy.batch(() => {
    cy.elements().addClass("hidden");
    reached.removeClass("hidden");
  });
}

// Places everything, also what is hidden, so that it has its place when it is shown again.
function layOut(picture) {
  picture.cy.elements().removeClass("hidden");
  picture.arrange();
  filter(picture);
}

function legend(picture) {
  const owners = new Map(picture.cy.nodes().map((node) => [ownerOf(node.data("node")), node]));
  const rows = [...owners].map(([owner, node]) => {
    const tick = element("input", { type: "checkbox", value: owner });
    tick.checked = !off.providers.has(owner);
    return element("label", {}, tick, swatch(node.data()), providerOf(node.data("node")));
  });
  at("providers").replaceChildren(at("providers").firstElementChild, ...rows);
  for (const tick of at("strengths").querySelectorAll("input")) tick.checked = !off.strengths.has(tick.value);
}

function merge(picture, graph) {
  const { cy } = picture;
  const before = cy.elements().length;
  cy.add(graph.nodes.filter((node) => cy.getElementById(node.id).empty()).map(thing));
  const known = (id) => cy.getElementById(id).nonempty();
  const isNew = ({ data }) => !known(data.id) && data.source !== data.target;
  cy.add(graph.edges.map(line).filter((one) => isNew(one) && known(one.data.source) && known(one.data.target)));
  return cy.elements().length - before;
}

async function around(id) {
  const query = new URLSearchParams(location.search);
  query.set("depth", "1");
  query.set("format", "json");
  const answer = await fetch(`${pageOf(id)}/neighbourhood?${query}`);
  if (!answer.ok) throw new Error(`${answer.status}`);
  return answer.json();
}

async function open(picture, target) {
  const { node } = target.data();
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
    picture.say(added ? `${number} ${told(target)}` : `Nothing more is linked with ${nameOf(node)}.`);
  } catch (error) {
    picture.say(`What is linked with ${nameOf(node)} could not be fetched (${error.message}).`);
  }
}

async function drawLinks() {
  const kept = new URLSearchParams(location.hash.slice(1));
  const listed = (name) => (kept.get(name) || "").split(",").filter(Boolean);
  const picture = new Picture({ told, show, open: (target) => open(picture, target) });
  listed("without").forEach((name) => off.strengths.add(name));
  listed("hidden").forEach((name) => off.providers.add(name));
  const more = await Promise.allSettled(listed("expanded").slice(0, 20).map(around));
  const nearest = [...asked.nodes]
    .sort((one, other) => Math.abs(one.depth) - Math.abs(other.depth))
    .slice(0, MOST_DRAWN);
  if (nearest.length < asked.nodes.length) {
    const text = `The picture begins with the ${MOST_DRAWN} nearest of ${asked.nodes.length}; the tables have them all.`;
    at("picture").prepend(element("p", { class: "notice" }, text));
  }
  const graphs = [{ ...asked, nodes: nearest }, ...more.map((one) => one.value).filter(Boolean)];
  graphs.forEach((graph) => merge(picture, graph));
  listed("expanded").slice(0, 20).forEach((id) => expanded.add(id));
  if (more.some((one) => one.reason)) picture.say("Not all of it could be fetched.");
  at("legend").hidden = false;
  at("legend").addEventListener("change", ({ target }) => {
    const all = off[target.closest("fieldset").id];
    if (target.checked) all.delete(target.value);
    else all.add(target.value);
    filter(picture);
    remember();
    picture.say(`${picture.seen.nodes().length} are shown.`);
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
