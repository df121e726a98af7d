// What is said of a record and of a link between two: in words, and in the panel beside the picture.
import { at, element, embedded } from "../dom.js";

const words = embedded("words");
const shown = (edges) => edges.not(".hidden");

// A record may say anything of where its page is.
export const webpageOf = (node) => (/^https?:/i.test(node.webpage) ? node.webpage : "");
export const nameOf = (node) => node.name || (node.status === "unknown" ? node.id : node.webpage || "unnamed");
export const providerOf = (node) => node.ownerName || node.owner || "no provider named";
export const pageOf = (id) => `/pathways/${encodeURIComponent(id)}`;
const wordsFor = (edge) => words.strengths[edge.strength] || "leads to";
export const someOf = (condition) => (condition?.required > 1 ? `${condition.required} of: ` : "");
export const conditionsOf = (edge) => {
  const all = edge.assertions.map((said) => said.condition).filter((one) => one && (one.name || one.description));
  return [...new Map(all.map((one) => [one.id, one])).values()];
};

export function told(target) {
  if (target.isEdge()) {
    const { edge } = target.data();
    const either = edge.alternative ? ", one of several ways" : "";
    return `${nameOf(target.source().data("node"))} ${wordsFor(edge)} ${nameOf(target.target().data("node"))}${either}`;
  }
  const { node } = target.data();
  const [before, after] = [shown(target.incomers("edge")).length, shown(target.outgoers("edge")).length];
  const facts = [nameOf(node), node.typeLabel, providerOf(node), words.statuses[node.status]];
  return [...facts.filter(Boolean), `${before} lead here, it leads to ${after}`].join(", ");
}

// The panel beside the picture.
function linked(node) {
  if (node.status !== "external") return element("a", { href: pageOf(node.id) }, nameOf(node));
  const page = webpageOf(node);
  return page ? element("a", { href: page, rel: "external nofollow" }, nameOf(node)) : nameOf(node);
}

function saidOf(edge) {
  const who = [...new Set(edge.assertions.map((said) => said.ownerName || said.owner || said.by))].join(", ");
  const parts = edge.alternative ? [element("span", { class: "language" }, "one of several ways")] : [];
  for (const one of conditionsOf(edge)) {
    const name = one.name ? [element("strong", {}, one.name), one.description ? ": " : ""] : [];
    parts.push(element("p", {}, someOf(one), ...name, one.description));
  }
  parts.push(element("p", { class: "soft" }, (words.agreed[edge.agreed] || "{who}").replace("{who}", () => who)));
  const terms = [...new Set(edge.assertions.map((said) => said.property))];
  const links = terms.flatMap((term, i) => [i ? ", " : "", element("a", { href: `/vocab/${term}` }, term)]);
  parts.push(element("p", { class: "soft" }, "By ", ...links));
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

export function show(target) {
  if (target.isEdge()) {
    const { edge } = target.data();
    const [from, to] = [target.source(), target.target()].map((end) => linked(end.data("node")));
    at("details").replaceChildren(element("h2", {}, from, ` ${wordsFor(edge)} `, to), ...saidOf(edge));
    return;
  }
  const { node } = target.data();
  const facts = [
    node.typeLabel,
    node.days >= 1 && `${Math.round(node.days)} days`,
    node.cost !== null && `${node.cost.toLocaleString()} ${node.currency}`,
    words.statuses[node.status],
  ];
  const links = node.status === "external" ? [] : [element("a", { href: `/resources/${node.id}` }, "All about it")];
  if (webpageOf(node)) links.push(element("a", { href: webpageOf(node), rel: "external nofollow" }, "Its web page"));
  if (node.latest) links.push(element("a", { href: pageOf(node.latest) }, "Replaced: the latest version"));
  at("details").replaceChildren(
    element("h2", {}, linked(node)),
    element("p", {}, facts.filter(Boolean).join(" · ")),
    element("p", { class: "soft" }, providerOf(node)),
    element("p", {}, ...links.flatMap((link, i) => [i ? " · " : "", link])),
    ...section("What precedes it", shown(target.incomers("edge")), "source"),
    ...section("What it leads to", shown(target.outgoers("edge")), "target"),
  );
}
