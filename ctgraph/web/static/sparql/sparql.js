// The query page: Yasgui over this registry's endpoint, with its terms, queries and pictures.
import { at, embedded } from "../dom.js";
import { Chart, Places } from "./pictures.js";
import { curlCommand, declared, pythonProgram } from "./query_text.js";
import { ResultTable } from "./table.js";
/** @import {Completer} from "../../assets/types/yasgui.d.ts" */

/** @type {{prefixes: Record<string, string>, classes: string[], properties: string[]}} */
const registry = embedded("registry");
const endpoint = `${location.origin}/sparql`;
const CONFIRMATION_MS = 1500;

/**
 * Complete terms. The registry's prefixes are known without being declared.
 * @param {string} name
 * @param {string[]} terms
 * @returns {Completer}
 */
function completer(name, terms) {
  return {
    name: `ctgraph-${name}`,
    bulk: true,
    autoShow: true,
    get: () => terms,
    isValidCompletionPosition: (yasqe) => /^[a-z][\w-]*:[\w-]*$/i.test(yasqe.getCompleteToken().string),
    preProcessToken: (_, token) => ({ ...token, autocompletionString: token.string }),
    postProcessSuggestion: (yasqe, _, suggested) => {
      const prefix = suggested.split(":")[0];
      if (!yasqe.getPrefixesFromQuery()[prefix]) yasqe.addPrefixes({ [prefix]: registry.prefixes[prefix] });
      return suggested;
    },
  };
}

function register() {
  const { Yasqe, Yasr } = Yasgui;
  Yasqe.registerAutocompleter(completer("classes", registry.classes), true);
  Yasqe.registerAutocompleter(completer("properties", registry.properties), true);
  Yasqe.defaults.autocompleters = ["variables", "ctgraph-classes", "ctgraph-properties"];
  Yasr.registerPlugin("table", ResultTable);
  Yasr.registerPlugin("chart", Chart);
  Yasr.registerPlugin("map", Places);
}

/** @param {string} query */
function editorWith(query) {
  const yasgui = new Yasgui(at("yasgui"), {
    requestConfig: { endpoint, method: "GET", headers: {} },
    copyEndpointOnNewTab: true,
    populateFromUrl: false,
    persistenceId: null,
    endpointCatalogueOptions: { getData: () => [{ endpoint }] },
    yasqe: {
      value: query,
      collapsePrefixesOnLoad: true,
      persistenceId: null,
      prefixCcApi: null,
      showQueryButton: true,
    },
    yasr: { persistenceId: null, prefixes: registry.prefixes, pluginOrder: ["table", "chart", "map", "response"] },
  });
  const tab = () => yasgui.getTab();
  tab().setQuery(query);
  return tab;
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
  register();
  const asked = new URLSearchParams(location.hash.slice(1)).get("query");
  const tab = editorWith(declared(asked || at("query", HTMLTextAreaElement).value, registry.prefixes));
  at("plain").hidden = true;
  at("tools").hidden = false;
  for (const link of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-query]")))
    link.addEventListener("click", async (event) => {
      event.preventDefault();
      const answer = await fetch(`/queries/${link.dataset.query}.rq`);
      tab().setQuery(declared(await answer.text(), registry.prefixes));
      tab().query();
      at("yasgui").scrollIntoView({ behavior: "smooth" });
    });
  const query = () => tab().getQuery();
  copies("as-link", () => `${endpoint}#${new URLSearchParams({ query: query() })}`);
  copies("as-curl", () => curlCommand(query(), endpoint));
  copies("as-python", () => pythonProgram(query(), endpoint));
  at("as-csv").addEventListener("click", () => {
    location.href = `${endpoint}?${new URLSearchParams({ query: query(), format: "spreadsheet" })}`;
  });
}

start();
