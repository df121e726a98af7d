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
  results?: {
    getVariables(): string[];
    getBindings(): Row[] | null;
    getError(): { text: string } | undefined;
  };
  resultsEl: HTMLElement;
  getPrefixes(): Prefixes;
}

/** The answer to a query. Without headers, the registry was not reached. */
export interface Answer {
  headers?: Headers;
}

/** The editor. */
export interface Yasqe {
  getCompleteToken(): { string: string };
  addLineClass(line: number, where: string, name: string): object;
  removeLineClass(line: object, where: string, name: string): void;
  scrollIntoView(place: { line: number; ch: number }): void;
  on(event: string, called: (editor: Yasqe, answer?: Answer) => void): void;
  off(event: string, called: () => void): void;
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
  getYasqe(): Yasqe;
  setQuery(query: string): void;
  query(): Promise<unknown>;
}

declare class Table {
  constructor(yasr: Yasr);
  yasr: Yasr;
  persistentConfig: { compact?: boolean; isEllipsed?: boolean };
  getCellContent(binding: Binding, prefixes: Prefixes): string;
  getColumns(): Column[];
  drawControls(): void;
  tableSizeField: HTMLSelectElement;
  download(name?: string): Download;
}

declare global {
  class Yasgui {
    constructor(parent: HTMLElement, options: object);
    getTab(): Tab;
    on(event: string, called: (yasgui: Yasgui, tab: Tab) => void): void;
    static Yasqe: {
      Pass: object;
      defaults: { autocompleters: string[]; extraKeys: object; hintConfig: object };
      extendMode(mode: string, extension: object & ThisType<{ _startState(): object }>): void;
      registerAutocompleter(completer: Completer, enable: boolean): void;
    };
    static Yasr: {
      plugins: { table: typeof Table };
      registerPlugin(name: string, plugin: new (yasr: Yasr) => object): void;
    };
  }
}
