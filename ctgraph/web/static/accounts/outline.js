// The form of an entry opens in its place in the outline, and what it sends changes the page without leaving it.
import { at } from "../dom.js";

const main = at("entries").closest("main") ?? document.body;

/** Return the page of an answer. @param {Response} answer */
async function page(answer) {
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

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
 * Send the form of an entry, and show the outline as it is then, with the entry that was changed or added in focus.
 * @param {HTMLFormElement} form
 * @param {HTMLElement | null} button
 */
async function send(form, button) {
  const answer = await fetch(form.action, {
    method: "POST",
    body: new FormData(form, button),
  });
  const next = await page(answer);
  const notice = next.querySelector("[role=alert]");
  if (!answer.ok || !next.getElementById("entries")) {
    form.querySelector("[role=alert]")?.remove();
    if (notice) form.prepend(notice);
    return;
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
  const link = event.target instanceof Element && event.target.closest("#entries a");
  if (!(link instanceof HTMLAnchorElement) || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  if (close() !== link) open(link);
});
main.addEventListener("submit", (event) => {
  if (!(event.target instanceof HTMLFormElement) || event.target.id !== "entry") return;
  event.preventDefault();
  send(event.target, event.submitter);
});
main.addEventListener("keydown", (event) => {
  if (event.key === "Escape") close()?.focus();
});
