// What the query page uses of Yasgui, which stands in the page as a global.

/** One value of a result, as in the SPARQL results JSON format. */
export interface Binding {
  type: string;
  value: unknown;
  datatype?: string;
  "xml:lang"?: string;
}

export type Row = Record<string, Binding | undefined>;
export type Prefixes = Record<string, string>;

export interface Column {
  name: string;
  title?: string;
  render?: (binding: Binding | "", use?: string) => unknown;
}

export interface Download {
  getData: () => string;
  contentType: string;
  title: string;
  filename: string;
}

/** The view of results. */
export interface Yasr {
  results?: { getVariables(): string[]; getBindings(): Row[] | null };
  resultsEl: HTMLElement;
  getPrefixes(): Prefixes;
}

/** The editor. */
export interface Yasqe {
  getCompleteToken(): { string: string };
  getPrefixesFromQuery(): Prefixes;
  addPrefixes(prefixes: Prefixes): void;
}

export interface Token {
  string: string;
  autocompletionString?: string;
}

export interface Completer {
  name: string;
  bulk: boolean;
  autoShow: boolean;
  get: () => string[];
  isValidCompletionPosition: (yasqe: Yasqe) => boolean;
  preProcessToken: (yasqe: Yasqe, token: Token) => Token;
  postProcessSuggestion: (yasqe: Yasqe, token: Token, suggested: string) => string;
}

export interface Tab {
  getQuery(): string;
  setQuery(query: string): void;
  query(): void;
}

declare class Table {
  constructor(yasr: Yasr);
  yasr: Yasr;
  persistentConfig: { compact?: boolean };
  getCellContent(binding: Binding, prefixes: Prefixes): string;
  getColumns(): Column[];
  download(name?: string): Download;
}

declare global {
  class Yasgui {
    constructor(parent: HTMLElement, options: object);
    getTab(): Tab;
    static Yasqe: {
      defaults: { autocompleters: string[] };
      registerAutocompleter(completer: Completer, enable: boolean): void;
    };
    static Yasr: {
      plugins: { table: typeof Table };
      registerPlugin(name: string, plugin: new (yasr: Yasr) => object): void;
    };
  }
}
