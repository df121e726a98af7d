// Requests to the registry in the name of an organization.
/** @import {Problem} from "../../assets/types/pathways.d.ts" */

/** A refusal of the registry, with the problems of the document. */
export class Refusal extends Error {
  /**
   * @param {string} message
   * @param {Problem[]} problems
   */
  constructor(message, problems) {
    super(message);
    this.problems = problems;
  }
}

export class Registry {
  // The key is kept nowhere else, so that nothing else that the site shows can read it.
  #key = "";

  /** @param {string} key */
  signIn(key) {
    this.#key = key;
  }

  /**
   * Send a request and return the value of its answer, or null where it has none.
   * @param {string} path
   * @param {{method?: string, body?: object}} request
   */
  async ask(path, { method = "GET", body } = {}) {
    const headers = new Headers({ Accept: "application/json", Authorization: `Bearer ${this.#key}` });
    if (body) headers.set("Content-Type", "application/ld+json");
    const answer = await fetch(path, { method, headers, body: body && JSON.stringify(body) });
    const value = answer.status === 204 ? null : await answer.json().catch(() => null);
    if (answer.ok) return value;
    throw new Refusal(value?.detail || `The registry answered ${answer.status}.`, value?.problems || []);
  }
}
