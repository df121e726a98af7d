// The page where a pathway is built out of any provider's records, kept as a draft, and published.
import { at, button, element, embedded } from "../dom.js";
import { Board } from "./board.js";
import { newLevel, newPathway, newStep, removeStep, structureOf, thingAt } from "./draft.js";
import { Editor, named } from "./editor.js";
import { labels } from "./labels.js";
import { Palette } from "./looks.js";
import { Picture } from "./picture.js";
import { inWords, isSerious, problemList } from "./problems.js";
import { Proposals } from "./proposals.js";
import { readDocument } from "./reader.js";
import { Refusal, Registry } from "./registry.js";
import { Shelf } from "./shelf.js";
import { redraw } from "./structure.js";
import { describe } from "./structure_words.js";
import { writeDocument } from "./writer.js";
/** @import {AnswerNode, DraftCondition, JsonNode, Problem, Step} from "../../assets/types/pathways.d.ts" */

/** @type {Record<string, string>} */
const COMPONENTS = {
  credential: "ceterms:CredentialComponent",
  learning: "ceterms:CourseComponent",
  assessment: "ceterms:AssessmentComponent",
  work: "ceterms:JobComponent",
};
const REDRAW_MS = 200;
/** @type {Record<string, string>} */
const types = embedded("types");
const base = at("builder").dataset.base ?? "";
const palette = new Palette();
const registry = new Registry();
const name = at("name", HTMLInputElement);
const description = at("description", HTMLTextAreaElement);
const webpage = at("webpage", HTMLInputElement);
const destination = at("destination", HTMLSelectElement);
const into = at("into", HTMLSelectElement);
const key = at("key", HTMLInputElement);
let pathway = newPathway();
let organization = "";
/** @type {AnswerNode[]} */
let found = [];
let unsaved = false;
let drawing = 0;

/** @param {...(Node | string)} parts */
const say = (...parts) => at("status").replaceChildren(...parts);
const written = () => writeDocument(pathway, organization, base);

/**
 * Do something on an event, and show its error.
 * @param {HTMLElement} target
 * @param {() => void | Promise<void>} act
 * @param {"click" | "submit"} type
 */
function on(target, act, type = "click") {
  target.addEventListener(type, async (event) => {
    event.preventDefault();
    try {
      await act();
    } catch (error) {
      showError(error);
    }
  });
}

/** @param {unknown} error */
function showError(error) {
  say(error instanceof Error ? error.message : String(error));
  if (error instanceof Refusal && error.problems.some((one) => one.pointer)) showProblems(error.problems);
}

// The picture, the form of the chosen step beside it, and the board.
const editor = new Editor({ types, changed, remove });
const picture = new Picture({
  describe,
  show: (target) => {
    const node = target.isEdge() ? target.target() : target;
    const step = pathway.steps.find((one) => one.ctid === node.data("step").id);
    if (!step) return;
    editor.show(pathway, step);
    propose(step);
  },
  open: focusForm,
});
const board = new Board({
  types,
  changed,
  edit,
  problemsOf: (step) => countProblems(step),
  dropped: (id, level) => found.filter((record) => record.id === id).forEach((record) => add(record, level.ctid)),
});
const proposals = new Proposals(registry, changed);
const shelf = new Shelf({ registry, on, open, sure, say });

/** @param {Step} step */
function propose(step) {
  proposals.ask(step).then(() => proposals.show(pathway), showError);
}

function focusForm() {
  at("details").querySelector("input")?.focus();
}

function draw() {
  redraw(picture, structureOf(pathway, types), palette);
  if (editor.step) picture.cy.getElementById(editor.step.ctid).addClass("chosen");
}

function changed() {
  unsaved = true;
  clearTimeout(drawing);
  drawing = setTimeout(draw, REDRAW_MS);
  showBoard();
}

/** @param {Step} step */
function edit(step) {
  clearTimeout(drawing);
  draw();
  picture.choose(picture.cy.getElementById(step.ctid));
  at("details").scrollIntoView({ block: "nearest" });
  focusForm();
}

/**
 * @param {AnswerNode} record
 * @param {string} level
 */
function add(record, level) {
  const step = newStep(COMPONENTS[record.family] || "ceterms:BasicComponent", record, base);
  step.level = level;
  pathway.steps.push(step);
  changed();
  say(`${record.name} is a step now.`);
  propose(step);
}

/** @param {Step} step */
function remove(step) {
  removeStep(pathway, step);
  editor.close();
  changed();
}

/**
 * @param {HTMLSelectElement} select
 * @param {string} chosen
 * @param {[string, string][]} all
 */
function fill(select, chosen, all) {
  select.replaceChildren(...all.map(([value, title]) => element("option", { value }, title)));
  select.value = chosen;
}

function showBoard() {
  board.show(pathway);
  proposals.show(pathway);
  fill(into, into.value, board.levels.map(named));
  if (into.selectedIndex < 0) into.selectedIndex = 0;
  fill(destination, pathway.destination, [["", "Not chosen"], ...pathway.steps.map(named)]);
}

