/**
 * Small facts that survive the worker, in storage.local. No chat text, no key, no token.
 */

/**
 * @typedef {import("../shared/settings.js").Settings} Settings
 *
 * @typedef {object} Consent
 * @property {number} at milliseconds since 1970
 * @property {number} version of the disclosure that was shown
 *
 * @typedef {object} PairingRecord
 * @property {string} deviceId
 * @property {string} instanceId
 * @property {number} port where the service was found last
 * @property {string} label
 * @property {number} pairedAt
 *
 * @typedef {"ok" | "away" | "foreign" | "mismatch" | "unpaired" | "no_permission" | "storage_full"} LinkState
 *
 * @typedef {object} DeliveryRecord
 * @property {LinkState} state of the last try
 * @property {string | null} code
 * @property {string | null} error the raw words of the browser or the service
 * @property {string | null} version of the service
 * @property {number} attempts failed in a row
 * @property {number | null} nextAt earliest next try on our own account
 * @property {number | null} triedAt when nobody answered last; null after an answer
 * @property {number | null} holdUntil the service asked us to wait until then
 *
 * @typedef {object} SavedRecord
 * @property {number | null} storedAt
 * @property {string} day local date of `today`
 * @property {number} today
 *
 * @typedef {object} LedgerRecord
 * @property {number} postedChange the last change the service has
 * @property {number} postedAt
 * @property {number} heldAfter the last refused exchange of which the service was asked whether it was forgotten
 *
 * @typedef {object} IntakeRecord
 * @property {"outbox_full" | "storage_failed" | null} code why the last exchange could not be kept
 * @property {number} lost exchanges that could not be kept since it was last well
 *
 * @typedef {object} FaultRecord a fault of our own, for a report to us; never captured text
 * @property {string | null} where
 * @property {string | null} name
 * @property {number | null} at
 *
 * @typedef {object} Facts
 * @property {Settings} settings
 * @property {Consent | null} consent
 * @property {PairingRecord | null} pairing
 * @property {DeliveryRecord} delivery
 * @property {SavedRecord} saved
 * @property {LedgerRecord} ledger
 * @property {IntakeRecord} intake
 * @property {FaultRecord} fault
 * @property {{spans: import("../shared/pauses.js").PauseSpan[]}} pauses
 */

import { DEFAULT_SETTINGS } from "../shared/settings.js";

/** @type {Facts} */
const DEFAULTS = {
  settings: { ...DEFAULT_SETTINGS },
  consent: null,
  pairing: null,
  delivery: { state: "ok", code: null, error: null, version: null, attempts: 0, nextAt: null, triedAt: null, holdUntil: null },
  saved: { storedAt: null, day: "", today: 0 },
  ledger: { postedChange: 0, postedAt: 0, heldAfter: 0 },
  intake: { code: null, lost: 0 },
  fault: { where: null, name: null, at: null },
  pauses: { spans: [] },
};

export class State {
  #area;
  #locks;

  /**
   * @param {object} deps
   * @param {Pick<chrome.storage.StorageArea, "get" | "set">} deps.area
   * @param {Pick<LockManager, "request">} deps.locks
   */
  constructor({ area, locks }) {
    this.#area = area;
    this.#locks = locks;
  }

  /**
   * @template {keyof Facts} K
   * @param {K} name
   * @returns {Promise<Facts[K]>}
   */
  async get(name) {
    const stored = (await this.#area.get(name))[name];
    if (stored === undefined || stored === null) return DEFAULTS[name];
    // A fact written by an older version may lack a field.
    return /** @type {Facts[K]} */ ({ ...DEFAULTS[name], .../** @type {object} */ (stored) });
  }

  /**
   * Change one fact. Two changes at once would each write what the other has not seen.
   *
   * @template {keyof Facts} K
   * @param {K} name
   * @param {(before: Facts[K]) => Facts[K]} change
   * @returns {Promise<Facts[K]>}
   */
  update(name, change) {
    return this.#locks.request(`skilltrail.state.${name}`, async () => {
      const after = change(await this.get(name));
      await this.#area.set({ [name]: after });
      return after;
    });
  }
}
