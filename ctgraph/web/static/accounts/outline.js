// The form of an entry opens in its place in the outline, and what it sends changes the page without leaving it.
import { at, element } from "../dom.js";

const main = at("entries").closest("main") ?? document.body;

/** Return the page of an answer. @param {Response} answer */
async function page(answer) {
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

/** Tell whether something was written into the form that is open, and not saved yet. */
function isUnsaved() {
  const fields = main.querySelectorAll("#entry textarea, #entry #new");
  return [...fields].some(
    (one) => (one instanceof HTMLTextAreaElement || one instanceof HTMLInputElement) && one.value !== one.defaultValue,
  );
}

/** Ask whether what was written may be lost, if it would be. */
const mayClose = () => !isUnsaved() || confirm("Close the entry without saving what you wrote?");

/** Close the form that is open, if one is; return the link of its entry. */
function close() {
  const form = main.querySelector("#entry");
  const link = form?.parentElement?.querySelector("a");
  form?.remove();
  return link;
}

/** Open the form of an entry below it. @param {HTMLAnchorElement} link */
async function open(link) {
  const answer = await fetch(link.href);
  const form = (await page(answer)).getElementById("entry");
  if (!answer.ok || !form) return location.assign(link.href);
  close();
  link.parentElement?.append(form);
  form.querySelector("textarea")?.focus();
}

/** Return the ids of the entries that are shown. */
const shown = () => [...at("entries").children].map((one) => one.id);

/**
 * Say why a form was not saved.
 * @param {HTMLFormElement} form
 * @param {string} words
 */
function tell(form, words) {
  form.querySelector("[role=alert]")?.remove();
  form.prepend(element("p", { class: "notice", role: "alert" }, words));
}

/**
 * Send the form of an entry, and show the outline as it is then, with the entry that was changed or added in focus.
 * @param {HTMLFormElement} form
 * @param {HTMLElement | null} button
 */
async function send(form, button) {
  const body = new FormData(form, button);
  const answer = await fetch(form.action, { method: "POST", body }).catch(() => null);
  if (!answer) return tell(form, "The registry could not be reached, and nothing was saved. Try it again.");
  const next = await page(answer);
  if (!answer.ok || !next.getElementById("entries")) {
    const lost =
      answer.status === 404
        ? "There is no such entry any more. Load the page anew."
        : "It was not saved, perhaps because your session ended. Copy what you wrote, and load the page anew.";
    return tell(form, next.querySelector("[role=alert]")?.textContent || lost);
  }
  const before = shown();
  const isNew = new FormData(form).get("new");
  const own = form.parentElement?.id ?? "";
  history.replaceState(null, "", new URL(answer.url).search || location.pathname);
  main.replaceChildren(...(next.querySelector("main")?.children ?? []));
  const id = isNew ? shown().find((one) => !before.includes(one)) : own;
  document
    .getElementById(id ?? "")
    ?.querySelector("a")
    ?.focus();
}

main.addEventListener("click", (event) => {
  const link = event.target instanceof Element && event.target.closest("#entries > li > a");
  if (!(link instanceof HTMLAnchorElement) || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  if (mayClose() && close() !== link) open(link);
});
main.addEventListener("submit", (event) => {
  if (!(event.target instanceof HTMLFormElement) || event.target.id !== "entry") return;
  event.preventDefault();
  send(event.target, event.submitter);
});
main.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && mayClose()) close()?.focus();
});
addEventListener("beforeunload", (event) => {
  if (isUnsaved()) event.preventDefault();
});
