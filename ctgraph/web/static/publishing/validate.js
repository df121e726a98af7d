// A file dropped on the form, or chosen, is read into the text field, so that it can be edited.
"use strict";
const form = document.getElementById("check");
const text = document.getElementById("document");
const kind = document.getElementById("input");
const chosen = document.getElementById("file");
const formats = { ttl: "turtle", nt: "ntriples", nq: "nquads", trig: "trig", rdf: "rdfxml" };

async function read(file) {
  text.value = await file.text();
  kind.value = formats[file.name.split(".").pop().toLowerCase()] || "jsonld";
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
  if (event.dataTransfer.files.length) read(event.dataTransfer.files[0]);
});
chosen.addEventListener("change", () => chosen.files.length && read(chosen.files[0]));
