// The page of a pathway: what precedes a record and what it leads to, and on from there.
import { GREY, Palette, Picture, at, box, caption, element, embedded } from "./picture.js";
import { drawStructure } from "./structure.js";

const words = embedded("words");
const asked = embedded("graph");
const structure = embedded("structure");
const shapes = { credential: "round-rectangle", learning: "rectangle", assessment: "cut-rectangle", component: "barrel", work: "tag", other: "ellipse" };
const palette = new Palette();
const start = asked.start[0];
const expanded = new Set();
const off = { strengths: new Set(), providers: new Set() };

// A record may say anything of where its page is.
const webpageOf = (node) => (/^https?:/i.test(node.webpage) ? node.webpage : "");
const nameOf = (node) => node.name || (node.status === "unknown" ? node.id : node.webpage || "unnamed");
const providerOf = (node) => node.ownerName || node.owner || "no provider named";
const pageOf = (id) => `/pathways/${encodeURIComponent(id)}`;
const ownerOf = (node) => node.owner || "none";
const wordsFor = (edge) => words.strengths[edge.strength] || "leads to";
const someOf = (condition) => (condition?.required > 1 ? `${condition.required} of: ` : "");
const conditionsOf = (edge) => {
  const all = edge.assertions.map((said) => said.condition).filter((one) => one && (one.name || one.description));
  return [...new Map(all.map((one) => [one.id, one])).values()];
};

// From the API's nodes and edges to those of the picture.
function thing(node) {
  const mark = [words.statuses[node.status], node.latest && "replaced"].filter(Boolean).join(", ");
  const lines = box(nameOf(node), [node.status === "external" ? "" : providerOf(node), mark && `(${mark})`].filter(Boolean).join(" "));
  return {
    group: "nodes", classes: ["thing", node.status, node.id === start ? "start" : ""].filter(Boolean),
    data: { id: node.id, ...lines, ...(node.owner ? palette.of(node.owner) : GREY), shape: shapes[node.family] || "ellipse", node,
            href: node.status === "external" ? webpageOf(node) : pageOf(node.id) },
  };
}

function line(edge) {
  const [first] = conditionsOf(edge);
  return {
    group: "edges",
    data: { id: `${edge.source} ${edge.target}`, source: edge.source, target: edge.target, strength: edge.strength, agreed: edge.agreed, edge,
            ...caption(edge.alternative ? "any one of:" : someOf(first), first && (first.name || first.description)) },
  };
}

function told(target) {
  if (target.isEdge()) {
    const { edge } = target.data();
    const either = edge.alternative ? ", any one of several" : "";
    return `${nameOf(target.source().data("node"))} ${wordsFor(edge)} ${nameOf(target.target().data("node"))}${either}`;
  }
  const { node } = target.data();
  const [before, after] = [target.incomers("edge:visible").length, target.outgoers("edge:visible").length];
  return [nameOf(node), node.typeLabel, providerOf(node), words.statuses[node.status], `${before} lead here, it leads to ${after}`].filter(Boolean).join(", ");
}

// The panel beside the picture.
const linked = (node) => node.status === "external"
  ? (webpageOf(node) ? element("a", { href: webpageOf(node), rel: "external nofollow" }, nameOf(node)) : nameOf(node))
  : element("a", { href: pageOf(node.id) }, nameOf(node));

function saidOf(edge) {
  const who = [...new Set(edge.assertions.map((said) => said.ownerName || said.owner || said.by))].join(", ");
  const parts = edge.alternative ? [element("span", { class: "language" }, "any one of several")] : [];
  for (const one of conditionsOf(edge)) {
    const name = one.name ? [element("strong", {}, one.name), one.description ? ": " : ""] : [];
    parts.push(element("p", {}, someOf(one), ...name, one.description));
  }
  parts.push(element("p", { class: "soft" }, (words.agreed[edge.agreed] || "{who}").replace("{who}", who)));
  const terms = [...new Set(edge.assertions.map((said) => said.property))];
  parts.push(element("p", { class: "soft" }, "By ", ...terms.flatMap((term, i) => [i ? ", " : "", element("a", { href: `/vocab/${term}` }, term)])));
  return parts;
}

function section(title, edges, side) {
  if (edges.empty()) return [];
  const items = edges.map((found) => {
    const { edge } = found.data();
    const other = linked(found[side]().data("node"));
    const first = side === "source" ? [other, ` ${wordsFor(edge)} it `] : [`${wordsFor(edge)} `, other, " "];
    return element("li", {}, ...first, ...saidOf(edge));
  });
  return [element("h3", {}, title), element("ul", {}, ...items)];
}

