"use strict";
// Decides whether an exchange may be kept, and hands it to the worker.

((capture) => {
  const TITLE_WAIT_MS = 6000;
  const LOOK_MS = 250;

  /** Runs what concerns the same chat one after the other, in the order in which it came. */
  class ChatQueues {
    /** @type {Map<string, Promise<void>>} what is under way, by chat */
    #last = new Map();

    /**
     * @param {string} chat
     * @param {() => Promise<void>} work
     */
    add(chat, work) {
      const before = this.#last.get(chat) ?? Promise.resolve();
      const after = before.then(work, work);
      this.#last.set(chat, after);
      after.finally(() => this.#last.get(chat) === after && this.#last.delete(chat));
    }
  }

  class ExchangeIntake {
    #leaving = false;
    #documents = new ChatQueues();
    #needs;

    /**
     * @param {object} needs
     * @param {Capture.PageSite} needs.site
     * @param {any} needs.book
     * @param {any} needs.rules
     * @param {any} needs.health
     * @param {any} needs.line
     * @param {any} needs.reads
     * @param {() => Capture.Route} needs.route
     * @param {() => string} needs.pageTitle
     * @param {(ms: number) => Promise<void>} needs.wait
     * @param {() => number} needs.now milliseconds since 1970
     */
    constructor(needs) {
      this.#needs = needs;
    }

    /** @param {Capture.UpMessage} message already checked */
    take(message) {
      const { book, reads } = this.#needs;
      if (message.type === "temporary") book.noteTemporary(message.conversationId);
      if (message.type === "conversation") this.#conversation(message);
      if (message.type === "chats") message.chats.forEach((chat) => book.note(chat));
      if (message.type === "read") reads.done(message);
    }

    /**
     * An exchange that was read from the page itself.
     *
     * @param {Capture.Draft} draft
     * @param {{live: boolean}} turn whether we saw it happen
     */
    async takeFromPage(draft, { live }) {
      const kept = await this.keep(draft, { urgent: live, counts: live });
      const unfinished = live || draft.status === "partial";
      if (kept && unfinished && draft.conversationId) this.readAgain(draft.conversationId, draft.promptId ?? capture.textKey(draft.reply));
    }

    /** @param {Extract<Capture.UpMessage, {type: "conversation"}>} message */
    #conversation({ chat, drafts }) {
      this.#needs.book.note(chat);
      // A long chat comes in several messages; side by side, they would be handed over like shuffled cards.
      this.#documents.add(chat.id, async () => {
        for (const draft of drafts) await this.keep({ ...draft, conversationId: chat.id }, { urgent: false, counts: false });
      });
    }

    /**
     * @param {Capture.Draft} draft with its conversation id
     * @param {{urgent: boolean, counts: boolean}} how
     * @returns {Promise<boolean>} whether it was handed over
     */
    async keep(draft, { urgent, counts }) {
      const { book, rules, health, line, site, now } = this.#needs;
      const conversationId = String(draft.conversationId);
      const allowed = await rules.fresh();
      if (allowed === null) return false;
      book.noteHandled(draft.promptId, draft.prompt);
      if (allowed.paused) book.noteRefused(draft.promptId);
      if (!capture.allowsCapture(allowed) || book.mustNotKeep(conversationId, draft.promptId)) return false;
      if (allowed.excluded.titles.length > 0 && draft.title === null) await this.#title(conversationId);
      const known = book.completed({ ...draft, conversationId });
      if (!this.#isWanted(known, allowed)) return false;
      if (counts) health.count(conversationId, "replies_finished");
      const capturedAt = new Date(now()).toISOString();
      line.deliver(capture.makeItem(known, { provider: site.provider, capturedAt }), urgent);
      return true;
    }

    /** @param {string} conversationId the title of a new chat comes after its first answer */
    async #title(conversationId) {
      const { book, now, wait } = this.#needs;
      const end = now() + TITLE_WAIT_MS;
      while (book.facts(conversationId).title === null && now() < end && !this.#leaving) await wait(LOOK_MS);
    }

    /**
     * @param {Capture.Draft} draft
     * @param {Capture.Rules} rules
     */
    #isWanted(draft, rules) {
      const { site, route, pageTitle, book } = this.#needs;
      const names = capture.namesOf(draft, { origin: site.urls.origin, here: route(), pageTitle: pageTitle() });
      return hasPrompt(draft) && !capture.isExcluded(rules.excluded, names) && book.noteDelivered(draft);
    }

    /**
     * @param {string} conversationId
     * @param {string} exchange
     */
    readAgain(conversationId, exchange) {
      if (this.#needs.rules.known?.activeReads) this.#needs.reads.request(conversationId, exchange);
    }

    /** The page goes away: what waits for a title goes without it. */
    leave() {
      this.#leaving = true;
    }

    /** The page came back from the browser's cache. */
    comeBack() {
      this.#leaving = false;
    }
  }

  /** @type {(draft: Capture.Draft) => boolean} without its prompt an answer is no exchange */
  const hasPrompt = (draft) => Boolean(draft.prompt) || draft.attachments.length > 0;

  capture.hasPrompt = hasPrompt;
  capture.ChatQueues = ChatQueues;
  capture.ExchangeIntake = ExchangeIntake;
})((globalThis.skilltrailCapture ??= {}));
