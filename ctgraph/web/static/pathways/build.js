// The page where a pathway is put together: out of any provider's records, to a draft, to a record.
import { Board } from "./board.js";
import { at, button, element, embedded } from "../dom.js";
import { newLevel, newPathway, newStep, readDocument, structureOf, thingAt, writeDocument } from "./draft.js";
import { Editor, isSerious, problemList } from "./editor.js";
import { Palette } from "./looks.js";
import { Picture } from "./picture.js";
import { redraw, told } from "./structure.js";

const COMPONENTS = {
  credential: "ceterms:CredentialComponent",
  learning: "ceterms:CourseComponent",
  assessment: "ceterms:AssessmentComponent",
  work: "ceterms:JobComponent",
};
const types = embedded("types");
const base = at("builder").dataset.base;
const palette = new Palette();
let pathway = newPathway();
// Of the organization: nowhere but here, so that nothing else that the site shows can read it.
let key = "";
let account = null;
let found = [];
let unsaved = false;
let drawing;

const say = (...parts) => at("status").replaceChildren(...parts);
const documentOf = () => writeDocument(pathway, account.organization, base);

// What the registry answers; an error tells why, and what is wrong with the document.
async function ask(path, { method = "GET", body } = {}) {
  const headers = { Accept: "application/json", Authorization: `Bearer ${key}` };
  if (body) headers["Content-Type"] = "application/ld+json";
  const answer = await fetch(path, { method, headers, body: body && JSON.stringify(body) });
  const value = answer.status === 204 ? null : await answer.json().catch(() => null);
  if (answer.ok) return value;
  const error = new Error(value?.detail || `The registry answered ${answer.status}.`);
  throw Object.assign(error, { problems: value?.problems || [] });
}

// Does something on a press, and says what went wrong.
function pressed(on, act, event = "click") {
  on.addEventListener(event, async (given) => {
    given.preventDefault();
    try {
      await act();
    } catch (error) {
      say(error.message);
      if (error.problems?.some((one) => one.pointer)) showProblems(error.problems);
    }
  });
}

// The picture and the form of the chosen step beside it.
const picture = new Picture({
  told,
  show: (target) => {
    const node = target.isEdge() ? target.target() : target;
    editor.show(
      pathway,
      pathway.steps.find((step) => step.ctid === node.data("step").id),
    );
  },
  open: () => at("details").querySelector("input")?.focus(),
});
const editor = new Editor({ types, words: embedded("words"), changed, removed: remove });
const board = new Board({
  types,
  changed,
  edit,
  toMend,
  dropped: (id, level) => found.filter((record) => record.id === id).forEach((record) => add(record, level.ctid)),
});

function draw() {
  redraw(picture, structureOf(pathway, types), palette);
  if (editor.step) picture.cy.getElementById(editor.step.ctid).addClass("chosen");
}

function changed() {
  unsaved = true;
  clearTimeout(drawing);
  drawing = setTimeout(draw, 200);
  showBoard();
}

function edit(step) {
  clearTimeout(drawing);
  draw();
  picture.choose(picture.cy.getElementById(step.ctid));
  at("details").scrollIntoView({ block: "nearest" });
  at("details").querySelector("input").focus();
}

function closeEditor() {
  editor.step = null;
  at("details").replaceChildren(element("p", { class: "soft" }, "Choose a step to say what it needs."));
}

function add(record, level) {
  const step = newStep(COMPONENTS[record.family] || "ceterms:BasicComponent", record, base);
  pathway.steps.push({ ...step, level });
  changed();
  say(`${record.name} is a step now.`);
}

function remove(step) {
  const without = (conditions) =>
    conditions.forEach((one) => {
      one.targets.delete(step.ctid);
      without(one.conditions);
    });
  pathway.steps = pathway.steps.filter((one) => one !== step);
  pathway.steps.forEach((one) => {
    one.after.delete(step.ctid);
    without(one.conditions);
  });
  if (pathway.destination === step.ctid) pathway.destination = "";
  closeEditor();
  changed();
}

function options(select, chosen, all) {
  select.replaceChildren(...all.map(([value, title]) => element("option", { value }, title)));
  select.value = chosen;
}

function showBoard() {
  const named = ({ ctid, name }) => [ctid, name];
  board.show(pathway);
  options(at("into"), at("into").value, board.levels.map(named));
  if (at("into").selectedIndex < 0) at("into").selectedIndex = 0;
  options(at("destination"), pathway.destination, [["", "none yet"], ...pathway.steps.map(named)]);
}

// What the check says, beside what it is about.
function toMend(step) {
  const count = (thing) => thing.conditions.reduce((sum, one) => sum + count(one), editor.serious(thing).length);
  return count(step);
}

