"use strict";
// What the learner allows, as the worker tells it. The worker enforces the same once more.

((capture) => {
  /** Older knowledge is asked for again before an exchange is handed over. */
  const FRESH_MS = 12_000;
  const ASK_AGAIN_MS = 1000;

  /** @type {(value: unknown) => string[]} */
  const textsOf = (value) => (Array.isArray(value) ? value.filter((entry) => typeof entry === "string") : []);

  class RulesKeeper {
    #line;
    #wait;
    #now;
    #at = -Infinity;
    /** @type {Promise<void> | null} */
    #asking = null;
    /** @type {Capture.Rules | null} null until the worker has answered */
    known = null;
    leaving = false;
    /** @type {(rules: Capture.Rules) => void} */
    #onChange;

    /**
     * @param {object} needs
     * @param {any} needs.line
     * @param {(ms: number) => Promise<void>} needs.wait
     * @param {() => number} needs.now
     * @param {(rules: Capture.Rules) => void} needs.onChange
     */
    constructor({ line, wait, now, onChange }) {
      this.#line = line;
      this.#wait = wait;
      this.#now = now;
      this.#onChange = onChange;
    }

    /** @returns {Promise<void>} */
    refresh() {
      this.#asking ??= this.#ask().finally(() => (this.#asking = null));
      return this.#asking;
    }

    async #ask() {
      const answer = await this.#line.ask({ type: "capture.rules" });
      if (answer?.ok !== true) return;
      const { paired, consented, paused, activeReads, excluded } = answer;
      this.#at = this.#now();
      this.known = {
        paired: paired === true,
        consented: consented === true,
        paused: paused === true,
        activeReads: activeReads === true,
        excluded: { titles: textsOf(excluded?.titles), projects: textsOf(excluded?.projects), urls: textsOf(excluded?.urls) },
      };
      this.#onChange(this.known);
    }

    /** @returns {Promise<Capture.Rules | null>} not older than some seconds; null when the extension has gone */
    async fresh() {
      while (!this.#isFresh()) {
        await this.refresh();
        if (this.#line.orphaned) return null;
        // Without an answer the exchange waits: handing it over unasked is not ours to decide.
        if (!this.#isFresh()) await this.#wait(ASK_AGAIN_MS);
      }
      return this.known;
    }

    #isFresh() {
      // A page that goes away has no time to ask; the worker applies its own rules in any case.
      return this.known !== null && (this.leaving || this.#now() - this.#at <= FRESH_MS);
    }
  }

  /** @type {(rules: Capture.Rules) => boolean} */
  const allowsCapture = (rules) => rules.paired && rules.consented && !rules.paused;

  /** @type {(url: string) => string} */
  const plainAddress = (url) => url.toLowerCase().replace(/^https?:\/\/(?:www\.)?/, "").replace(/\/+$/, "");

  /** @type {(url: string, excluded: string) => boolean} a prefix that ends where a part of the address ends */
  function addressFits(url, excluded) {
    const [whole, prefix] = [plainAddress(url), plainAddress(excluded)];
    return whole.startsWith(prefix) && ["", "/", "?", "#"].includes(whole.charAt(prefix.length));
  }

  /** @type {(url: string, project: string) => boolean} the address may carry a readable tail after the id */
  const namesProject = (url, project) =>
    url.split(/[/?#]/).some((part) => part === project || part.startsWith(`${project}-`));

  /**
   * @param {Capture.Rules["excluded"]} excluded
   * @param {{titles: (string | null)[], ids: (string | null)[], urls: string[]}} chat all names under which it is known
   * @returns {boolean}
   */
  function isExcluded({ titles, projects, urls }, chat) {
    const named = chat.titles.map((title) => title?.toLowerCase() ?? "");
    return (
      titles.some((words) => named.some((title) => title.includes(words.toLowerCase()))) ||
      projects.some((id) => chat.ids.includes(id) || chat.urls.some((url) => namesProject(url, id))) ||
      urls.some((entry) => chat.urls.some((url) => addressFits(url, entry)))
    );
  }

  /**
   * @param {Capture.Draft} draft with its conversation id
   * @param {{origin: string, here: Capture.Route, pageTitle: string}} tab
   * @returns {{titles: (string | null)[], ids: (string | null)[], urls: string[]}} for `isExcluded`
   */
  function namesOf({ conversationId, projectId, gizmoId, title }, { origin, here, pageTitle }) {
    const isHere = here.conversationId === conversationId;
    const urls = [`${origin}/c/${conversationId}`];
    if (projectId) urls.push(`${origin}/g/${projectId}/c/${conversationId}`);
    if (isHere) urls.push(here.url);
    return { titles: [title, isHere ? pageTitle : null], ids: [projectId, gizmoId], urls };
  }

  capture.namesOf = namesOf;
  capture.RulesKeeper = RulesKeeper;
  capture.allowsCapture = allowsCapture;
  capture.isExcluded = isExcluded;
})((globalThis.skilltrailCapture ??= {}));
