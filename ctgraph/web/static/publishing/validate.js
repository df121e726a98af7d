// A file that is dropped on the form, or chosen, is read into the text field, where it can be edited.
import { at } from "../dom.js";

const form = at("check");
const text = at("document", HTMLTextAreaElement);
const kind = at("input", HTMLSelectElement);
const chosen = at("file", HTMLInputElement);

/** @param {FileList | null | undefined} files */
async function read(files) {
  const file = files?.[0];
  if (!file) return;
  text.value = await file.text();
  const extension = file.name.split(".").at(-1)?.toLowerCase();
  const named = [...kind.options].find((option) => option.dataset.extension === extension);
  kind.selectedIndex = named?.index ?? 0;
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