function show(target) {
  if (target.isEdge()) {
    const { edge } = target.data();
    const [from, to] = [target.source(), target.target()].map((end) => linked(end.data("node")));
    at("details").replaceChildren(element("h2", {}, from, ` ${wordsFor(edge)} `, to), ...saidOf(edge));
    return;
  }
  const { node } = target.data();
  const facts = [node.typeLabel, node.days >= 1 && `${Math.round(node.days)} days`, node.cost !== null && `${node.cost.toLocaleString()} ${node.currency}`, words.statuses[node.status]];
  const links = node.status === "external" ? [] : [element("a", { href: `/resources/${node.id}` }, "All about it")];
  if (webpageOf(node)) links.push(element("a", { href: webpageOf(node), rel: "external nofollow" }, "Its web page"));
  if (node.latest) links.push(element("a", { href: pageOf(node.latest) }, "Replaced: the latest version"));
  at("details").replaceChildren(
    element("h2", {}, linked(node)), element("p", {}, facts.filter(Boolean).join(" · ")), element("p", { class: "soft" }, providerOf(node)),
    element("p", {}, ...links.flatMap((link, i) => [i ? " · " : "", link])),
    ...section("What precedes it", target.incomers("edge:visible"), "source"), ...section("What it leads to", target.outgoers("edge:visible"), "target"),
  );
}

// What is shown is kept in the address, so that it can be passed on.
function remember() {
  const kept = new URLSearchParams();
  for (const [name, all] of Object.entries({ expanded, without: off.strengths, hidden: off.providers })) if (all.size) kept.set(name, [...all].join(","));
  history.replaceState(null, "", `${location.pathname}${location.search}${kept.size ? `#${kept}` : ""}`);
}

function filter(picture) {
  const { cy } = picture;
  cy.batch(() => {
    cy.elements().removeClass("hidden");
    cy.nodes().filter((node) => node.id() !== start && off.providers.has(ownerOf(node.data("node")))).addClass("hidden");
    cy.edges().filter((edge) => off.strengths.has(edge.data("strength"))).addClass("hidden");
  });
  const reached = cy.elements(":visible").components().find((part) => part.some((one) => one.id() === start));
  cy.nodes(":visible").not(reached || cy.collection()).addClass("hidden");
}

function legend(picture) {
  const owners = new Map(picture.cy.nodes().map((node) => [ownerOf(node.data("node")), node]));
  const rows = [...owners].map(([owner, node]) => {
    const box = element("input", { type: "checkbox", value: owner });
    box.checked = !off.providers.has(owner);
    const swatch = element("span", { class: "swatch", "aria-hidden": "true" });
    swatch.style.border = `4px ${node.data("line")} ${node.data("colour")}`;
    return element("label", {}, box, swatch, providerOf(node.data("node")));
  });
  at("providers").replaceChildren(at("providers").firstElementChild, ...rows);
  for (const box of at("strengths").querySelectorAll("input")) box.checked = !off.strengths.has(box.value);
}

function merge(picture, graph) {
  const { cy } = picture;
  const before = cy.elements().length;
  cy.add(graph.nodes.filter((node) => cy.getElementById(node.id).empty()).map(thing));
  cy.add(graph.edges.map(line).filter(({ data }) => cy.getElementById(data.id).empty() && [data.source, data.target].every((id) => cy.getElementById(id).nonempty())));
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
      filter(picture);
      picture.arrange();
      picture.frame(target);
    }
    picture.choose(target);
    picture.say(added ? `${nameOf(node)}: ${picture.cy.nodes(":visible").length} are shown now. ${told(target)}` : `Nothing more is linked with ${nameOf(node)}.`);
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
  const more = await Promise.allSettled(listed("expanded").map(around));
  [asked, ...more.map((one) => one.value).filter(Boolean)].forEach((graph) => merge(picture, graph));
  listed("expanded").forEach((id) => expanded.add(id));
  if (more.some((one) => one.reason)) picture.say("Not all of it could be fetched.");
  at("legend").hidden = false;
  at("legend").addEventListener("change", ({ target }) => {
    const all = off[target.closest("fieldset").id];
    if (target.checked) all.delete(target.value); else all.add(target.value);
    filter(picture);
    remember();
    picture.say(`${picture.cy.nodes(":visible").length} are shown.`);
  });
  at("reset").addEventListener("click", () => { history.replaceState(null, "", location.pathname + location.search); location.reload(); });
  legend(picture);
  filter(picture);
  const first = picture.cy.getElementById(start);
  picture.arrange();
  picture.frame(first);
  show(first);
}

if (structure) drawStructure(structure);
else drawLinks();
