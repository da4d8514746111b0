/**
 * Keeps keys where no content script can read them, and as keys that cannot be taken out.
 */

import { answerOf } from "./database.js";

/**
 * @typedef {object} PendingPairing
 * @property {string} requestId
 * @property {string} requestSecret
 * @property {string} instanceId
 * @property {number} port
 * @property {string} label
 * @property {string} digits
 * @property {number} expiresAt milliseconds since 1970
 * @property {CryptoKey} key K, not yet approved
 *
 * @typedef {{key: CryptoKey, markKey: CryptoKey}} DeviceKeys
 */

export class KeyStore {
  #database;

  /** @param {{database: import("./database.js").Database}} deps */
  constructor({ database }) {
    this.#database = database;
  }

  /** @returns {Promise<DeviceKeys | null>} */
  async device() {
    return (await this.#get("device")) ?? null;
  }

  /** @param {DeviceKeys} keys */
  async setDevice(keys) {
    await this.#put("device", keys);
  }

  /** @returns {Promise<PendingPairing | null>} */
  async pending() {
    return (await this.#get("pending")) ?? null;
  }

  /** @param {PendingPairing} pending */
  async setPending(pending) {
    await this.#put("pending", pending);
  }

  async forgetPending() {
    await this.#delete("pending");
  }

  /** @returns {Promise<import("./lists.js").KeptLists | null>} */
  async lists() {
    return (await this.#get("lists")) ?? null;
  }

  /** @param {import("./lists.js").KeptLists} lists */
  async setLists(lists) {
    await this.#put("lists", lists);
  }

  async forgetAll() {
    await this.#delete("pending");
    await this.#delete("device");
    await this.#delete("lists");
  }

  /**
   * @param {string} name
   * @returns {Promise<any>}
   */
  #get(name) {
    return this.#database.read(["keys"], ({ keys }) => answerOf(keys.get(name)));
  }

  /**
   * @param {string} name
   * @param {object} record
   */
  #put(name, record) {
    return this.#database.write(["keys"], ({ keys }) => answerOf(keys.put({ ...record, name })));
  }

  /** @param {string} name */
  #delete(name) {
    return this.#database.write(["keys"], ({ keys }) => answerOf(keys.delete(name)));
  }
}
