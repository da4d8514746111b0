"use strict";
// Talks to the extension's worker. After an update of the extension this script is an orphan: the worker
// it knew is gone, and it stops without a word.

((capture) => {
  /** Waits between tries of one exchange, in milliseconds; the last one repeats. */
  const WAITS_MS = Object.freeze([500, 1000, 2000, 5000, 10_000, 30_000, 60_000]);
  const TRIES_MAX = 60;
  /** Answers that no second try can change. */
  const FINAL_CODES = new Set([
    "invalid_exchange",
    "invalid_report",
    "not_allowed",
    "not_paired",
    "not_consented",
    "incognito",
    "excluded",
    "paused",
  ]);

  class WorkerLine {
    #runtime;
    #wait;
    #onOrphan;
    /** @type {object[]} exchanges of the moment, before those of the past */
    #urgent = [];
    /** @type {object[]} */
    #others = [];
    #draining = false;
    #hurry = false;

    /**
     * @param {object} needs
     * @param {any} needs.runtime of the browser
     * @param {(ms: number) => Promise<void>} needs.wait
     * @param {() => void} needs.onOrphan
     */
    constructor({ runtime, wait, onOrphan }) {
      this.#runtime = runtime;
      this.#wait = wait;
      this.#onOrphan = onOrphan;
    }

    /** @returns {boolean} */
    get orphaned() {
      return !this.#runtime?.id;
    }

    /**
     * @param {{type: string} & Record<string, unknown>} message
     * @returns {Promise<Record<string, any> | null>} null without an answer
     */
    async ask(message) {
      if (!this.orphaned) {
        try {
          return (await this.#runtime.sendMessage(message)) ?? null;
        } catch {
          // The worker is starting, or the extension has gone: the id tells which.
          if (!this.orphaned) return null;
        }
      }
      this.#onOrphan();
      return null;
    }

    /**
     * @param {object} exchange
     * @param {boolean} urgent
     */
    deliver(exchange, urgent) {
      (urgent ? this.#urgent : this.#others).push(exchange);
      if (this.#hurry) this.hurry();
      else if (!this.#draining) this.#drain();
    }

    async #drain() {
      this.#draining = true;
      for (let exchange = this.#next(); exchange && !this.orphaned; exchange = this.#next()) {
        await this.#deliverOne(exchange);
      }
      this.#draining = false;
    }

    #next() {
      return this.#urgent.shift() ?? this.#others.shift();
    }

    /** @param {object} exchange */
    async #deliverOne(exchange) {
      for (let tries = 0; tries < TRIES_MAX && !this.orphaned; tries += 1) {
        const answer = await this.ask({ type: "exchange.captured", exchange });
        if (answer?.ok === true || FINAL_CODES.has(answer?.code)) return;
        await this.#wait(WAITS_MS[Math.min(tries, WAITS_MS.length - 1)] ?? 0);
      }
    }

    /** The page goes away: everything that waits is sent at once, and nobody stays for the answers. */
    hurry() {
      this.#hurry = true;
      for (let exchange = this.#next(); exchange; exchange = this.#next()) this.ask({ type: "exchange.captured", exchange });
    }

    /** The page came back from the browser's cache. */
    calm() {
      this.#hurry = false;
    }
  }

  capture.WorkerLine = WorkerLine;
})((globalThis.skilltrailCapture ??= {}));
