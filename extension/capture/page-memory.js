"use strict";
// What one page life remembers of prompts and replies, because a regenerated, continued or resumed
// turn does not repeat them. Bounded, and never leaves the page's world.

((capture) => {
  const PROMPTS_MAX = 500;
  const REPLIES_MAX = 200;

  /**
   * @template K, V
   * @param {Map<K, V>} map
   * @param {K} key
   * @param {V} value
   * @param {number} max the oldest entry goes first
   */
  function remember(map, key, value, max) {
    map.delete(key);
    map.set(key, value);
    if (map.size > max) map.delete(/** @type {K} */ (map.keys().next().value));
  }

  class PageMemory {
    /** @type {Map<string, Capture.KnownPrompt>} */
    #prompts = new Map();
    /** @type {Map<string, string>} conversation → the prompt that was asked last */
    #latest = new Map();
    /** @type {Map<string, true>} */
    #answered = new Map();
    /** @type {Map<string, {promptId: string | null, earlier: Capture.Reply[]}>} by the id of the last reply */
    #answers = new Map();
    /** @type {Set<string>} */
    #temporary = new Set();

    /** @param {Capture.KnownPrompt} known */
    notePrompt(known) {
      remember(this.#prompts, known.promptId, known, PROMPTS_MAX);
      if (known.conversationId) this.noteLatest(known.conversationId, known.promptId);
    }

    /**
     * @param {string} conversationId
     * @param {string} promptId
     */
    noteLatest(conversationId, promptId) {
      remember(this.#latest, conversationId, promptId, PROMPTS_MAX);
    }

    /**
     * @param {string | null} promptId
     * @returns {Capture.KnownPrompt | null}
     */
    prompt(promptId) {
      return (promptId !== null && this.#prompts.get(promptId)) || null;
    }

    /**
     * @param {string | null} conversationId
     * @returns {string | null}
     */
    latest(conversationId) {
      return (conversationId !== null && this.#latest.get(conversationId)) || null;
    }

    /** @param {string} promptId */
    noteAnswered(promptId) {
      remember(this.#answered, promptId, true, PROMPTS_MAX);
    }

    /**
     * @param {string | null} conversationId
     * @returns {string | null} the latest prompt, if it still waits for its answer
     */
    waiting(conversationId) {
      const promptId = this.latest(conversationId);
      return promptId !== null && !this.#answered.has(promptId) ? promptId : null;
    }

    /**
     * @param {string | null} promptId
     * @param {Capture.Reply[]} replies at least one
     */
    noteAnswer(promptId, replies) {
      const id = replies.at(-1)?.id;
      if (id) remember(this.#answers, id, { promptId, earlier: replies }, REPLIES_MAX);
    }

    /**
     * @param {string | null} replyId
     * @returns {{promptId: string | null, earlier: Capture.Reply[]} | null}
     */
    answer(replyId) {
      return (replyId !== null && this.#answers.get(replyId)) || null;
    }

    /** @param {string} conversationId */
    noteTemporary(conversationId) {
      this.#temporary.add(conversationId);
    }

    /**
     * @param {string | null} conversationId
     * @returns {boolean}
     */
    isTemporary(conversationId) {
      return conversationId !== null && this.#temporary.has(conversationId);
    }
  }

  capture.PageMemory = PageMemory;
})((globalThis.skilltrailCapture ??= {}));
