/**
 * The shape of one captured exchange, checked where it enters the worker.
 *
 * A content script shares its process with the page, so its word is taken for nothing: every
 * field is checked by type and size, and what is not listed here is left behind.
 */

/**
 * @typedef {{name: string, mime: string | null, size: number | null}} Attachment
 * @typedef {{title: string | null, url: string}} Citation
 * @typedef {object} Exchange
 * @property {string} provider
 * @property {string} account
 * @property {string} conversation_id
 * @property {string | null} prompt_id
 * @property {string | null} reply_id
 * @property {string | null} parent_id
 * @property {string} prompt
 * @property {string} reply
 * @property {string} asked_at
 * @property {string | null} answered_at
 * @property {"message" | "conversation" | "observed"} asked_at_source
 * @property {string | null} model
 * @property {string | null} title
 * @property {string | null} project_id
 * @property {string | null} gizmo_id
 * @property {"extension"} origin
 * @property {string} fidelity
 * @property {string} status
 * @property {boolean} on_current_path
 * @property {Attachment[]} attachments
 * @property {Citation[]} citations
 * @property {string} extractor
 * @property {string} captured_at
 * @property {boolean} truncated
 *
 * @typedef {Exchange & {capture_id: string, redactions: Record<string, number>}} Item
 */

/** Characters of a prompt or reply that the service keeps; longer texts are cut and marked. */
export const TEXT_MAX = 1_000_000;

/** Characters of a prompt or reply that the worker looks at all: secrets are replaced before the cut. */
export const RAW_TEXT_MAX = 5_000_000;

/** Bytes of one item as JSON; a lone item must fit the service's 2 MB body with its envelope. */
export const ITEM_BYTES_MAX = 1_900_000;

const ID_MAX = 200;
const LABEL_MAX = 2_000;
const ATTACHMENTS_MAX = 50;
const CITATIONS_MAX = 100;

/** An id that the page made up before the service gave the real one would never match again. */
const PROVISIONAL_ID = /^(WEB:|local-)/i;
const RFC_3339_UTC = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/;

/** @typedef {(value: unknown) => boolean} Check */

/** @type {(max: number) => Check} */
const text = (max) => (value) => typeof value === "string" && value.length <= max;
/** @type {(check: Check) => Check} */
const orNull = (check) => (value) => value === null || check(value);
/** @type {(...allowed: string[]) => Check} */
const oneOf = (...allowed) => (value) => typeof value === "string" && allowed.includes(value);
/** @type {Check} */
const flag = (value) => typeof value === "boolean";
/** @type {Check} */
const time = (value) =>
  typeof value === "string" && RFC_3339_UTC.test(value) && !Number.isNaN(Date.parse(value));
/** @type {Check} */
const size = (value) => Number.isSafeInteger(value) && Number(value) >= 0;
/** @type {Check} */
const conversationId = (value) =>
  typeof value === "string" && value.length >= 1 && text(ID_MAX)(value) && !PROVISIONAL_ID.test(value);

/** @type {Check} its entries were looked at before */
const list = (value) => Array.isArray(value);

const ATTACHMENT = Object.freeze({ name: text(LABEL_MAX), mime: orNull(text(ID_MAX)), size: orNull(size) });
const CITATION = Object.freeze({ title: orNull(text(LABEL_MAX)), url: text(8_000) });

/** @type {Readonly<Record<string, Check>>} */
const EXCHANGE = Object.freeze({
  provider: oneOf("chatgpt", "claude", "gemini", "deepseek", "grok", "copilot", "aistudio"),
  account: text(ID_MAX),
  conversation_id: conversationId,
  prompt_id: orNull(text(ID_MAX)),
  reply_id: orNull(text(ID_MAX)),
  parent_id: orNull(text(ID_MAX)),
  prompt: text(RAW_TEXT_MAX),
  reply: text(RAW_TEXT_MAX),
  asked_at: time,
  answered_at: orNull(time),
  asked_at_source: oneOf("message", "conversation", "observed"),
  model: orNull(text(ID_MAX)),
  title: orNull(text(LABEL_MAX)),
  project_id: orNull(text(ID_MAX)),
  gizmo_id: orNull(text(ID_MAX)),
  // Only import and the dashboard make exchanges of another origin.
  origin: oneOf("extension"),
  fidelity: oneOf("api_full", "api_window", "stream_complete", "stream_partial", "dom"),
  status: oneOf("complete", "interrupted", "partial"),
  on_current_path: flag,
  attachments: list,
  citations: list,
  extractor: text(ID_MAX),
  captured_at: time,
  truncated: flag,
});

/**
 * @param {unknown} value
 * @param {Readonly<Record<string, Check>>} shape
 * @returns {string | null} the first field that does not fit, or null
 */
