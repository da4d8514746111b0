"use strict";
// One extra read of a chat, for an answer that could not be followed. Happens only when the learner has
// switched it on and the bridge asks. The page's session stays in the page: its token is used for this
// one request and kept nowhere.

((capture) => {
  const { objectOf, textOrNull } = capture.values;

  class ConversationReader {
    #fetch;
    #page;
    #reads;
    #isId;
    #take;

    /**
     * @param {object} needs
     * @param {any} needs.page the window
     * @param {(url: string, init?: object) => Promise<Response>} needs.fetch the page's own, from before we wrapped it
     * @param {Capture.ReadFormat} needs.reads
     * @param {(id: string) => boolean} needs.isId
     * @param {(kind: string, id: string, json: unknown) => void} needs.take gets the document
     */
    constructor({ page, fetch, reads, isId, take }) {
      this.#page = page;
      this.#fetch = fetch;
      this.#reads = reads;
      this.#isId = isId;
      this.#take = take;
    }

    /**
     * @param {string} conversationId
     * @returns {Promise<{status: number, retryAfter: number | null}>} HTTP status; 0 when nothing came; seconds to wait
     */
    async read(conversationId) {
      if (!this.#isId(conversationId)) return { status: 0, retryAfter: null };
      const headers = await this.#headers();
      let outcome = { status: 0, retryAfter: /** @type {number | null} */ (null) };
      for (const { kind, path } of this.#reads.conversations) {
        const response = await this.#fetch(path.replace("{id}", encodeURIComponent(conversationId)), { headers });
        outcome = { status: response.status, retryAfter: secondsOf(response.headers.get("Retry-After")) };
        if (response.ok) this.#take(kind, conversationId, await response.json());
        // Some chats are known to one of the two addresses only.
        if (response.status !== 404) break;
      }
      return outcome;
    }

    /** @returns {Promise<Record<string, string>>} */
    async #headers() {
      const session = objectOf(await (await this.#fetch(this.#reads.session)).json());
      const token = textOrNull(session.accessToken);
      const account = this.#account();
      return {
        ...(token === null ? {} : { Authorization: `Bearer ${token}` }),
        ...(account === null ? {} : { [this.#reads.accountHeader]: account }),
      };
    }

    /** @returns {string | null} the team workspace that the page shows */
    #account() {
      const pairs = String(this.#page.document.cookie).split("; ").map((pair) => pair.split("="));
      const value = pairs.find(([name]) => name === this.#reads.accountCookie)?.[1];
      return value && /^[0-9a-f-]{36}$/i.test(value) ? value : null;
    }
  }

  /**
   * @param {string | null} header seconds, or a date
   * @returns {number | null}
   */
  function secondsOf(header) {
    if (header === null) return null;
    const seconds = /^\d{1,6}$/.test(header) ? Number(header) : (Date.parse(header) - Date.now()) / 1000;
    return Number.isFinite(seconds) ? Math.max(0, Math.ceil(seconds)) : null;
  }

  capture.ConversationReader = ConversationReader;
})((globalThis.skilltrailCapture ??= {}));
