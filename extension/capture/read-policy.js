"use strict";
// When one extra read of a chat may be made: seldom, and never against the site's will.

((capture) => {
  const REFUSALS = new Set([403, 429]);
  const REFUSALS_MAX = 2;
  const PAUSE_MS = 30_000;
  /** A read that brings no word back is given up, so that the next one may start. */
  const SILENCE_MS = 60_000;

  /**
   * @param {number} now
   * @returns {number} the coming local midnight
   */
  const endOfDay = (now) => new Date(now).setHours(24, 0, 0, 0);

  class ReadPolicy {
    #now;
    #send;
    /** @type {Set<string>} unfinished exchanges that had their read */
    #asked = new Set();
    #runningSince = -Infinity;
    #notBefore = -Infinity;
    #refusals = 0;

    /**
     * @param {object} needs
     * @param {() => number} needs.now
     * @param {(conversationId: string) => void} needs.send
     */
    constructor({ now, send }) {
      this.#now = now;
      this.#send = send;
    }

    /**
     * @param {string} conversationId
     * @param {string} exchange what is unfinished; each has one read
     * @returns {boolean} whether the read is made
     */
    request(conversationId, exchange) {
      const now = this.#now();
      const busy = now - this.#runningSince < SILENCE_MS;
      if (busy || now < this.#notBefore || this.#asked.has(exchange)) return false;
      this.#asked.add(exchange);
      this.#runningSince = now;
      this.#send(conversationId);
      return true;
    }

    /** @param {{status: number, retryAfter: number | null}} outcome HTTP status, seconds */
    done({ status, retryAfter }) {
      const now = this.#now();
      this.#runningSince = -Infinity;
      this.#refusals = REFUSALS.has(status) ? this.#refusals + 1 : 0;
      if (this.#refusals >= REFUSALS_MAX) this.#notBefore = endOfDay(now);
      else if (this.#refusals > 0) this.#notBefore = now + (retryAfter === null ? PAUSE_MS : retryAfter * 1000);
    }
  }

  capture.ReadPolicy = ReadPolicy;
})((globalThis.skilltrailCapture ??= {}));
