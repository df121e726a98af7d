// Buttons that copy a text of the page. Without scripts they stay hidden, and the text is selected by hand.
for (const button of document.querySelectorAll("button[data-copy]")) {
  if (!(button instanceof HTMLButtonElement) || !navigator.clipboard) continue;
  const text = document.getElementById(button.dataset.copy ?? "");
  button.hidden = !text;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(text?.textContent ?? "");
    button.textContent = button.dataset.copied ?? "";
  });
}
