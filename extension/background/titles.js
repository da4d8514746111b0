/**
 * Titles of recent conversations, so that the popup can name them. They live in the browser's
 * memory only and are gone when it closes: a copy on the disk would outlive a chat that the
 * learner has forgotten in the dashboard.
 */

const KEY = "titles";

/** As many as the popup lists, and some more. */
const TITLES_MAX = 40;

/**
 * @param {string} provider
 * @param {string} conversationId
 */
const nameOf = (provider, conversationId) => `${provider}/${conversationId}`;

export class Titles {
  #area;
  #locks;

  /**
   * @param {object} deps
   * @param {Pick<chrome.storage.StorageArea, "get" | "set">} deps.area
   * @param {Pick<LockManager, "request">} deps.locks
   */
  constructor({ area, locks }) {
    this.#area = area;
    this.#locks = locks;
  }

  /** @returns {Promise<Record<string, string>>} title by provider and conversation, oldest first */
  async #all() {
    return /** @type {Record<string, string>} */ ((await this.#area.get(KEY))[KEY] ?? {});
  }

  /**
   * @param {string} provider
   * @param {string} conversationId
   * @param {string} title already redacted
   */
  remember(provider, conversationId, title) {
    return this.#locks.request("skilltrail.titles", async () => {
      const name = nameOf(provider, conversationId);
      const others = Object.entries(await this.#all()).filter(([other]) => other !== name);
      const kept = [...others.slice(-(TITLES_MAX - 1)), [name, title.slice(0, 120)]];
      await this.#area.set({ [KEY]: Object.fromEntries(kept) });
    });
  }

  /**
   * @template {{provider: string, conversation_id: string}} R
   * @param {R[]} rows
   * @returns {Promise<(R & {title: string | null})[]>}
   */
  async name(rows) {
    const titles = await this.#all();
    return rows.map((row) => ({ ...row, title: titles[nameOf(row.provider, row.conversation_id)] ?? null }));
  }

  /**
   * @param {string} provider
   * @param {string} conversationId
   */
  forgetOne(provider, conversationId) {
    return this.#locks.request("skilltrail.titles", async () => {
      const name = nameOf(provider, conversationId);
      const others = Object.entries(await this.#all()).filter(([other]) => other !== name);
      await this.#area.set({ [KEY]: Object.fromEntries(others) });
    });
  }

  async forget() {
    await this.#area.set({ [KEY]: {} });
  }
}
