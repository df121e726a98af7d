// The drafts and the published pathways of an organization, with what can be done to each.
import { at, element } from "../dom.js";
import { labels } from "./labels.js";
import { Refusal } from "./registry.js";
/** @import {JsonNode, Listed} from "../../assets/types/pathways.d.ts" */
/** @import {Registry} from "./registry.js" */

/**
 * @typedef {object} ShelfOptions
 * @property {Registry} registry
 * @property {(target: HTMLElement, act: () => Promise<void>) => void} on does something at a click, and shows errors
 * @property {(document: JsonNode, said: string) => void} open opens a document and says so
 * @property {() => boolean} sure asks whether unsaved changes may be lost
 * @property {(text: string) => void} say
 */

/**
 * @param {string} title
 * @param {Listed} about
 */
const press = (title, { name, ctid }) =>
  element("button", { type: "button", "aria-label": `${title} ${name || ctid}` }, title);

export class Shelf {
  /** @type {Set<string>} */
  #drafts = new Set();
  #organization = "";

  /** @param {ShelfOptions} options */
  constructor(options) {
    this.options = options;
  }

  /**
   * Show what the organization has.
   * @param {string} organization
   */
  async show(organization) {
    this.#organization = organization;
    await this.#showDrafts();
    at("published").replaceChildren();
    await this.#addPublished(organization);
  }

  async #showDrafts() {
    /** @type {{drafts: (Listed & {updated: string})[]}} */
    const { drafts } = await this.options.registry.ask("/drafts");
    this.#drafts = new Set(drafts.map((one) => one.ctid));
    const none = element("li", { class: "soft" }, "There are no drafts yet.");
    at("drafts").replaceChildren(...(drafts.length ? drafts.map((one) => this.#draftRow(one)) : [none]));
  }

  /** @param {Listed & {updated: string}} draft */
  #draftRow(draft) {
    const { registry, on, open, sure } = this.options;
    const { ctid, name, updated } = draft;
    const [opens, deletes] = [press(labels.openDraft, draft), press(labels.deleteDraft, draft)];
    on(opens, async () => {
      if (sure()) open(await registry.ask(`/drafts/${ctid}`), `${name || "The draft"} is open.`);
    });
    on(deletes, async () => {
      await registry.ask(`/drafts/${ctid}`, { method: "DELETE" });
      await this.#showDrafts();
    });
    const when = element("span", { class: "soft" }, updated.slice(0, 16).replace("T", " "));
    return element("li", {}, `${name || ctid} `, when, " ", opens, " ", deletes);
  }

  /**
   * Add a page of the published pathways to the list, and a button for the next page.
   * @param {string} owner
   * @param {string} after
   */
  async #addPublished(owner, after = "") {
    const asked = new URLSearchParams({ type: "ceterms:Pathway", owner, format: "json", ...(after && { after }) });
    const { records, next } = await this.options.registry.ask(`/records?${asked}`);
    /** @type {HTMLElement[]} */
    const rows = records.map((/** @type {{envelope_ceterms_ctid: string, name: string}} */ one) =>
      this.#publishedRow({ ctid: one.envelope_ceterms_ctid, name: one.name }, owner),
    );
    if (next) {
      const more = element("button", { type: "button" }, labels.more);
      const row = element("li", {}, more);
      this.options.on(more, async () => {
        await this.#addPublished(owner, next);
        row.remove();
      });
      rows.push(row);
    }
    if (!after && !rows.length) rows.push(element("li", { class: "soft" }, "There are no published pathways yet."));
    at("published").append(...rows);
  }

  /**
   * @param {Listed} record
   * @param {string} owner
   */
  #publishedRow(record, owner) {
    const { registry, on, sure, say } = this.options;
    const { ctid, name } = record;
    const [opens, withdraws] = [press(labels.openPublished, record), press(labels.withdraw, record)];
    on(opens, async () => {
      if (sure()) await this.openPublished(ctid);
    });
    on(withdraws, async () => {
      if (!confirm(`${name} will no longer be found. Its address will say that it was withdrawn.`)) return;
      await registry.ask(`/resources/documents/${ctid}?wait=true`, { method: "DELETE" });
      await this.show(owner);
      say(`${name} is withdrawn.`);
    });
    return element("li", {}, element("a", { href: `/pathways/${ctid}` }, name || ctid), " ", opens, " ", withdraws);
  }

  /**
   * Open a pathway as it is published. Only its owner can publish changes to it.
   * @param {string} ctid
   */
  async openPublished(ctid) {
    const { registry } = this.options;
    const { owned_by: owner } = await registry.ask(`/envelopes/${ctid}?format=json`);
    if (owner !== this.#organization)
      throw new Refusal("This pathway belongs to another organization. Sign in with a key of that one.", []);
    const drafted = this.#drafts.has(ctid) ? ` There is a draft of it too, which “${labels.save}” replaces.` : "";
    const document = await registry.ask(`/graph/${ctid}?format=jsonld`);
    this.options.open(document, `The published pathway is open.${drafted}`);
  }
}
