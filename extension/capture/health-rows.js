"use strict";
// Counts by conversation, since this page was loaded; the worker adds the pages up.

((capture) => {
  const REPORT_EVERY_MS = 2000;
  const ROWS_MAX = 500;

  class HealthRows {
    /** @type {Map<string, Capture.HealthRow>} */
    #rows = new Map();
    /** @type {Set<string>} */
    #changed = new Set();
    #timer = false;
    #provider;
    #report;
    #later;
    #now;

    /**
     * @param {object} needs
     * @param {string} needs.provider
     * @param {(row: Capture.HealthRow) => void} needs.report
     * @param {(work: () => void, ms: number) => void} needs.later
     * @param {() => string} needs.now
     */
    constructor({ provider, report, later, now }) {
      this.#provider = provider;
      this.#report = report;
      this.#later = later;
      this.#now = now;
    }

    /**
     * @param {string} conversationId
     * @param {"sends_seen" | "replies_finished" | "failed"} field
     */
    count(conversationId, field) {
      const row = this.#row(conversationId);
      row[field] += 1;
      this.#touch(row);
    }

    /**
     * @param {string} conversationId
     * @param {number} turns distinct turns that the page has shown
     */
    setTurns(conversationId, turns) {
      const row = this.#row(conversationId);
      if (row.turns_in_page === turns) return;
      row.turns_in_page = turns;
      this.#touch(row);
    }

    /**
     * @param {string} conversationId
     * @param {boolean} degraded whether an answer passed that the tap did not see
     */
    setDegraded(conversationId, degraded) {
      const row = this.#row(conversationId);
      if (row.degraded === degraded) return;
      row.degraded = degraded;
      this.#touch(row);
    }

    /**
     * @param {string} conversationId
     * @returns {Capture.HealthRow}
     */
    #row(conversationId) {
      const known = this.#rows.get(conversationId);
      if (known) return known;
      const counts = { sends_seen: 0, replies_finished: 0, turns_in_page: 0, failed: 0 };
      const row = { provider: this.#provider, conversation_id: conversationId, ...counts, degraded: false, updated_at: this.#now() };
      this.#rows.set(conversationId, row);
      if (this.#rows.size > ROWS_MAX) this.#rows.delete(String(this.#rows.keys().next().value));
      return row;
    }

    /** @param {Capture.HealthRow} row */
    #touch(row) {
      row.updated_at = this.#now();
      this.#changed.add(row.conversation_id);
      if (this.#timer) return;
      this.#timer = true;
      this.#later(() => this.flush(), REPORT_EVERY_MS);
    }

    /** Report what has changed. */
    flush() {
      this.#timer = false;
      const changed = [...this.#changed].flatMap((id) => this.#rows.get(id) ?? []);
      this.#changed.clear();
      for (const row of changed) this.#report({ ...row });
    }
  }

  capture.HealthRows = HealthRows;
})((globalThis.skilltrailCapture ??= {}));
