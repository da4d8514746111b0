"use strict";
// Watches the turns on the page and gives those to the intake whose traffic was not seen. Never scrolls,
// never clicks; costs nothing on pages without a chat.

((capture) => {
  const TICK_MS = 600;
  /** Text unchanged for this long, besides the other signs, means that an answer is finished. */
  const STABLE_MS = 1500;
  /** After that the tap has this long to report the same turn. */
  const GRACE_MS = 5000;
  /** The tap may have seen the send a little before the page shows that it is busy. */
  const HEADSTART_MS = 15_000;
  /** A turn that never becomes complete is not looked at for ever. */
  const PATIENCE_MS = 60_000;
  const TURNS_MAX = 3000;

  /**
   * @typedef {object} Watched one turn
   * @property {string} conversationId "" while the chat has no id yet
   * @property {string} fingerprint
   * @property {number} firstSeen
   * @property {number} since the text is unchanged
   * @property {number | null} liveSince when it was first seen to be written
   * @property {string} liveFingerprint
   * @property {Capture.Draft | null} draft read once it was finished
   * @property {number} settledAt
   * @property {boolean} done
   */

  class DomWatch {
    /** @type {Map<string, Watched>} */
    #turns = new Map();
    /** @type {MutationObserver | null} */
    #observer = null;
    #scheduled = false;
    #busySeen = false;
    /** @type {Capture.Route | null} */
    #route = null;
    #needs;

    /**
     * @param {object} needs
     * @param {any} needs.world window of the content script
     * @param {any} needs.reader
     * @param {any} needs.book
     * @param {any} needs.intake
     * @param {any} needs.health
     * @param {() => Capture.Rules | null} needs.rules
     * @param {() => Capture.Route} needs.route
     * @param {() => number} needs.now milliseconds since 1970
     * @param {(work: () => void, ms: number) => void} needs.later
     * @param {string} needs.extractor
     */
    constructor(needs) {
      this.#needs = needs;
    }

    /** The address has changed, or we have just begun. */
    follow() {
      const route = this.#needs.route();
      const left = this.#route;
      this.#route = route;
      if (this.#observer !== null && left?.kind === "chat" && left.conversationId !== route.conversationId) this.#leave(left);
      if (isChat(route) && this.#observer === null) this.#observe();
      if (!isChat(route)) this.stop();
      if (isChat(route)) this.#schedule();
    }

    /** @param {Capture.Route} left */
    #leave(left) {
      const rules = this.#needs.rules();
      if (rules !== null && capture.allowsCapture(rules)) this.#gather(left);
      // What was busy in one chat says nothing about the next; but a new chat gets its id while it is busy.
      this.#busySeen = false;
    }

    stop() {
      this.#observer?.disconnect();
      this.#observer = null;
    }

    #observe() {
      const { world } = this.#needs;
      this.#observer = new world.MutationObserver(() => this.#mutated());
      this.#observer?.observe(world.document, { childList: true, subtree: true });
    }

    #mutated() {
      // A short answer may begin and end between two looks at the page.
      if (!this.#busySeen && this.#needs.reader.isBusy()) this.#busySeen = true;
      this.#schedule();
    }

    #schedule() {
      if (this.#scheduled || this.#observer === null) return;
      this.#scheduled = true;
      this.#needs.later(() => {
        this.#scheduled = false;
        if (this.#observer !== null) this.look();
      }, TICK_MS);
    }

    /** One look at the page. */
    look() {
      const route = this.#needs.route();
      const rules = this.#needs.rules();
      if (!isChat(route) || rules === null) return this.#schedule();
      const page = this.#needs.reader.read();
      const elsewhere = page.conversationId !== null && route.conversationId !== null && page.conversationId !== route.conversationId;
      if (elsewhere) return this.#schedule();
      this.#noteTurns(page, route);
      if (!capture.allowsCapture(rules)) this.#passOver(route);
      else this.#decideAll(page, route.conversationId);
      if (this.#isWaiting(page)) this.#schedule();
    }

    /**
     * @param {Capture.DomPage} page
     * @param {Capture.Route} route
     */
    #noteTurns(page, route) {
      const last = page.turns.at(-1);
      for (const turn of page.turns) this.#noteTurn(turn, route, turn === last ? page.busy : null);
      if (last) this.#busySeen = page.busy;
    }

    /**
     * @param {Capture.DomTurn} turn
     * @param {Capture.Route} route
     * @param {boolean | null} busy whether the page writes into it; null: it is not the last one
     */
    #noteTurn(turn, route, busy) {
      const here = route.conversationId ?? "";
      const watched = this.#watched(turn, here);
      if (watched.conversationId === "") watched.conversationId = here;
      if (watched.conversationId !== here) return;
      // A chat that is just beginning has no past.
      if (route.kind === "new") watched.liveSince ??= watched.firstSeen;
      if (busy !== null && (busy || this.#busySeen)) this.#markLive(watched, turn);
      if (!watched.done) this.#noteText(watched, turn, { route, busy });
    }

    /**
     * @param {Capture.DomTurn} turn
     * @param {string} conversationId
     * @returns {Watched} a turn stays with the chat it was first seen in: the page may show it a moment too long
     */
    #watched(turn, conversationId) {
      const known = this.#turns.get(turn.key);
      if (known) return known;
      const now = this.#needs.now();
      const fresh = { conversationId, fingerprint: "", firstSeen: now, since: now, liveSince: null, liveFingerprint: "" };
      const watched = { ...fresh, draft: null, settledAt: 0, done: false };
      this.#turns.set(turn.key, watched);
      if (this.#turns.size > TURNS_MAX) this.#turns.delete(String(this.#turns.keys().next().value));
      return watched;
    }

    /**
     * The page writes into its last turn; one that was finished is being written anew.
     *
     * @param {Watched} watched
     * @param {Capture.DomTurn} turn
     */
    #markLive(watched, turn) {
      if (watched.liveSince !== null && !watched.done) return;
      watched.liveSince = this.#needs.now();
      watched.liveFingerprint = turn.fingerprint();
      watched.draft = null;
      watched.done = false;
    }

    /**
     * @param {Watched} watched
     * @param {Capture.DomTurn} turn
     * @param {{route: Capture.Route, busy: boolean | null}} place
     */
    #noteText(watched, turn, { route, busy }) {
      const now = this.#needs.now();
      const fingerprint = turn.fingerprint();
      if (fingerprint !== watched.fingerprint || busy === true) {
        Object.assign(watched, { fingerprint, since: now, draft: null });
      }
      // A turn that another one follows is finished: only the last one must have been still for a while.
      if (busy === null || now - watched.since >= STABLE_MS) this.#settle(watched, turn, route);
    }

    /**
     * @param {Watched} watched
     * @param {Capture.DomTurn} turn
     * @param {Capture.Route} route
     */
    #settle(watched, turn, route) {
      if (watched.draft !== null || watched.done || !turn.hasActions) return;
      const { book, extractor, now } = this.#needs;
      const seen = { from: watched.liveSince ?? watched.firstSeen, to: watched.liveSince === null ? null : watched.since };
      const { createdAt } = book.facts(watched.conversationId);
      watched.draft = capture.draftOfTurn(turn, { conversationId: watched.conversationId, route, seen, createdAt, extractor });
      watched.settledAt = now();
      // Nothing to read, such as a picture: no exchange.
      if (watched.draft === null) watched.done = true;
    }

    /**
     * A chat is being left: what it has finished is read now, while the page still shows it.
     *
     * @param {Capture.Route} left
     */
    #gather(left) {
      const page = this.#needs.reader.read();
      const finished = page.busy ? page.turns.slice(0, -1) : page.turns;
      for (const turn of finished) {
        const watched = this.#turns.get(turn.key);
        // The page may show the next chat already: only turns that were seen in this one count.
        if (watched?.conversationId === left.conversationId) this.#settle(watched, turn, left);
      }
    }

    /**
     * Nothing is to be kept now, and later nobody can tell these turns from others.
     *
     * @param {Capture.Route} route
     */
    #passOver(route) {
      for (const watched of this.#turns.values()) {
        if (watched.conversationId === (route.conversationId ?? "")) watched.done = true;
      }
    }

    /**
     * Also turns of a chat that was left meanwhile: they were read in time.
     *
     * @param {Capture.DomPage} page
     * @param {string | null} here
     */
    #decideAll(page, here) {
      const shown = [...this.#turns.values()].filter((watched) => watched.conversationId === here);
      if (here !== null && shown.length > 0) this.#needs.health.setTurns(here, shown.length);
      for (const watched of this.#turns.values()) {
        const stillBusy = page.busy && watched.conversationId === here;
        if (watched.conversationId !== "" && !stillBusy && this.#isRipe(watched)) this.#decide(watched);
      }
    }

    /** @param {Watched} watched */
    #isRipe({ draft, done, settledAt }) {
      return !done && draft !== null && this.#needs.now() - settledAt >= GRACE_MS;
    }

    /** @param {Watched} watched */
    #decide(watched) {
      const { book, intake, health } = this.#needs;
      const draft = /** @type {Capture.Draft} */ (watched.draft);
      const live = wasWritten(watched);
      watched.done = true;
      watched.draft = null;
      const seenByTap = live
        ? book.hadOutcome(watched.conversationId, draft.promptId, Number(watched.liveSince) - HEADSTART_MS)
        : book.isHandled(draft.promptId, draft.prompt ?? "");
      if (seenByTap || book.isTemporary(watched.conversationId)) return;
      if (live) health.setDegraded(watched.conversationId, true);
      intake.takeFromPage(draft, { live });
    }

    /**
     * @param {Capture.DomPage} page
     * @returns {boolean} whether something is to be decided that no change of the page will announce
     */
    #isWaiting(page) {
      const now = this.#needs.now();
      if (page.busy) return true;
      return [...this.#turns.values()].some((watched) => !watched.done && (watched.draft !== null || now - watched.since < PATIENCE_MS));
    }
  }

  /** @type {(watched: Watched) => boolean} busy with a turn known before, and not a word of it changed: it was another */
  const wasWritten = ({ liveSince, firstSeen, fingerprint, liveFingerprint }) =>
    liveSince !== null && (firstSeen > liveSince - TICK_MS || fingerprint !== liveFingerprint);

  /** @type {(route: Capture.Route) => boolean} */
  const isChat = (route) => route.kind !== "none" && !route.temporary;

  capture.DomWatch = DomWatch;
})((globalThis.skilltrailCapture ??= {}));
