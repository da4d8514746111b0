/**
 * Health, not silence: what the ledger amounts to, told to the learner and to the service.
 */

import { classifyAnswer, readLedgerReply } from "./answers.js";
import { countsOf, toWire } from "./ledger.js";
import { SCHEMA, Unreachable } from "./server-client.js";
import { isPaused } from "../shared/settings.js";

/**
 * @typedef {import("./ledger.js").LedgerRow} LedgerRow
 * @typedef {import("./delivery.js").Trouble} Trouble
 *
 * @typedef {object} ConversationHealth
 * @property {string} provider
 * @property {string} conversation_id
 * @property {number} sends_seen
 * @property {number} replies_finished
 * @property {number} turns_in_page
 * @property {number} failed
 * @property {number} captured
 * @property {number} stored
 * @property {number} waiting
 * @property {number} rejected
 * @property {boolean} degraded
 * @property {number} missed replies that finished and never reached us
 * @property {number} updatedAt milliseconds since 1970
 *
 * @typedef {{state: "ok" | "degraded", code: null | "degraded" | "missed", conversations: ConversationHealth[]}} HealthSummary
 */

/** Asks for a later report when one was made just now. */
export const LEDGER_ALARM = "skilltrail.ledger";

/** Reports are made at most this often. */
const POST_EVERY_MS = 5_000;

/** Rows of one report. */
const ROWS_PER_POST = 200;

/** Exchanges in the outbox of which one report asks whether they were forgotten. */
const HELD_PER_POST = 200;

/** A finished reply reaches the worker within moments; after this it is missing. */
const GRACE_MS = 60_000;

/** What went wrong yesterday is no news about the page of today. */
const NEWS_MS = 24 * 3_600_000;

const RECENT_ROWS = 20;

/**
 * @param {LedgerRow} row
 * @param {number} now
 * @returns {ConversationHealth}
 */
function viewOf(row, now) {
  const counts = countsOf(row);
  const unaccounted = Math.max(0, counts.replies_finished - row.captured - row.dropped);
  return {
    provider: row.provider,
    conversation_id: row.conversation_id,
    ...counts,
    turns_in_page: row.turns_in_page,
    captured: row.captured,
    stored: row.stored,
    waiting: row.waiting,
    rejected: row.rejected,
    degraded: row.degraded,
    missed: now - row.updated_at > GRACE_MS ? unaccounted : 0,
    updatedAt: row.updated_at,
  };
}

/**
 * Nothing has happened in the conversation since the learner forgot it.
 *
 * @param {LedgerRow} row
 */
function isEmptied(row) {
  return Boolean(row.reset_at) && row.captured === 0 && Object.values(countsOf(row)).every((count) => count === 0);
}

/**
 * The latest report decides, because a change of the site shows in every conversation.
 *
 * @param {LedgerRow[]} rows latest first
 * @param {number} now
 * @returns {HealthSummary}
 */
export function summarise(rows, now) {
  const conversations = rows.filter((row) => !row.excluded && !isEmptied(row)).map((row) => viewOf(row, now));
  const news = conversations.filter((view) => now - view.updatedAt < NEWS_MS);
  if (news[0]?.degraded) return { state: "degraded", code: "degraded", conversations };
  if (news[0] && news[0].missed > 0) return { state: "degraded", code: "missed", conversations };
  return { state: "ok", code: null, conversations };
}

/**
 * @param {number} now milliseconds since 1970
 * @returns {string} the local date
 */
export function localDay(now) {
  const day = new Date(now);
  return [day.getFullYear(), day.getMonth() + 1, day.getDate()].map((part) => String(part).padStart(2, "0")).join("-");
}

export class Health {
  #deps;

  /**
   * @param {object} deps
   * @param {import("./ledger.js").Ledger} deps.ledger
   * @param {import("./outbox.js").Outbox} deps.outbox
   * @param {import("./server-client.js").ServerClient} deps.client
   * @param {import("./state.js").State} deps.state
   * @param {import("./titles.js").Titles} deps.titles
   * @param {Pick<typeof chrome.alarms, "create">} deps.alarms
   * @param {() => number} deps.now
   * @param {string} deps.version of the extension
   */
  constructor(deps) {
    this.#deps = deps;
  }

