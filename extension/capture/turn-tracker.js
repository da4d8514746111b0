"use strict";
// Follows every turn of the page from its send to its end, over all the streams that carry parts of it.

((capture) => {
  const TURNS_MAX = 60;
  /** Characters of stream text per turn; an answer of this size is far beyond what a model writes. */
  const TURN_TEXT_MAX = 8 * 1024 * 1024;
  const ITEM_IDS_MAX = 50_000;

  /** @typedef {any} Turn see turn.js */

  class TurnTracker {
    /** @type {Turn[]} the oldest first */
    #turns = [];
    #format;
    #memory;
    #emit;
    #now;
    #newKey;

    /**
     * @param {object} needs
     * @param {Capture.StreamFormat} needs.format
     * @param {any} needs.memory
     * @param {(message: Capture.UpMessage) => void} needs.emit
     * @param {() => string} needs.now RFC 3339
     * @param {() => string} needs.newKey
     */
    constructor({ format, memory, emit, now, newKey }) {
      this.#format = format;
      this.#memory = memory;
      this.#emit = emit;
      this.#now = now;
      this.#newKey = newKey;
    }

    /**
     * A send has left the page.
     *
     * @param {Capture.Send | null} send null when its body could not be read
     * @returns {Turn}
     */
    begin(send) {
      const turn = this.#add(send);
      if (send === null) turn.reducer.uncertain = true;
      if (send?.temporary || turn.dropped) {
        this.#drop(turn);
        return turn;
      }
      if (send) this.#remember(send);
      const { conversationId, promptId } = send ?? { conversationId: null, promptId: null };
      this.#emit({ type: "send", turn: turn.key, conversationId, promptId });
      return turn;
    }

    /** @param {Capture.Send} send */
    #remember({ promptId, prompt, parentId, conversationId, createdAt, attachments }) {
      if (promptId === null || prompt === null) return;
      this.#memory.notePrompt({ promptId, prompt, parentId, conversationId, createdAt, attachments });
    }

    /**
     * The page asks for the rest of an answer.
     *
     * @param {{conversationId: string | null, offset: number}} resume
     * @returns {Turn}
     */
    resume({ conversationId, offset }) {
      const turn = this.#open(conversationId) ?? this.#add(null, conversationId);
      // From the start again: what the first stream brought would be doubled.
      if (offset === 0) this.#restart(turn);
      else if (offset !== turn.reducer.counted) turn.reducer.uncertain = true;
      turn.secondLegEnded = false;
      return turn;
    }

    /** @param {Turn} turn */
    #restart(turn) {
      const { conversationId, topics, title, promptEcho } = turn.reducer;
      turn.reducer = new capture.StreamReducer(this.#format);
      Object.assign(turn.reducer, { conversationId, topics, title, promptEcho, handedOff: true });
    }

    /**
     * @param {Turn} turn
     * @param {boolean} second whether this is the stream after a hand-off
     * @returns {Capture.Leg}
     */
    leg(turn, second = false) {
      const parser = new capture.SseParser((/** @type {Capture.SseEvent} */ event) => this.#feed(turn, event));
      let open = true;
      turn.openLegs += 1;
      return {
        push: (text) => {
          turn.characters += text.length;
          if (open && turn.characters <= TURN_TEXT_MAX) parser.push(text);
        },
        end: (how) => {
          if (!open) return;
          open = false;
          if (parser.end() && how === "end" && !turn.reducer.endOfLeg) turn.reducer.uncertain = true;
          turn.openLegs -= 1;
          if (second) turn.secondLegEnded = true;
          this.settle(turn, turn.characters > TURN_TEXT_MAX ? "cap" : how);
        },
        get full() {
          return turn.characters > TURN_TEXT_MAX;
        },
      };
    }

    /**
     * @param {Turn} turn
     * @param {Capture.SseEvent} event
     */
    #feed(turn, event) {
      turn.reducer.feed(event);
      const { temporary, conversationId } = turn.reducer;
      if (!turn.dropped && (temporary || this.#memory.isTemporary(conversationId))) this.#drop(turn);
      if (turn.dropped && conversationId) this.#noteTemporary(conversationId);
    }

    /**
     * @param {Turn} turn
     * @param {Capture.LegEnd} how
     */
    settle(turn, how) {
      if (turn.dropped) return;
      const context = { memory: this.#memory, extractor: this.#format.extractor, now: this.#now };
      const verdict = capture.judgeTurn(turn, how, context);
      if (verdict.kind === "waiting") return;
      if (verdict.kind === "failed") this.#report(turn, verdict.code, this.#failure(turn, verdict.code));
      else this.#reportFinished(turn, verdict.draft);
    }

    /**
     * @param {Turn} turn
     * @param {Capture.Draft} draft
     */
    #reportFinished(turn, draft) {
      turn.concluded = draft.status !== "partial";
      if (turn.concluded && draft.promptId) this.#memory.noteAnswered(draft.promptId);
      const report = [draft.status, draft.fidelity, draft.replyId, draft.reply.length].join(" ");
      this.#report(turn, report, { type: "finished", turn: turn.key, draft });
    }

    /**
     * @param {Turn} turn
     * @param {string} code
     * @returns {Capture.UpMessage}
     */
    #failure(turn, code) {
      const { conversationId } = turn.reducer;
      return { type: "failed", turn: turn.key, conversationId, promptId: turn.send?.promptId ?? null, code };
    }

    /**
     * @param {Turn} turn
     * @param {string} report a later stream of the turn may end in the same state: say it once
     * @param {Capture.UpMessage} message
     */
    #report(turn, report, message) {
      if (turn.lastReport === report) return;
      turn.lastReport = report;
      this.#emit(message);
    }

    /**
     * The request itself came to nothing.
     *
     * @param {Turn} turn
     * @param {string} code
     */
    fail(turn, code) {
      if (!turn.dropped) this.#report(turn, code, this.#failure(turn, code));
    }

    /**
     * The person pressed stop; the stream ends some seconds later.
     *
     * @param {string | null} conversationId null: the turn that runs
     */
    stop(conversationId) {
      const running = () => this.#turns.findLast((one) => one.openLegs > 0);
      const turn = conversationId === null ? running() : this.#open(conversationId);
      if (turn) turn.stopped = true;
    }

    /** The page goes away: what has been read so far is all there will be. */
    cutAll() {
      for (const turn of this.#turns) if (turn.openLegs > 0) this.settle(turn, "cut");
    }

    /**
     * One item of an answer that comes by socket.
     *
     * @param {{topic: string | null, conversationId: string | null, id: string | null, parentId: string | null, text: string}} item
     */
    socketItem({ topic, conversationId, id, parentId, text }) {
      const turn = this.#byTopic(topic) ?? this.#open(conversationId) ?? this.#add(null, conversationId);
      if (topic) turn.reducer.topics.add(topic);
      if (id !== null && !this.#isNewItem(turn, id, parentId)) return;
      turn.reducer.handedOff = true;
      turn.socketLeg ??= this.leg(turn, true);
      turn.socketLeg.push(text);
    }

    /**
     * @param {Turn} turn
     * @param {string} id
     * @param {string | null} parentId
     */
    #isNewItem(turn, id, parentId) {
      if (turn.itemIds.has(id)) return false;
      // An item whose predecessor never came: text is missing between them.
      if (turn.itemIds.size > 0 && parentId !== null && !turn.itemIds.has(parentId)) turn.reducer.uncertain = true;
      if (turn.itemIds.size === 0 && parentId !== null) turn.itemIds.add(parentId);
      if (turn.itemIds.size < ITEM_IDS_MAX) turn.itemIds.add(id);
      return true;
    }

    /**
     * @param {{topic: string | null, conversationId: string | null}} where
     * @param {Capture.LegEnd} how
     */
    socketEnd({ topic, conversationId }, how) {
      const turn = this.#byTopic(topic) ?? this.#open(conversationId);
      const leg = turn?.socketLeg;
      if (!turn || !leg) return;
      turn.socketLeg = null;
      leg.end(how);
    }

    /**
     * @param {string | null} topic
     * @returns {Turn | undefined}
     */
    #byTopic(topic) {
      return topic === null ? undefined : this.#turns.findLast((turn) => turn.reducer.topics.has(topic));
    }

    /**
     * The turn of a chat that still waits for (more of) its answer. A finished one must not be found: the
     * same chat may go on in another tab, and its answer would be hung onto this one.
     *
     * @param {string | null} conversationId
     * @returns {Turn | undefined}
     */
    #open(conversationId) {
      if (conversationId === null) return undefined;
      return this.#turns.findLast((turn) => !turn.concluded && turn.reducer.conversationId === conversationId);
    }

    /**
     * @param {Capture.Send | null} send
     * @param {string | null} conversationId
     * @returns {Turn}
     */
    #add(send, conversationId = null) {
      const turn = new capture.Turn(this.#newKey(), send, this.#now(), new capture.StreamReducer(this.#format));
      turn.reducer.conversationId ??= conversationId;
      turn.dropped = this.#memory.isTemporary(turn.reducer.conversationId);
      this.#turns.push(turn);
      if (this.#turns.length > TURNS_MAX) this.#turns.shift();
      return turn;
    }

    /** @param {Turn} turn */
    #drop(turn) {
      turn.dropped = true;
      const { conversationId } = turn.reducer;
      if (conversationId) this.#noteTemporary(conversationId);
      this.#emit({ type: "dropped", turn: turn.key });
    }

    /** @param {string} conversationId */
    #noteTemporary(conversationId) {
      if (this.#memory.isTemporary(conversationId)) return;
      this.#memory.noteTemporary(conversationId);
      this.#emit({ type: "temporary", conversationId });
    }
  }

  capture.TurnTracker = TurnTracker;
})((globalThis.skilltrailCapture ??= {}));
