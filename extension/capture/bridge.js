"use strict";
// Last file in the extension's own world: puts the parts together. Takes what the tap in the page's
// world reports, checks it, and hands finished exchanges to the worker.

((capture) => {
  const RULES_EVERY_MS = 10_000;

  /** Waits that end at once when the page goes away. */
  class Patience {
    /** @type {Set<() => void>} */
    #open = new Set();
    #over = false;
    #world;

    /** @param {any} world */
    constructor(world) {
      this.#world = world;
    }

    /**
     * @param {number} ms
     * @returns {Promise<void>}
     */
    wait = (ms) =>
      new Promise((resolve) => {
        if (this.#over) return resolve();
        const end = () => {
          this.#open.delete(end);
          resolve();
        };
        this.#open.add(end);
        this.#world.setTimeout(end, ms);
      });

    /** @param {boolean} over */
    setOver(over) {
      this.#over = over;
      if (over) for (const end of [...this.#open]) end();
    }
  }

  class Bridge {
    #world;
    #site;
    #patience;
    #stopped = false;
    /** @type {(() => void)[]} */
    #undo = [];

    /**
     * @param {any} world window of the content script
     * @param {any} runtime of the browser's extension API
     * @param {Capture.PageSite} site
     */
    constructor(world, runtime, site) {
      this.#world = world;
      this.#site = site;
      this.#patience = new Patience(world);
      const { wait } = this.#patience;
      const now = () => Date.now();
      const later = (/** @type {() => void} */ work, /** @type {number} */ ms) => world.setTimeout(() => this.#stopped || work(), ms);
      this.line = new capture.WorkerLine({ runtime, wait, onOrphan: () => this.stop() });
      this.rules = new capture.RulesKeeper({ line: this.line, wait, now, onChange: (/** @type {Capture.Rules} */ rules) => this.#allow(rules) });
      this.health = new capture.HealthRows({
        provider: site.provider,
        report: (/** @type {Capture.HealthRow} */ row) => this.line.ask({ type: "capture.health", row }),
        later,
        now: () => new Date(now()).toISOString(),
      });
      this.book = new capture.ChatBook();
      this.reads = new capture.ReadPolicy({ now, send: (/** @type {string} */ id) => this.channel.send({ type: "read", conversationId: id }) });
      this.routes = new capture.RouteWatch(world, site.urls, () => this.page.follow());
      const { document } = world;
      this.reader = new capture.DomReader({ document, format: site.dom, isShown });
      this.exchanges = new capture.ExchangeIntake(this.#intakeNeeds(now));
      this.turns = new capture.TurnIntake({ ...this.#intakeNeeds(now), exchanges: this.exchanges });
      this.page = new capture.DomWatch({
        ...{ world, reader: this.reader, book: this.book, intake: this.exchanges, health: this.health, now, later },
        rules: () => this.rules.known,
        route: this.routes.look,
        extractor: site.dom.extractor,
      });
      const check = capture.makeMessageCheck((/** @type {string} */ id) => site.urls.conversationId.test(id));
      this.channel = capture.acceptChannel(world, (/** @type {unknown} */ said) => {
        const message = this.#stopped ? null : check(said);
        if (message === null) return;
        this.exchanges.take(message);
        this.turns.take(message);
      });
    }

    /** @param {() => number} now */
    #intakeNeeds(now) {
      return {
        ...{ site: this.#site, book: this.book, rules: this.rules, health: this.health, line: this.line, reads: this.reads, now },
        wait: this.#patience.wait,
        route: this.routes.look,
        pageTitle: () => this.#world.document.title,
        promptInPage: (/** @type {string | null} */ promptId) => this.reader.promptText(promptId),
      };
    }

    start() {
      const { document } = this.#world;
      this.routes.start();
      this.page.follow();
      this.rules.refresh();
      this.#every(RULES_EVERY_MS, () => document.visibilityState === "visible" && this.rules.refresh());
      this.#on(document, "visibilitychange", () => document.visibilityState === "visible" && this.rules.refresh());
      this.#on(this.#world, "pagehide", () => this.#leave());
      this.#on(this.#world, "pageshow", () => this.#comeBack());
    }

    /**
     * @param {number} ms
     * @param {() => void} work
     */
    #every(ms, work) {
      const timer = this.#world.setInterval(work, ms);
      this.#undo.push(() => this.#world.clearInterval(timer));
    }

    /**
     * @param {EventTarget} target
     * @param {string} event
     * @param {() => void} work
     */
    #on(target, event, work) {
      target.addEventListener(event, work);
      this.#undo.push(() => target.removeEventListener(event, work));
    }

    /** @param {Capture.Rules} rules before pairing and consent the tap looks at nothing */
    #allow({ paired, consented }) {
      this.channel.send({ type: "watch", on: paired && consented });
    }

    #leave() {
      this.rules.leaving = true;
      this.exchanges.leave();
      this.turns.leave();
      this.line.hurry();
      this.#patience.setOver(true);
      this.health.flush();
    }

    #comeBack() {
      this.rules.leaving = false;
      this.#patience.setOver(false);
      this.exchanges.comeBack();
      this.turns.comeBack();
      this.line.calm();
    }

    /** The extension was updated or removed: this script has nobody to report to. */
    stop() {
      if (this.#stopped) return;
      this.#stopped = true;
      this.channel.send({ type: "watch", on: false });
      this.channel.close();
      this.routes.stop();
      this.page.stop();
      for (const undo of this.#undo) undo();
    }
  }

  /**
   * @param {Element} element
   * @returns {boolean} whether it takes any room on the page
   */
  const isShown = (element) => [...element.getClientRects()].some(({ width, height }) => width > 0 && height > 0);

  const { browser, chrome } = /** @type {any} */ (globalThis);
  const api = browser ?? chrome;
  // Some browsers run a content script twice in one document.
  if (!capture.bridge && api?.runtime?.id && api.extension?.inIncognitoContext !== true) {
    capture.bridge = new Bridge(globalThis, api.runtime, capture.CHATGPT);
    capture.bridge.start();
  }
})((globalThis.skilltrailCapture ??= {}));
