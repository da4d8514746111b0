"use strict";
// Turns the events of one turn into messages: "delta encoding v1" and the snapshot frames before it.

((capture) => {
  const { objectOf, textOrNull, titleOf, listOf } = capture.values;
  const { isReply, replyOf, roleOf } = capture.messageText;

  /** @type {(value: unknown) => boolean} */
  const holdsMessage = (value) => Object.hasOwn(objectOf(value), "message") && typeof objectOf(value).message === "object";

  class StreamReducer {
    /** @type {Capture.StreamFormat} */
    #format;
    /** Documents in the order in which they were opened; a slot points at the latest one of its number. */
    /** @type {{root: unknown}[]} */
    #documents = [];
    /** @type {Map<unknown, {root: unknown}>} */
    #slots = new Map();
    /** What a delta frame leaves out is carried over from the one before; side events never touch it. */
    #carried = { c: /** @type {unknown} */ (0), p: "", o: "add" };

    /** Events that count for the `offset` of a resumed stream. */
    counted = 0;
    unknownEvents = 0;
    /** Something did not fit the grammar: what was assembled may be wrong or incomplete. */
    uncertain = false;
    endOfLeg = false;
    complete = false;
    blocked = false;
    failed = false;
    temporary = false;
    /** @type {string | null} */
    conversationId = null;
    /** @type {string | null} */
    title = null;
    /** @type {string | null} */
    model = null;
    /** @type {Capture.Json | null} the prompt as the service echoes it */
    promptEcho = null;
    handedOff = false;
    /** @type {Set<string>} names under which the rest of the answer may arrive */
    topics = new Set();

    /** @type {Record<string, (value: Capture.Json) => void>} */
    #side;

    /** @param {Capture.StreamFormat} format */
    constructor(format) {
      this.#format = format;
      const { types } = format;
      /** @type {[string | undefined, (value: Capture.Json) => void][]} */
      const side = [
        [types.prompt, (value) => (this.promptEcho = objectOf(value.input_message))],
        [types.title, (value) => (this.title = titleOf(value.title) ?? this.title)],
        [types.model, (value) => this.#noteModel(objectOf(value.metadata))],
        [types.handoff, (value) => this.#handOff(value)],
        [types.moderation, (value) => this.#moderate(objectOf(value.moderation_response))],
        [types.complete, () => (this.complete = true)],
        [types.error, () => (this.failed = true)],
        [types.token, () => undefined],
        [types.details, () => undefined],
      ];
      this.#side = Object.fromEntries(side);
    }

    /** @param {Capture.SseEvent} event */
    feed({ event, data }) {
      if (data === this.#format.endOfLeg) {
        this.endOfLeg = true;
        return;
      }
      if (event === this.#format.pingEvent || data === "") return;
      this.counted += 1;
      const value = this.#parse(data);
      if (event === this.#format.grammarEvent) {
        if (value !== this.#format.grammar) this.uncertain = true;
        return;
      }
      if (typeof value === "object" && value !== null) this.#frame(event, /** @type {Capture.Json} */ (value));
    }

    /** @param {string} data */
    #parse(data) {
      try {
        return /** @type {unknown} */ (JSON.parse(data));
      } catch {
        this.uncertain = true;
        return null;
      }
    }

    /**
     * @param {string} event
     * @param {Capture.Json} frame
     */
    #frame(event, frame) {
      if (typeof frame.type === "string") return this.#sideEvent(frame.type, frame);
      if (event === this.#format.deltaEvent || "v" in frame || "o" in frame) return this.#delta(frame);
      if (holdsMessage(frame) || frame.error) return this.#snapshot(frame);
      this.unknownEvents += 1;
      this.#noteConversation(frame);
    }

    /**
     * @param {string} type
     * @param {Capture.Json} frame
     */
    #sideEvent(type, frame) {
      this.#noteConversation(frame);
      const handle = Object.hasOwn(this.#side, type) ? this.#side[type] : undefined;
      if (handle) handle(frame);
      else this.unknownEvents += 1;
    }

    /** @param {Capture.Json} frame */
    #delta(frame) {
      const carried = this.#carried;
      if ("c" in frame) carried.c = frame.c;
      // Lenient: a whole message is a new one even when the operation carried over is another.
      if (holdsMessage(frame.v) && !frame.p) return this.#open(frame);
      if (typeof frame.p === "string") carried.p = frame.p;
      if (typeof frame.o === "string") carried.o = frame.o;
      if (carried.o === "patch") this.#patch(carried.p, frame.v);
      else this.#apply(carried.o, carried.p, frame.v);
    }

    /** @param {Capture.Json} frame whose `v` holds a message */
    #open(frame) {
      if (frame.p === "") this.#carried.p = "";
      if (typeof frame.o === "string") this.#carried.o = frame.o;
      const document = { root: frame.v };
      this.#slots.set(this.#carried.c, document);
      this.#documents.push(document);
      this.#noteConversation(objectOf(frame.v));
    }

    /**
     * @param {string} base
     * @param {unknown} batch
     */
    #patch(base, batch) {
      if (!Array.isArray(batch)) this.uncertain = true;
      for (const { p, o, v } of listOf(batch).map(objectOf)) {
        this.#apply(typeof o === "string" ? o : "", base + (typeof p === "string" ? p : ""), v);
      }
    }

    /**
     * @param {string} operation
     * @param {string} pointer
     * @param {unknown} value
     */
    #apply(operation, pointer, value) {
      const document = this.#slots.get(this.#carried.c);
      const replacesAll = pointer === "" && typeof value !== "object";
      if (!document || replacesAll || !capture.applyDelta(document, operation, pointer, value)) this.uncertain = true;
    }

    /** @param {Capture.Json} frame a whole message; the last one of an id wins */
    #snapshot(frame) {
      const id = objectOf(frame.message).id;
      const known = this.#slots.get(id);
      this.#noteConversation(frame);
      if (known) {
        known.root = frame;
        return;
      }
      const document = { root: frame };
      if (typeof id === "string") this.#slots.set(id, document);
      this.#documents.push(document);
    }

    /** @param {Capture.Json} value */
    #noteConversation(value) {
      this.conversationId = textOrNull(value.conversation_id) ?? this.conversationId;
      if (value.is_temporary === true || objectOf(value.metadata).is_temporary === true) this.temporary = true;
    }

    /** @param {Capture.Json} metadata */
    #noteModel(metadata) {
      this.model = textOrNull(metadata.model_slug) ?? this.model;
    }

    /** @param {Capture.Json} value */
    #handOff(value) {
      this.handedOff = true;
      for (const option of listOf(value.options).map(objectOf)) {
        if (typeof option.topic_id === "string") this.topics.add(option.topic_id);
      }
    }

    /** @param {Capture.Json} response */
    #moderate(response) {
      if (response.blocked === true) this.blocked = true;
    }

    /** @returns {Capture.Json[]} the messages so far, each id once, in the order of first sight */
    messages() {
      const byId = new Map();
      for (const document of this.#documents) {
        const message = objectOf(objectOf(document.root).message);
        byId.set(textOrNull(message.id) ?? document, message);
      }
      return [...byId.values()];
    }

    /** @returns {Capture.Reply[]} what a person sees as the answer */
    replies() {
      const visible = this.messages().filter(isReply).map(replyOf);
      return visible.filter((/** @type {Capture.Reply} */ reply) => reply.text !== "");
    }

    /** @returns {boolean} the service reported an error in place of an answer */
    hasError() {
      const failing = this.#documents.some(({ root }) => Boolean(objectOf(root).error ?? objectOf(root).error_code));
      return this.failed || failing;
    }

    /** @returns {boolean} the last message is an error text of the system */
    endsInSystemError() {
      const last = this.messages().findLast((message) => roleOf(message) !== "user");
      return objectOf(last?.content).content_type === "system_error";
    }

    /** @returns {boolean} some part of an answer, visible or not, has been opened */
    hasMessages() {
      return this.messages().some((message) => roleOf(message) === "assistant");
    }
  }

  capture.StreamReducer = StreamReducer;
})((globalThis.skilltrailCapture ??= {}));
