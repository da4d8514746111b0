"use strict";
// What this page has told about chats besides their exchanges: titles, projects, which are temporary,
// which prompts were taken care of already.

((capture) => {
  const CHATS_MAX = 2000;
  const MARKS_MAX = 5000;
  /** Outcomes that are remembered for a chat; only those of the last minutes are asked for. */
  const OUTCOMES_MAX = 50;

  /**
   * @param {string} text
   * @returns {string} short key of a text, the same for the prompt in the page and in the stream
   */
  function textKey(text) {
    const plain = text.replace(/[\s`]+/g, "");
    let hash = 0x811c9dc5;
    for (let at = 0; at < plain.length; at += 1) hash = Math.imul(hash ^ plain.charCodeAt(at), 0x01000193);
    return `${plain.length}:${hash >>> 0}`;
  }

  class ChatBook {
    /** @type {Map<string, Capture.ChatFacts>} */
    #chats = new Map();
    /** @type {Set<string>} */
    #temporary = new Set();
    /** @type {Set<string>} */
    #handled = new Set();
    /** @type {Set<string>} prompts of a time when nothing was to be kept */
    #refused = new Set();
    /** @type {Set<string>} exchanges that were handed over in this page, with their state */
    #delivered = new Set();
    /** @type {Map<string, {promptId: string | null, at: number}[]>} answers and failures that the tap brought, by chat */
    #outcomes = new Map();

    /** @param {Capture.ChatFacts} chat what is new of it; the rest stays */
    note(chat) {
      const news = Object.entries(chat).filter(([, value]) => value !== null);
      const facts = { id: chat.id, ...this.facts(chat.id), ...Object.fromEntries(news) };
      this.#chats.delete(chat.id);
      this.#chats.set(chat.id, facts);
      if (this.#chats.size > CHATS_MAX) this.#chats.delete(String(this.#chats.keys().next().value));
    }

    /**
     * @param {string} conversationId
     * @returns {Omit<Capture.ChatFacts, "id">}
     */
    facts(conversationId) {
      return this.#chats.get(conversationId) ?? { title: null, projectId: null, gizmoId: null, createdAt: null };
    }

    /**
     * @param {Capture.Draft} draft with its conversation id
     * @returns {Capture.Draft} with what is known of its chat besides
     */
    completed(draft) {
      const facts = this.facts(String(draft.conversationId));
      return {
        ...draft,
        title: draft.title ?? facts.title,
        projectId: draft.projectId ?? facts.projectId,
        gizmoId: draft.gizmoId ?? facts.gizmoId,
      };
    }

    /**
     * @param {Capture.Draft} draft
     * @returns {boolean} false when the same was handed over before
     */
    noteDelivered({ conversationId, promptId, replyId, fidelity, status, onCurrentPath, reply }) {
      const key = [conversationId, promptId, replyId, fidelity, status, onCurrentPath, textKey(reply)].join(" ");
      const isNew = !this.#delivered.has(key);
      this.#delivered.add(key);
      return isNew;
    }

    /** @param {string} conversationId */
    noteTemporary(conversationId) {
      this.#temporary.add(conversationId);
    }

    /** @param {string} conversationId */
    isTemporary(conversationId) {
      return this.#temporary.has(conversationId);
    }

    /** @param {string | null} promptId asked or seen during a pause: later it would be told from no other */
    noteRefused(promptId) {
      if (promptId !== null) this.#refused.add(promptId);
    }

    /**
     * @param {string} conversationId
     * @param {string | null} promptId
     */
    mustNotKeep(conversationId, promptId) {
      return this.#temporary.has(conversationId) || (promptId !== null && this.#refused.has(promptId));
    }

    /**
     * A prompt needs no look at the page any more: the tap has it, or it must not be kept.
     *
     * @param {string | null} promptId
     * @param {string | null} prompt
     */
    noteHandled(promptId, prompt) {
      if (promptId !== null) this.#handled.add(promptId);
      if (prompt) this.#handled.add(textKey(prompt));
      for (const oldest of this.#handled) {
        if (this.#handled.size <= MARKS_MAX) break;
        this.#handled.delete(oldest);
      }
    }

    /**
     * @param {string | null} promptId
     * @param {string} prompt counts only when the page gives no id
     */
    isHandled(promptId, prompt) {
      return this.#handled.has(promptId ?? textKey(prompt));
    }

    /**
     * The tap saw how a turn ended.
     *
     * @param {string} conversationId
     * @param {string | null} promptId
     * @param {number} at milliseconds since 1970
     */
    noteOutcome(conversationId, promptId, at) {
      const before = this.#outcomes.get(conversationId) ?? [];
      this.#outcomes.set(conversationId, [...before.slice(1 - OUTCOMES_MAX), { promptId, at }]);
    }

    /**
     * @param {string} conversationId
     * @param {string | null} promptId
     * @param {number} since
     * @returns {boolean} whether an outcome can have been that of the given prompt
     */
    hadOutcome(conversationId, promptId, since) {
      const may = (/** @type {string | null} */ seen) => seen === null || promptId === null || seen === promptId;
      return (this.#outcomes.get(conversationId) ?? []).some((one) => one.at >= since && may(one.promptId));
    }
  }

  capture.textKey = textKey;
  capture.ChatBook = ChatBook;
})((globalThis.skilltrailCapture ??= {}));