function showProblems(problems) {
  editor.problems = new Map();
  for (const problem of problems) {
    const { found: thing } = thingAt(pathway, problem.pointer);
    editor.problems.set(thing, [...(editor.problems.get(thing) || []), problem]);
  }
  const about = (problem) => ({ ...problem, message: [problem.label, problem.message].filter(Boolean).join(": ") });
  const [worse, advice] = [problems.filter(isSerious), problems.filter((one) => !isSerious(one))];
  const summary = element("summary", {}, `${advice.length} recommendations`);
  const more = advice.length ? [element("details", {}, summary, ...problemList(advice.map(about)))] : [];
  const there = ({ pointer }) => {
    const { step } = thingAt(pathway, pointer);
    return step ? [button("Go to it", () => edit(step))] : [];
  };
  at("problems").replaceChildren(...problemList(worse.map(about), there), ...more);
  showBoard();
  if (editor.step) editor.show(pathway, editor.step);
}

// Drafts, and the pathway that is open.
function open(opened) {
  pathway = opened;
  unsaved = false;
  for (const name of ["name", "description", "webpage"]) at(name).value = pathway[name];
  editor.problems = new Map();
  at("problems").replaceChildren();
  closeEditor();
  showBoard();
  draw();
}

const sure = () => !unsaved || confirm("What you changed since the last draft will be lost.");

async function showDrafts() {
  const { drafts } = await ask("/drafts");
  const rows = drafts.map(({ ctid, name, updated }) => {
    const named = (title) => element("button", { type: "button", "aria-label": `${title} ${name || ctid}` }, title);
    const [opens, deletes] = [named("Open"), named("Delete")];
    const when = element("span", { class: "soft" }, updated.slice(0, 16).replace("T", " "));
    pressed(opens, async () => {
      if (!sure()) return;
      open(readDocument(await ask(`/drafts/${ctid}`)));
      say(`${name || "The draft"} is open.`);
    });
    pressed(deletes, async () => {
      await ask(`/drafts/${ctid}`, { method: "DELETE" });
      await showDrafts();
    });
    return element("li", {}, `${name || ctid} `, when, " ", opens, " ", deletes);
  });
  at("drafts").replaceChildren(...(rows.length ? rows : [element("li", { class: "soft" }, "There are none.")]));
}

async function signIn() {
  account = await ask("/account");
  at("sign-in").hidden = true;
  at("account").hidden = at("work").hidden = at("actions").hidden = false;
  at("account").firstElementChild.textContent = `You build for ${account.name}.`;
  open(pathway);
  await showDrafts();
}

function showFound(records) {
  found = records;
  const rows = records.map((record) => {
    const adds = button("Add", () => add(record, at("into").value), { "aria-label": `Add ${record.name}` });
    const row = element(
      "li",
      { draggable: "true" },
      element("a", { href: `/resources/${record.id}` }, record.name),
      element("span", { class: "soft" }, `${record.typeLabel}, ${record.ownerName}`),
      adds,
    );
    row.addEventListener("dragstart", (event) => event.dataTransfer.setData("text/plain", record.id));
    return row;
  });
  at("found").replaceChildren(...(rows.length ? rows : [element("li", {}, "Nothing was found.")]));
}

async function begin() {
  key = at("key").value.trim();
  at("key").value = "";
  say();
  await signIn();
}

async function find() {
  const query = new URLSearchParams({ q: at("words-sought").value, kind: at("kind").value });
  showFound((await ask(`/pathways/search?${query}`)).records);
}

pressed(at("sign-in"), begin, "submit");
pressed(at("find"), find, "submit");
pressed(at("sign-out"), () => location.reload());
pressed(at("new"), () => {
  if (!sure()) return;
  open(newPathway());
  at("name").focus();
});
pressed(at("add-level"), () => {
  pathway.levels.push(newLevel(`Level ${pathway.levels.length + 1}`));
  changed();
});
pressed(at("save"), async () => {
  await ask(`/drafts/${pathway.ctid}`, { method: "PUT", body: documentOf() });
  unsaved = false;
  say("The draft is saved.");
  await showDrafts();
});
pressed(at("check"), async () => {
  const report = await ask("/validate?format=json", { method: "POST", body: documentOf() });
  say(report.summary);
  showProblems(report.problems);
});
pressed(at("publish"), async () => {
  await ask(`/resources/organizations/${account.organization}/documents?wait=true`, {
    method: "POST",
    body: documentOf(),
  });
  unsaved = false;
  say("It is published: ", element("a", { href: `/pathways/${pathway.ctid}` }, pathway.name));
  await ask(`/drafts/${pathway.ctid}`, { method: "DELETE" }).catch(() => null);
  await showDrafts();
});
for (const name of ["name", "description", "webpage"])
  at(name).addEventListener("input", () => {
    pathway[name] = at(name).value;
    unsaved = true;
  });
at("destination").addEventListener("change", () => {
  pathway.destination = at("destination").value;
  changed();
});
addEventListener("beforeunload", (event) => {
  if (unsaved) event.preventDefault();
});
at("plain").hidden = true;
at("builder").hidden = false;