function wrongField(value, shape) {
  if (typeof value !== "object" || value === null) return "object";
  const record = /** @type {Record<string, unknown>} */ (value);
  const wrong = Object.entries(shape).find(([field, fits]) => !fits(record[field]));
  return wrong ? wrong[0] : null;
}

/**
 * @param {Record<string, unknown>} record
 * @param {Readonly<Record<string, unknown>>} shape
 * @returns {Record<string, unknown>}
 */
function pick(record, shape) {
  return Object.fromEntries(Object.keys(shape).map((field) => [field, record[field]]));
}

/**
 * What hangs on an exchange must not cost the exchange: a name that is too long is cut, a broken
 * entry is left out.
 *
 * @param {Record<string, unknown>} record
 * @returns {Record<string, unknown>}
 */
function tidied(record) {
  const { title, attachments, citations } = record;
  /** @type {(list: unknown, shape: Readonly<Record<string, Check>>, max: number) => unknown} */
  const sound = (list, shape, max) =>
    Array.isArray(list)
      ? list.filter((entry) => wrongField(entry, shape) === null).slice(0, max).map((entry) => pick(entry, shape))
      : list;
  return {
    ...record,
    title: typeof title === "string" ? cut(title, LABEL_MAX) : title,
    attachments: sound(attachments, ATTACHMENT, ATTACHMENTS_MAX),
    citations: sound(citations, CITATION, CITATIONS_MAX),
  };
}

/**
 * @param {unknown} value
 * @returns {{ok: true, exchange: Exchange} | {ok: false, code: "invalid_exchange", detail: string}}
 *   `detail` names the field, never its content
 */
export function checkExchange(value) {
  if (typeof value !== "object" || value === null) return { ok: false, code: "invalid_exchange", detail: "object" };
  const record = tidied(/** @type {Record<string, unknown>} */ (value));
  const wrong = wrongField(record, EXCHANGE);
  if (wrong !== null) return { ok: false, code: "invalid_exchange", detail: wrong };
  return { ok: true, exchange: /** @type {Exchange} */ (/** @type {unknown} */ (pick(record, EXCHANGE))) };
}

/**
 * @param {unknown} value
 * @returns {number} bytes of the value as JSON in UTF-8
 */
export function jsonBytes(value) {
  return new TextEncoder().encode(JSON.stringify(value)).length;
}

/**
 * @param {string} whole
 * @param {number} max characters
 * @returns {string} at most `max` characters, never half a surrogate pair
 */
export function cut(whole, max) {
  if (whole.length <= max) return whole;
  const last = whole.charCodeAt(max - 1);
  return whole.slice(0, last >= 0xd800 && last <= 0xdbff ? max - 1 : max);
}

/**
 * Half a surrogate pair, cut off by a page, cannot be written as UTF-8: the service would refuse
 * the whole exchange for it.
 *
 * @template T
 * @param {T} value
 * @returns {T} a copy in which every text can be written
 */
export function wellFormed(value) {
  const repaired = (/** @type {unknown} */ part) => {
    if (typeof part === "string") return /** @type {any} */ (part).toWellFormed();
    if (Array.isArray(part)) return part.map(wellFormed);
    if (typeof part !== "object" || part === null) return part;
    return Object.fromEntries(Object.entries(part).map(([name, inner]) => [name, wellFormed(inner)]));
  };
  return /** @type {T} */ (repaired(value));
}

/**
 * @param {Item} item
 * @param {number} excess bytes to lose, as far as the longer text alone can yield them
 * @returns {Item}
 */
function shorten(item, excess) {
  const [field, other] = item.reply.length >= item.prompt.length ? ["reply", "prompt"] : ["prompt", "reply"];
  const long = item[/** @type {"reply" | "prompt"} */ (field)];
  const short = item[/** @type {"reply" | "prompt"} */ (other)];
  const surplus = Math.ceil((excess * long.length) / jsonBytes(long)) + 1;
  const keep = Math.max(Math.floor(short.length / 2), long.length - surplus);
  return { ...item, [field]: cut(long, keep), truncated: true };
}

/**
 * Cut the texts of an item so that the service can take it.
 *
 * @param {Item} item
 * @returns {Item} the same item, or a copy with `truncated` set
 */
export function fitItem(item) {
  let fitted = item;
  if (item.prompt.length > TEXT_MAX || item.reply.length > TEXT_MAX) {
    fitted = { ...item, prompt: cut(item.prompt, TEXT_MAX), reply: cut(item.reply, TEXT_MAX), truncated: true };
  }
  // Two long texts, or one in a wide script, can still be too many bytes: the longer one yields.
  for (let excess = jsonBytes(fitted) - ITEM_BYTES_MAX; excess > 0; excess = jsonBytes(fitted) - ITEM_BYTES_MAX) {
    fitted = shorten(fitted, excess);
  }
  return fitted;
}
