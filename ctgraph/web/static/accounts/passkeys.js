// Passkeys: a form that has one asks the browser for it, and is sent with what the browser answers.
// Its page has another way for browsers without scripts or passkeys.

const known = Boolean(globalThis.PublicKeyCredential?.parseRequestOptionsFromJSON);

/**
 * Ask the registry for options, and the browser for a passkey by them; return its answer as JSON.
 * @param {HTMLFormElement} form
 */
async function ask(form) {
  const address = new URL(form.action);
  address.pathname += "/options";
  const body = new FormData();
  body.set("csrf_token", String(new FormData(form).get("csrf_token")));
  const answer = await fetch(address, { method: "POST", body });
  if (!answer.ok) throw new Error((await answer.json()).detail);
  const options = await answer.json();
  const found =
    form.dataset.passkey === "create"
      ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
      : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
  return JSON.stringify(found);
}

/** @param {HTMLFormElement} form */
function prepare(form) {
  const given = /** @type {HTMLInputElement} */ (form.elements.namedItem("answer"));
  const failed = /** @type {HTMLElement} */ (form.querySelector("[role=alert]"));
  const usual = failed.textContent;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    failed.hidden = true;
    try {
      given.value = await ask(form);
      form.submit();
    } catch (error) {
      // What the browser says of a passkey that it did not give is no sentence for people.
      failed.textContent = error instanceof DOMException ? usual : String(error instanceof Error && error.message);
      failed.hidden = false;
    }
  });
  form.hidden = false;
}

if (known) {
  for (const form of document.querySelectorAll("form[data-passkey]")) prepare(/** @type {HTMLFormElement} */ (form));
  for (const told of document.querySelectorAll("[data-without-passkeys]")) told.remove();
}
