/**
 * The messages inside the extension: who may send which, and the shape of every answer.
 *
 * Content scripts run beside a page that may be hostile, so they may use three messages only;
 * everything that shows or changes the extension's own state is for its own pages.
 */

/**
 * @typedef {{ok: true} & Record<string, unknown>} Success
 * @typedef {{ok: false, code: string, detail?: string}} Failure
 * @typedef {Success | Failure} Answer
 * @typedef {{type: string} & Record<string, unknown>} Message
 */

/** Sent by content scripts. */
export const CONTENT_MESSAGES = Object.freeze([
  "exchange.captured",
  "capture.health",
  "capture.rules",
]);

/** Sent by the popup, the options page and the welcome page. */
export const PAGE_MESSAGES = Object.freeze([
  "status.get",
  "capture.pause",
  "consent.give",
  "pairing.start",
  "pairing.poll",
  "pairing.cancel",
  "pairing.forget",
  "delivery.now",
  "connection.test",
  "rejected.list",
  "rejected.retry",
  "rejected.discard",
  "settings.get",
  "settings.set",
]);

/**
 * @param {unknown} value
 * @returns {value is Message}
 */
export function isMessage(value) {
  return (
    typeof value === "object" &&
    value !== null &&
    "type" in value &&
    typeof value.type === "string" &&
    value.type.length <= 40
  );
}

/**
 * @param {string} code
 * @param {string} [detail] never captured text
 * @returns {Failure}
 */
export function failure(code, detail) {
  return detail === undefined ? { ok: false, code } : { ok: false, code, detail };
}
