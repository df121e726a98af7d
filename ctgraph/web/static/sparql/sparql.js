// The query page: Yasgui over this registry's endpoint, with its terms, queries and pictures.
import { at, embedded } from "../dom.js";
import { failureView } from "./failure.js";
import { Chart, Places } from "./pictures.js";
import { curlCommand, pythonProgram } from "./query_text.js";
import { ResultTable } from "./table.js";
/** @import {Completer, Tab, Yasqe} from "../../assets/types/yasgui.d.ts" */

/**
 * What the page knows of the registry, and the parameters with which it asks.
 * @type {{prefixes: Record<string, string>, terms: string[], wishes: Record<string, string[]>, runs: boolean}}
 */
const registry = embedded("registry");
const wishes = Object.entries(registry.wishes).flatMap(([name, values]) => values.map((value) => ({ name, value })));
const endpoint = `${location.origin}/sparql`;
const MAX_ADDRESS_CHARACTERS = 4000; // some clients and proxies refuse longer ones
const CONFIRMATION_MS = 1500;

/** @type {Completer} */
const COMPLETER = {
  name: "ctgraph-terms",
  bulk: true,
  autoShow: true,
  get: () => registry.terms,
  isValidCompletionPosition: (yasqe) => /^[a-z][\w-]*:[\w-]*$/i.test(yasqe.getCompleteToken().string),
  preProcessToken: (_, token) => ({ ...token, autocompletionString: token.string }),
  postProcessSuggestion: (_yasqe, _token, suggested) => suggested,
};

/**
 * Close the suggestions, and let the key do what it does without them.
 * @param {unknown} _editor
 * @param {{close: () => void}} suggestions
 */
function leave(_editor, suggestions) {
  suggestions.close();
  return Yasgui.Yasqe.Pass;
}

/** @param {() => Yasqe} editor */
function register(editor) {
  const { Yasqe, Yasr } = Yasgui;
  // The registry knows its prefixes undeclared, so the editor must not mark them as mistakes.
  Yasqe.extendMode("sparql11", {
    startState() {
      return { ...this._startState(), prefixes: { ...registry.prefixes } };
    },
  });
  Yasqe.registerAutocompleter(COMPLETER, true);
  Yasqe.defaults.autocompleters = ["variables", COMPLETER.name];
  // Tab leaves the editor, as it leaves every field.
  Object.assign(Yasqe.defaults.extraKeys, { Tab: false, "Shift-Tab": false });
  Yasqe.defaults.hintConfig = { extraKeys: { Tab: leave, "Shift-Tab": leave, Home: leave, End: leave } };
  Yasr.registerPlugin("error", failureView(editor));
  Yasr.registerPlugin("table", ResultTable);
  Yasr.registerPlugin("chart", Chart);
  Yasr.registerPlugin("map", Places);
}

/** @param {string} text */
const isAddress = (text) => text.length <= MAX_ADDRESS_CHARACTERS;

/** @param {string} query */
function tabsWith(query) {
  const method = () => (isAddress(addressWith({ query: tab().getQuery() })) ? "GET" : "POST");
  const yasgui = new Yasgui(at("yasgui"), {
    autofocus: false,
    requestConfig: { endpoint, method, headers: {}, args: wishes },
    copyEndpointOnNewTab: true,
    populateFromUrl: false,
    persistenceId: null,
    endpointCatalogueOptions: { getData: () => [{ endpoint }] },
    yasqe: {
      value: query,
      lineWrapping: true,
      screenReaderLabel: "Query",
      persistenceId: null,
      prefixCcApi: null,
      showQueryButton: true,
    },
    yasr: { persistenceId: null, prefixes: registry.prefixes, pluginOrder: ["table", "chart", "map", "response"] },
  });
  tellUnknownTerms(yasgui);
  const tab = () => yasgui.getTab();
  tab().setQuery(query);
  // The list of tabs may hold nothing but tabs (ARIA 1.2), and Yasgui puts a plain button into it.
  document.querySelector(".tabsList .addTab")?.setAttribute("role", "tab");
  return tab;
}

/**
 * Say which terms of the query of a tab do not exist: a misspelt one finds nothing, and nothing fails.
 * @param {Yasgui} yasgui
 */
function tellUnknownTerms(yasgui) {
  const notice = at("unknown-terms");
  /** @type {WeakMap<Tab, string>} */
  const unknown = new WeakMap(); // of the tabs that have asked something
  const tell = () => {
    const terms = unknown.get(yasgui.getTab());
    notice.textContent = terms ? `Not in the vocabulary: ${terms}` : "";
    notice.hidden = !terms;
  };
  yasgui.on("query", (_, tab) => {
    if (!unknown.has(tab))
      tab.getYasqe().on("queryResponse", (_, answer) => {
        unknown.set(tab, decodeURIComponent(answer?.headers?.get("Ctgraph-Unknown-Terms") ?? ""));
        tell();
      });
    unknown.set(tab, "");
    tell();
  });
  yasgui.on("tabSelect", () => setTimeout(tell)); // it is selected when this event is over
}

/** @param {Tab} tab */
const run = (tab) => tab.query().catch(() => {}); // the view of failures tells why

/**
 * Return the address of the endpoint with parameters, and with those that the page asks with.
 * @param {Record<string, string>} parameters
 */
function addressWith(parameters) {
  const all = new URLSearchParams(parameters);
  for (const { name, value } of wishes) all.append(name, value);
  return all.size ? `${endpoint}?${all}` : endpoint;
}

/**
 * Return a link to this page with a query. A long one stands where the server does not see it.
 * @param {string} query
 */
function linkTo(query) {
  const link = addressWith({ query });
  return isAddress(link) ? link : `${addressWith({})}#${new URLSearchParams({ query })}`;
}

/**
 * Copy a text on a press, and say so on the button.
 * @param {string} id
 * @param {() => string} textOf
 */
function copies(id, textOf) {
  const button = at(id);
  const title = button.textContent;
  button.addEventListener("click", async () => {
    const text = textOf();
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = "Copied";
      setTimeout(() => (button.textContent = title), CONFIRMATION_MS);
    } catch {
      window.prompt("Copy:", text);
    }
  });
}

function start() {
  register(() => tab().getYasqe());
  const asked = new URLSearchParams(location.hash.slice(1)).get("query");
  const tab = tabsWith(asked || at("query", HTMLTextAreaElement).value);
  at("plain").hidden = true;
  at("tools").hidden = false;
  for (const link of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-query]")))
    link.addEventListener("click", async (event) => {
      event.preventDefault();
      const answer = await fetch(`/queries/${link.dataset.query}.rq`);
      tab().setQuery(await answer.text());
      run(tab());
      at("yasgui").scrollIntoView({ behavior: "smooth" });
    });
  const query = () => tab().getQuery();
  copies("as-link", () => linkTo(query()));
  copies("as-curl", () => curlCommand(query(), addressWith({})));
  copies("as-python", () => pythonProgram(query(), addressWith({})));
  at("as-csv").addEventListener("click", () => {
    location.href = addressWith({ query: query(), format: "spreadsheet" });
  });
  if (registry.runs) run(tab());
}

start();
