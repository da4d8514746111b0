/**
 * The learner's lists (own words, what is no secret, personal data), as the service last told them.
 *
 * They name clients, so they are kept with the keys: in the extension's own IndexedDB, where no
 * content script can read them.
 */

import { Unreachable } from "./server-client.js";

/**
 * @typedef {import("../shared/redaction.js").RedactionLists} RedactionLists
 * @typedef {RedactionLists & {revision: string}} KeptLists
 */

const WORDS_MAX = 1_000;
const TEXT_MAX = 300;

/** @type {(value: unknown, fits: (entry: any) => boolean) => boolean} */
const all = (value, fits) => Array.isArray(value) && value.every((entry) => typeof entry === "object" && entry !== null && fits(entry));
/** @param {unknown} value */
const short = (value) => typeof value === "string" && value.length > 0 && value.length <= TEXT_MAX;

/**
 * @param {unknown} body
 * @returns {KeptLists | null} null when there is nothing new, or it is none of ours
 */
export function readLists(body) {
  if (typeof body !== "object" || body === null) return null;
  const { revision, words, allowed, mask_personal, exempt } = /** @type {Record<string, any>} */ (body);
  const sound =
    short(revision) &&
    all(words, ({ id, word }) => Number.isSafeInteger(id) && short(word)) &&
    all(allowed, ({ kind, mark }) => short(kind) && short(mark)) &&
    typeof mask_personal === "boolean" &&
    Array.isArray(exempt) &&
    exempt.every(short);
  if (!sound || words.length > WORDS_MAX) return null;
  return { revision, words, allowed, mask_personal, exempt };
}

export class Lists {
  #keys;
  #client;

  /**
   * @param {object} deps
   * @param {import("./key-store.js").KeyStore} deps.keys
   * @param {import("./server-client.js").ServerClient} deps.client
   */
  constructor({ keys, client }) {
    this.#keys = keys;
    this.#client = client;
  }

  /** @returns {Promise<RedactionLists | null>} */
  read() {
    return this.#keys.lists();
  }

  /**
   * Ask the service, which has just proved itself, for newer lists. Without an answer the known
   * ones hold: the service redacts again whatever is sent.
   *
   * @param {import("./connection.js").Link} link
   */
  async sync({ port, token }) {
    const known = (await this.#keys.lists())?.revision ?? "";
    try {
      const answer = await this.#client.redactionLists(port, token, { known });
      const told = answer.status === 200 ? readLists(answer.body) : null;
      if (told) await this.#keys.setLists(told);
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
    }
  }
}