  /** @returns {Promise<HealthSummary>} */
  async summary() {
    return summarise(await this.#deps.ledger.recent(RECENT_ROWS), this.#deps.now());
  }

  /**
   * @param {("stored" | "known" | "revised" | "refused")[]} outcomes of exchanges just answered
   */
  async saved(outcomes) {
    const { state, now } = this.#deps;
    const fresh = outcomes.filter((outcome) => outcome === "stored").length;
    if (!outcomes.some((outcome) => outcome !== "refused")) return;
    await state.update("saved", (before) => {
      const day = localDay(now());
      return { storedAt: now(), day, today: (before.day === day ? before.today : 0) + fresh };
    });
  }

  /**
   * Whether there is something to tell the service now; if it was told something a moment ago,
   * an alarm comes back to it.
   *
   * @returns {Promise<boolean>}
   */
  async hasNews() {
    const { state, ledger, alarms, now } = this.#deps;
    const { postedChange, postedAt } = await state.get("ledger");
    if ((await ledger.changedSince(postedChange, 1)).length === 0) return false;
    if (now() - postedAt >= POST_EVERY_MS) return true;
    await alarms.create(LEDGER_ALARM, { delayInMinutes: 0.5 });
    return false;
  }

  /**
   * Tell the service what has changed.
   *
   * @param {import("./connection.js").Link} link
   * @returns {Promise<Trouble | null>}
   */
  async post(link) {
    const { state, ledger, alarms, now } = this.#deps;
    if (!(await this.hasNews())) return null;
    const { postedChange } = await state.get("ledger");
    const rows = await ledger.changedSince(postedChange, ROWS_PER_POST);
    const trouble = await this.#postRows(link, rows);
    if (trouble) return trouble;
    const postedUpTo = rows.at(-1)?.change ?? postedChange;
    await state.update("ledger", (before) => ({ ...before, postedChange: postedUpTo, postedAt: now() }));
    if (rows.length === ROWS_PER_POST) await alarms.create(LEDGER_ALARM, { delayInMinutes: 0.5 });
    return null;
  }

  /**
   * @param {import("./connection.js").Link} link
   * @param {LedgerRow[]} rows
   * @returns {Promise<Trouble | null>}
   */
  async #postRows(link, rows) {
    const { client, state, outbox, now } = this.#deps;
    try {
      const { heldAfter } = await state.get("ledger");
      const { held, next } = await outbox.held(HELD_PER_POST, heldAfter);
      const answer = await client.sendLedger(link.port, link.token, { ...(await this.#report(rows)), held });
      if (answer.status === 200) {
        await this.#obey(readLedgerReply(answer.body));
        await state.update("ledger", (before) => ({ ...before, heldAfter: next }));
        return null;
      }
      const meaning = classifyAnswer(answer, now());
      // A report that the service cannot read is not worth a second try; the counts come again.
      return meaning.kind === "stop" ? meaning : null;
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
      return { state: "away", code: "server_away", error: error.message };
    }
  }

  /**
   * Forget what the learner has forgotten on the dashboard: texts that wait, counts, and what a chat was called.
   *
   * @param {import("./answers.js").LedgerReply} reply
   */
  async #obey({ forgotten, reset }) {
    const { outbox, ledger, titles } = this.#deps;
    await outbox.forget(forgotten);
    await ledger.reset(reset);
    for (const { provider, conversation_id } of reset) await titles.forgetOne(provider, conversation_id);
  }

  /** @param {LedgerRow[]} rows */
  async #report(rows) {
    const { outbox, state, now, version } = this.#deps;
    const { waiting, rejected, bytes, oldestAt } = await outbox.summary();
    const paused = isPaused(await state.get("settings"), now());
    return {
      schema: SCHEMA,
      extension_version: version,
      state: paused ? "paused" : (await this.summary()).state,
      outbox: { waiting, rejected, bytes, oldest_at: oldestAt === null ? null : new Date(oldestAt).toISOString() },
      // Not even the id of an excluded chat is told.
      rows: rows.filter((row) => !row.excluded).map(toWire),
    };
  }
}
