"use strict";
// What to do with a request of the page that concerns a chat, whichever way it was made.

((capture) => {
  /**
   * @typedef {object} Call one request of the page
   * @property {string} kind
   * @property {string | null} id
   * @property {any} turn of a send or a resumed stream
   */

  class Traffic {
    #tracker;
    #conversations;
    #isTemporaryPage;

    /**
     * @param {object} needs
     * @param {any} needs.tracker
     * @param {any} needs.conversations
     * @param {() => boolean} needs.isTemporaryPage whether the page's address says temporary chat
     */
    constructor({ tracker, conversations, isTemporaryPage }) {
      this.#tracker = tracker;
      this.#conversations = conversations;
      this.#isTemporaryPage = isTemporaryPage;
    }

    /**
     * A request leaves the page.
     *
     * @param {{kind: string, id: string | null}} match
     * @param {string | null} body
     * @returns {Call}
     */
    open({ kind, id }, body) {
      /** @type {any} */
      let turn = null;
      if (kind === "send") turn = this.#tracker.begin(this.#readSend(body));
      if (kind === "resume") turn = this.#tracker.resume(capture.readResumeBody(body ?? ""));
      if (kind === "stop") this.#tracker.stop(capture.readResumeBody(body ?? "").conversationId);
      return { kind, id, turn };
    }

    /** @param {string | null} body */
    #readSend(body) {
      const send = capture.readSendBody(body ?? "");
      return send && this.#isTemporaryPage() ? { ...send, temporary: true } : send;
    }

    /**
     * @param {Call} call
     * @returns {Capture.Leg} takes the text of the answer
     */
    stream(call) {
      return this.#tracker.leg(call.turn, call.kind === "resume");
    }

    /**
     * The answer of a send is no stream.
     *
     * @param {Call} call
     * @param {boolean} ok
     */
    refused(call, ok) {
      // A resumed stream that is refused says nothing about the answer: the page tries another way.
      if (call.kind === "send") this.#tracker.fail(call.turn, ok ? "no_stream" : "refused");
    }

    /**
     * @param {Call} call
     * @param {string} text JSON
     */
    document(call, text) {
      this.#conversations.take(call.kind, call.id, JSON.parse(text));
    }
  }

  capture.Traffic = Traffic;
  /** Kinds of request whose answer is a chat document or a list of chats. */
  capture.DOCUMENT_KINDS = Object.freeze(["tree", "window", "older", "batch", "list"]);
  capture.STREAM_KINDS = Object.freeze(["send", "resume"]);
})((globalThis.skilltrailCapture ??= {}));
