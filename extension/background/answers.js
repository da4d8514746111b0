/**
 * What an answer of the service means for the exchanges that were sent. Pure.
 */

/**
 * @typedef {import("./server-client.js").ServerAnswer} ServerAnswer
 * @typedef {import("./state.js").LinkState} LinkState
 *
 * @typedef {object} ItemResult
 * @property {string} capture_id
 * @property {"stored" | "known" | "revised" | "refused"} outcome
 * @property {string | null} code
 * @property {string | null} detail
 *
 * @typedef {{kind: "results", results: ItemResult[]}} Results
 * @typedef {{kind: "split", code: string}} Split the envelope was refused; a smaller one may pass
 * @typedef {object} Stop keep everything, try later
 * @property {"stop"} kind
 * @property {LinkState} state
 * @property {string} code
 * @property {string} error
 * @property {number | null} waitMs what the service asked for
 */

/**
 * @typedef {object} LedgerReply
 * @property {string[]} forgotten capture ids of held exchanges that the learner has forgotten
 * @property {import("./ledger.js").Reset[]} reset conversations of which every exchange was forgotten
 */

/** A service that asks for more than an hour is not meant literally. */
const WAIT_MAX_MS = 3_600_000;

const OUTCOMES = Object.freeze(["stored", "known", "revised", "refused"]);

/**
 * @param {ServerAnswer} answer
 * @param {number} now milliseconds since 1970
 * @returns {Results | Split | Stop}
 */
export function classifyAnswer(answer, now) {
  if (answer.status === 200) return resultsOf(answer) ?? stop(answer, "away", "bad_answer");
  // A body that is too long, or that the service cannot read: one exchange in it may be the cause.
  if ([400, 413, 422].includes(answer.status)) return { kind: "split", code: codeOf(answer) };
  const [state, code] = STOPS[answer.status] ?? ["away", codeOf(answer)];
  return { ...stop(answer, state, code), waitMs: waitOf(answer.retryAfter, now) };
}

/** @type {Readonly<Record<number, [LinkState, string]>>} */
const STOPS = Object.freeze({
  401: ["unpaired", "pairing_gone"],
  403: ["unpaired", "pairing_refused"],
  415: ["mismatch", "version_mismatch"],
  426: ["mismatch", "extension_too_old"],
  429: ["ok", "rate_limited"],
  503: ["away", "shutting_down"],
  507: ["storage_full", "storage_full"],
});

/**
 * @param {ServerAnswer} answer
 * @param {LinkState} state
 * @param {string} code
 * @returns {Stop}
 */
function stop(answer, state, code) {
  return { kind: "stop", state, code, error: `HTTP ${answer.status} ${codeOf(answer)}`, waitMs: null };
}

/**
 * @param {ServerAnswer} answer
 * @returns {string} the service's own code, when it looks like one
 */
function codeOf({ status, body }) {
  const code = /** @type {{code?: unknown} | null} */ (body)?.code;
  return typeof code === "string" && /^[a-z0-9_]{1,60}$/.test(code) ? code : `http_${status}`;
}

/**
 * @param {ServerAnswer} answer
 * @returns {Results | null}
 */
function resultsOf({ body }) {
  const results = /** @type {{results?: unknown} | null} */ (body)?.results;
  if (!Array.isArray(results)) return null;
  return { kind: "results", results: results.filter(isItemResult).map(tidy) };
}

/**
 * What a service says about a report; one that knows nothing of forgetting says nothing.
 *
 * @param {unknown} body
 * @returns {LedgerReply}
 */
export function readLedgerReply(body) {
  const { forgotten, reset } = /** @type {{forgotten?: unknown, reset?: unknown}} */ (body ?? {});
  return {
    forgotten: Array.isArray(forgotten) ? forgotten.filter((id) => typeof id === "string") : [],
    reset: Array.isArray(reset) ? reset.filter(isReset) : [],
  };
}

/**
 * @param {unknown} value
 * @returns {value is import("./ledger.js").Reset}
 */
function isReset(value) {
  if (typeof value !== "object" || value === null) return false;
  const { provider, conversation_id, at } = /** @type {Record<string, unknown>} */ (value);
  return [provider, conversation_id, at].every((text) => typeof text === "string");
}

/**
 * @param {unknown} value
 * @returns {value is Record<string, unknown> & {capture_id: string, outcome: ItemResult["outcome"]}}
 */
function isItemResult(value) {
  if (typeof value !== "object" || value === null) return false;
  const { capture_id, outcome } = /** @type {Record<string, unknown>} */ (value);
  return typeof capture_id === "string" && typeof outcome === "string" && OUTCOMES.includes(outcome);
}

/**
 * @param {Record<string, unknown> & {capture_id: string, outcome: ItemResult["outcome"]}} result
 * @returns {ItemResult}
 */
function tidy({ capture_id, outcome, code, detail }) {
  /** @param {unknown} value */
  const words = (value) => (typeof value === "string" ? value.slice(0, 300) : null);
  return { capture_id, outcome, code: words(code), detail: words(detail) };
}

/**
 * @param {string | null} retryAfter seconds or an HTTP date
 * @param {number} now
 * @returns {number | null} milliseconds
 */
function waitOf(retryAfter, now) {
  if (retryAfter === null) return null;
  const ms = /^\d+$/.test(retryAfter.trim()) ? Number(retryAfter) * 1_000 : Date.parse(retryAfter) - now;
  return Number.isNaN(ms) ? null : Math.min(Math.max(ms, 0), WAIT_MAX_MS);
}
