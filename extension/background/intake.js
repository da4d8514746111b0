/**
 * Takes what content scripts report: checks it, drops what is none of our business, replaces
 * secrets, stores it. After that, and not before, the page is told that it is safe.
 */

import { checkExchange, fitItem, wellFormed } from "../shared/exchange.js";
import { isExcluded } from "../shared/exclusions.js";
import { failure } from "../shared/messages.js";
import { redactExchange } from "../shared/redaction.js";
import { REDACTION_RULES } from "../shared/redaction-rules.js";
import { wasPaused } from "../shared/pauses.js";
import { isPaused } from "../shared/settings.js";
import { fingerprint } from "./handshake.js";
import { OutboxFull } from "./outbox.js";

/**
 * @typedef {import("../shared/exchange.js").Exchange} Exchange
 * @typedef {import("../shared/exchange.js").Item} Item
 * @typedef {import("../shared/messages.js").Answer} Answer
 *
 * @typedef {object} PageSender a content script that was let in
 * @property {string} provider
 * @property {string[]} urls of the page
 * @property {string} page id of the document
 * @property {boolean} incognito
 *
 * @typedef {object} IntakeDeps
 * @property {import("./outbox.js").Outbox} outbox
 * @property {import("./ledger.js").Ledger} ledger
 * @property {import("./key-store.js").KeyStore} keys
 * @property {import("./lists.js").Lists} lists
 * @property {import("./state.js").State} state
 * @property {import("./titles.js").Titles} titles
 * @property {Pick<LockManager, "request">} locks
 * @property {() => number} now
 * @property {() => string} newId
 */

/** Counts beyond this are a fault of the reporter, not of a busy learner. */
const COUNT_MAX = 1_000_000;

export class Intake {
  #deps;

  /** @param {IntakeDeps} deps */
  constructor(deps) {
    this.#deps = deps;
  }

  /**
   * One at a time, in the order of the messages: a long exchange takes longer to redact than the
   * short one after it.
   *
   * @param {unknown} value
   * @param {PageSender} sender
   * @returns {Promise<Answer>}
   */
  captured(value, sender) {
    return this.#deps.locks.request("skilltrail.intake", () => this.#take(value, sender));
  }

  /**
   * @param {unknown} value
   * @param {PageSender} sender
   * @returns {Promise<Answer>}
   */
  async #take(value, sender) {
    const checked = checkExchange(value);
    if (!checked.ok) return checked;
    const { exchange } = checked;
    if (exchange.provider !== sender.provider) return failure("invalid_exchange", "provider");
    const refusal = await this.#refusal(exchange, sender);
    if (refusal) return refusal;
    const device = await this.#deps.keys.device();
    if (!device) return failure("not_paired");
    const redacted = await redactExchange(wellFormed(exchange), {
      rules: REDACTION_RULES,
      fingerprint: (secret) => fingerprint(device.markKey, secret),
      lists: await this.#deps.lists.read(),
    });
    return this.#store(fitItem({ ...redacted, capture_id: this.#deps.newId() }));
  }

  /**
   * @param {Exchange} exchange
   * @param {PageSender} sender
   * @returns {Promise<import("../shared/messages.js").Failure | null>}
   */
  async #refusal(exchange, sender) {
    const { state, ledger, now } = this.#deps;
    if (sender.incognito) return failure("incognito");
    if ((await state.get("consent")) === null) return failure("not_consented");
    if ((await state.get("pairing")) === null) return failure("not_paired");
    const settings = await state.get("settings");
    const chat = { title: exchange.title, projectId: exchange.project_id, gizmoId: exchange.gizmo_id, urls: sender.urls };
    const excluded = isExcluded(settings.excluded, chat);
    const { spans } = await state.get("pauses");
    const paused = isPaused(settings, now()) || wasPaused(spans, Date.parse(exchange.asked_at));
    if (!excluded && !paused) return null;
    await ledger.recordDropped(exchange, { excluded });
    return failure(excluded ? "excluded" : "paused");
  }

  /**
   * @param {Item} item
   * @returns {Promise<Answer>}
   */
  async #store(item) {
    const { outbox, state, titles } = this.#deps;
    try {
      await outbox.put(item);
    } catch (error) {
      const code = error instanceof OutboxFull ? "outbox_full" : "storage_failed";
      await state.update("intake", ({ lost }) => ({ code, lost: lost + 1 }));
      return failure(code, error instanceof Error ? error.name : "Error");
    }
    const { code } = await state.get("intake");
    if (code !== null) await state.update("intake", () => ({ code: null, lost: 0 }));
    if (item.title) await titles.remember(item.provider, item.conversation_id, item.title);
    return { ok: true, captureId: item.capture_id };
  }

  /**
   * @param {unknown} value
   * @param {PageSender} sender
   * @returns {Promise<Answer>}
   */
  async reported(value, sender) {
    const { state, ledger } = this.#deps;
    const report = readReport(value);
    if (!report || report.provider !== sender.provider) return failure("invalid_report");
    if (sender.incognito) return failure("incognito");
    if ((await state.get("consent")) === null) return failure("not_consented");
    if ((await state.get("pairing")) === null) return failure("not_paired");
    const { excluded } = await state.get("settings");
    if (isExcluded(excluded, { title: null, projectId: null, gizmoId: null, urls: sender.urls })) return failure("excluded");
    await ledger.recordPage(report, sender.page);
    return { ok: true };
  }

  /**
   * What a content script needs to know before it looks at anything.
   *
   * @returns {Promise<Answer>}
   */
  async rules() {
    const { state, now } = this.#deps;
    const settings = await state.get("settings");
    return {
      ok: true,
      consented: (await state.get("consent")) !== null,
      paired: (await state.get("pairing")) !== null,
      paused: isPaused(settings, now()),
      activeReads: settings.activeReads,
      excluded: settings.excluded,
    };
  }
}

/**
 * @param {unknown} value
 * @returns {import("./ledger.js").PageReport | null}
 */
function readReport(value) {
  if (typeof value !== "object" || value === null) return null;
  const row = /** @type {Record<string, unknown>} */ (value);
  const { provider, conversation_id, sends_seen, replies_finished, turns_in_page, failed, degraded } = row;
  const ids = [provider, conversation_id];
  const counts = [sends_seen, replies_finished, turns_in_page, failed];
  if (!ids.every((id) => typeof id === "string" && id.length >= 1 && id.length <= 200)) return null;
  if (!counts.every((count) => Number.isSafeInteger(count) && Number(count) >= 0 && Number(count) <= COUNT_MAX)) return null;
  if (typeof degraded !== "boolean") return null;
  const report = { provider, conversation_id, sends_seen, replies_finished, turns_in_page, failed, degraded };
  return /** @type {import("./ledger.js").PageReport} */ (report);
}