/**
 * Count the problems of a step or a condition, with those of the conditions nested in it.
 * @param {Step | DraftCondition} thing
 * @returns {number}
 */
function countProblems(thing) {
  return thing.conditions.reduce((sum, one) => sum + countProblems(one), editor.serious(thing).length);
}

/** @param {Problem[]} problems */
function showProblems(problems) {
  const sent = written();
  editor.problems = new Map();
  const listed = problems.map((one) => {
    const place = thingAt(pathway, sent, one.pointer);
    const worded = inWords(one, place);
    editor.problems.set(place.found, [...(editor.problems.get(place.found) || []), worded]);
    return worded;
  });
  const advice = listed.filter((one) => !isSerious(one));
  const summary = element("summary", {}, `${advice.length} recommendations`);
  const more = advice.length ? [element("details", {}, summary, ...problemList(advice))] : [];
  /** @param {Problem} problem */
  const there = ({ step }) => (step ? [button(labels.toProblem, () => edit(step))] : []);
  at("problems").replaceChildren(...problemList(listed.filter(isSerious), there), ...more);
  showBoard();
  if (editor.step) editor.show(pathway, editor.step);
}

/**
 * @param {JsonNode} document
 * @param {string} said
 */
function open(document, said) {
  pathway = readDocument(document);
  unsaved = false;
  name.value = pathway.name;
  description.value = pathway.description;
  webpage.value = pathway.webpage;
  editor.problems = new Map();
  at("problems").replaceChildren();
  editor.close();
  showBoard();
  draw();
  say(said);
}

function sure() {
  return !unsaved || confirm("Your changes since the last saved draft will be lost.");
}

async function signIn() {
  registry.signIn(key.value.trim());
  key.value = "";
  say();
  const account = await registry.ask("/account");
  organization = account.organization;
  at("sign-in").hidden = true;
  for (const id of ["account", "work", "actions"]) at(id).hidden = false;
  at("signed-in").textContent = `Signed in as ${account.name}.`;
  open({}, "");
  await shelf.show(organization);
  if (location.hash) await shelf.openPublished(location.hash.slice(1));
}

/** @param {AnswerNode} record */
function foundRow(record) {
  const row = element(
    "li",
    { draggable: "true" },
    element("a", { href: `/resources/${record.id}` }, record.name),
    element("span", { class: "soft" }, `${record.typeLabel}, ${record.ownerName}`),
    button(labels.addStep, () => add(record, into.value), { "aria-label": `${labels.addStep} ${record.name}` }),
  );
  row.addEventListener("dragstart", (event) => event.dataTransfer?.setData("text/plain", record.id));
  return row;
}

async function find() {
  const [q, kind] = [at("words-sought", HTMLInputElement).value, at("kind", HTMLSelectElement).value];
  found = (await registry.ask(`/pathways/search?${new URLSearchParams({ q, kind })}`)).records;
  const none = element("li", {}, "No records match.");
  at("found").replaceChildren(...(found.length ? found.map(foundRow) : [none]));
}

async function save() {
  await registry.ask(`/drafts/${pathway.ctid}`, { method: "PUT", body: written().document });
  unsaved = false;
  await shelf.show(organization);
  say("The draft is saved.");
}

async function check() {
  const report = await registry.ask("/validate?format=json", { method: "POST", body: written().document });
  say(report.summary);
  showProblems(report.problems);
}

async function publish() {
  if (!pathway.steps.length) throw new Error(labels.noSteps); // nobody can follow it
  const address = `/resources/organizations/${organization}/documents?wait=true`;
  const { validation } = await registry.ask(address, { method: "POST", body: written().document });
  unsaved = false;
  showProblems(validation?.problems ?? []); // the old ones are over
  await registry.ask(`/drafts/${pathway.ctid}`, { method: "DELETE" }).catch(() => null);
  await shelf.show(organization);
  say("Published: ", element("a", { href: `/pathways/${pathway.ctid}` }, pathway.name));
}

on(at("sign-in"), signIn, "submit");
on(at("find"), find, "submit");
on(at("sign-out"), () => location.reload());
on(at("new"), () => {
  if (!sure()) return;
  open({}, "");
  name.focus();
});
on(at("add-level"), () => {
  pathway.levels.push(newLevel(`Level ${pathway.levels.length + 1}`));
  changed();
});
on(at("save"), save);
on(at("check"), check);
on(at("publish"), publish);
at("about").addEventListener("input", () => {
  Object.assign(pathway, { name: name.value, description: description.value, webpage: webpage.value });
  unsaved = true;
});
destination.addEventListener("change", () => {
  pathway.destination = destination.value;
  changed();
});
addEventListener("beforeunload", (event) => {
  if (unsaved) event.preventDefault();
});
at("plain").hidden = true;
at("builder").hidden = false;
