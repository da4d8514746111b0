"use strict";
// Follows each turn that the tap reports to its last word: waits for the rest of a partial answer and for
// the real id of a new chat, counts, and passes finished exchanges on in order.

((capture) => {
  /** A partial answer may still be followed by the rest of it, on another stream. */
  const SETTLE_MS = 4000;
  const LOOK_MS = 250;
  const TURNS_MAX = 200;
  /** Failures after which the page may go on with the same turn. */
  const PASSING_CODES = new Set(["cut", "error", "no_stream"]);

  /**
   * @typedef {object} TurnRecord what is known of one turn of the tap
   * @property {Capture.Route} route where the tab was when the turn began
   * @property {boolean} skipped it began while nothing was to be kept
   * @property {boolean} dropped it is nobody's business: a temporary chat
   * @property {Promise<void>} decided the worker has said whether it was to be kept
   * @property {boolean} sendCounted
   * @property {boolean} finishCounted
   * @property {number} version grows with every message, so that a later one overtakes
   */

  class TurnIntake {
    /** @type {Map<string, TurnRecord>} */
    #turns = new Map();
    /** @type {Set<{turn: string, conversationId: string | null, over: boolean}>} */
    #settling = new Set();
    /** Turns of a chat are handed over in the order in which they ended, though some wait. */
    #queues = new capture.ChatQueues();
    #leaving = false;
    #needs;

    /**
     * @param {object} needs
     * @param {Capture.PageSite} needs.site
     * @param {any} needs.exchanges
     * @param {any} needs.book
     * @param {any} needs.rules
     * @param {any} needs.health
     * @param {() => Capture.Route} needs.route
     * @param {(promptId: string | null) => string | null} needs.promptInPage
     * @param {(ms: number) => Promise<void>} needs.wait
     * @param {() => number} needs.now milliseconds since 1970
     */
    constructor(needs) {
      this.#needs = needs;
    }

    /** @param {Capture.UpMessage} message already checked */
    take(message) {
      if (message.type === "send") this.#send(message);
      if (message.type === "finished") this.#finished(message);
      if (message.type === "failed") this.#failed(message);
      if (message.type === "dropped") this.#overtake(message.turn, { dropped: true });
    }

    /**
     * @param {string} turn
     * @param {Partial<TurnRecord>} change
     * @returns {TurnRecord}
     */
    #overtake(turn, change = {}) {
      const marks = { skipped: false, dropped: false, sendCounted: true, finishCounted: false, version: 0 };
      const fresh = { route: this.#needs.route(), decided: Promise.resolve(), ...marks };
      const record = Object.assign(this.#turns.get(turn) ?? fresh, change);
      record.version += 1;
      this.#turns.set(turn, record);
      if (this.#turns.size > TURNS_MAX) this.#turns.delete(String(this.#turns.keys().next().value));
      return record;
    }

    /** @param {Extract<Capture.UpMessage, {type: "send"}>} message */
    #send({ turn, conversationId, promptId }) {
      const { rules, book } = this.#needs;
      const record = this.#overtake(turn, { sendCounted: false });
      book.noteHandled(promptId, null);
      // What is known here may be seconds old; what the worker says now, at the send, counts, even if the answer
      // comes later: paused when it was asked means not kept.
      record.decided = rules.refresh().then(() => {
        record.skipped = rules.known !== null && !capture.allowsCapture(rules.known);
        if (rules.known?.paused) book.noteRefused(promptId);
        if (conversationId !== null) this.#countSend(record, conversationId);
      });
      this.#endSettling((one) => one.conversationId === conversationId);
    }

    /**
     * @param {TurnRecord} record
     * @param {string} conversationId
     */
    #countSend(record, conversationId) {
      if (record.sendCounted || record.skipped || record.dropped || !this.#isId(conversationId)) return;
      if (this.#needs.book.isTemporary(conversationId)) return;
      record.sendCounted = true;
      this.#needs.health.count(conversationId, "sends_seen");
    }

    /** @param {Extract<Capture.UpMessage, {type: "finished"}>} message */
    #finished({ turn, draft }) {
      const record = this.#overtake(turn);
      const { version } = record;
      this.#endSettling((one) => one.turn === turn);
      this.#queues.add(draft.conversationId ?? turn, async () => {
        await record.decided;
        if (draft.status === "partial" && record.version === version) await this.#settle(turn, draft.conversationId);
        const conversationId = await this.#realId(draft.conversationId, record);
        if (conversationId === null || !this.#isCurrent(record, version, conversationId)) return;
        this.#countSend(record, conversationId);
        const completed = this.#completed(draft, conversationId, record);
        // Without its prompt it is no exchange; the page shows both, so no outcome is noted and it is read there.
        if (capture.hasPrompt(completed)) await this.#keepTurn(completed, conversationId, record);
        if (draft.status === "partial" || !capture.hasPrompt(completed)) this.#needs.exchanges.readAgain(conversationId, turn);
      });
    }

    /**
     * @param {TurnRecord} record
     * @param {number} version
     * @param {string} conversationId
     * @returns {boolean} whether the message that was waited with is still the last word on its turn
     */
    #isCurrent(record, version, conversationId) {
      return record.version === version && !record.skipped && !record.dropped && !this.#needs.book.isTemporary(conversationId);
    }

    /**
     * @param {Capture.Draft} draft
     * @param {string} conversationId
     * @param {TurnRecord} record
     */
    async #keepTurn(draft, conversationId, record) {
      this.#outcome(conversationId, draft.promptId);
      const counts = !record.finishCounted;
      record.finishCounted = true;
      await this.#needs.exchanges.keep(draft, { urgent: true, counts });
    }

    /**
     * Leaves time for something better to come of a turn.
     *
     * @param {string} turn
     * @param {string | null} conversationId
     */
    async #settle(turn, conversationId) {
      const settling = { turn, conversationId, over: false };
      const end = this.#needs.now() + SETTLE_MS;
      this.#settling.add(settling);
      while (!settling.over && !this.#leaving && this.#needs.now() < end) await this.#needs.wait(LOOK_MS);
      this.#settling.delete(settling);
    }

    /** @param {(settling: {turn: string, conversationId: string | null}) => boolean} isMeant nothing better will come */
    #endSettling(isMeant) {
      for (const settling of this.#settling) settling.over ||= isMeant(settling);
    }

    /** @param {Extract<Capture.UpMessage, {type: "failed"}>} message */
    async #failed({ turn, conversationId, promptId, code }) {
      const { rules, health } = this.#needs;
      const record = this.#overtake(turn);
      const { version } = record;
      if (PASSING_CODES.has(code)) await this.#settle(turn, conversationId);
      const id = await this.#realId(conversationId, record);
      if (id === null || !this.#isCurrent(record, version, id)) return;
      if (rules.known && !capture.allowsCapture(rules.known)) return;
      this.#countSend(record, id);
      health.count(id, "failed");
      this.#outcome(id, promptId);
    }

    /**
     * @param {string} conversationId
     * @param {string | null} promptId
     */
    #outcome(conversationId, promptId) {
      this.#needs.book.noteOutcome(conversationId, promptId, this.#needs.now());
      this.#needs.health.setDegraded(conversationId, false);
    }

    /** @param {string | null} id */
    #isId(id) {
      return id !== null && this.#needs.site.urls.conversationId.test(id);
    }

    /**
     * @param {string | null} said what the tap says
     * @param {TurnRecord} record
     * @returns {Promise<string | null>} the id that the tab's own addresses carry
     */
    async #realId(said, record) {
      if (this.#isId(said)) return String(said).toLowerCase();
      const { route, wait, now } = this.#needs;
      return capture.awaitConversationId(record.route, { look: route, wait, now, isOver: () => this.#leaving });
    }

    /**
     * @param {Capture.Draft} draft
     * @param {string} conversationId
     * @param {TurnRecord} record
     * @returns {Capture.Draft} with what the address and the page know besides
     */
    #completed(draft, conversationId, { route }) {
      const here = route.conversationId === conversationId || route.kind === "new";
      return {
        ...draft,
        conversationId,
        prompt: draft.prompt ?? this.#needs.promptInPage(draft.promptId),
        projectId: draft.projectId ?? (here ? route.projectId : null),
        gizmoId: draft.gizmoId ?? (here ? route.gizmoId : null),
      };
    }

    /** The page goes away: what waits for something better goes as it is. */
    leave() {
      this.#leaving = true;
    }

    /** The page came back from the browser's cache. */
    comeBack() {
      this.#leaving = false;
    }
  }

  capture.TurnIntake = TurnIntake;
})((globalThis.skilltrailCapture ??= {}));
