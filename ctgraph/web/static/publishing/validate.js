// A file that is dropped on the form, or chosen, is read into the text field, where it can be edited.
import { at } from "../dom.js";

const form = at("check");
const text = at("document", HTMLTextAreaElement);
const kind = at("input", HTMLSelectElement);
const chosen = at("file", HTMLInputElement);
/** @type {Record<string, string>} */
const FORMATS = { ttl: "turtle", nt: "ntriples", nq: "nquads", trig: "trig", rdf: "rdfxml" };

/** @param {FileList | null | undefined} files */
async function read(files) {
  const file = files?.[0];
  if (!file) return;
  text.value = await file.text();
  kind.value = FORMATS[file.name.split(".").at(-1)?.toLowerCase() ?? ""] || "jsonld";
  chosen.value = "";
  text.focus();
}

form.addEventListener("dragover", (event) => {
  event.preventDefault();
  form.classList.add("dropping");
});
form.addEventListener("dragleave", () => form.classList.remove("dropping"));
form.addEventListener("drop", (event) => {
  event.preventDefault();
  form.classList.remove("dropping");
  read(event.dataTransfer?.files);
});
chosen.addEventListener("change", () => read(chosen.files));
