/**
 * The account of each conversation: what the page showed, what was captured, what became of it.
 *
 * It holds counts and ids, never text.
 */

import { answerOf } from "./database.js";

/**
 * @typedef {object} PageCounts as a content script reports them, since its page was loaded
 * @property {number} sends_seen
 * @property {number} replies_finished
 * @property {number} failed
 *
 * @typedef {PageCounts & {provider: string, conversation_id: string, turns_in_page: number, degraded: boolean}} PageReport
 *
 * @typedef {object} LedgerRow
 * @property {string} provider
 * @property {string} conversation_id
 * @property {PageCounts} earlier counts of pages that are gone
 * @property {Record<string, PageCounts>} pages counts by page, the last few
 * @property {number} turns_in_page
 * @property {boolean} degraded
 * @property {number} captured
 * @property {number} stored
 * @property {number} waiting
 * @property {number} rejected
 * @property {number} dropped on purpose: paused or excluded
 * @property {boolean} excluded never reported
 * @property {string | null} [reset_at] the forgetting after which the counts began anew, in the service's own words
 * @property {number} updated_at milliseconds since 1970
 * @property {number} change number of the last change; grows over all rows
 *
 * @typedef {object} WireRow
 * @property {string} provider
 * @property {string} conversation_id
 * @property {number} sends_seen
 * @property {number} replies_finished
 * @property {number} turns_in_page
 * @property {number} captured
 * @property {number} stored
 * @property {number} waiting
 * @property {number} rejected
 * @property {number} failed
 * @property {boolean} degraded
 * @property {string} updated_at
 * @property {string | null} reset_at
 *
 * @typedef {{provider: string, conversation_id: string, at: string}} Reset
 */

/** Pages of one conversation that are counted apart; older ones are added up. */
const PAGES_MAX = 6;

/** Rows kept; beyond it the oldest settled ones go. A busy year is some 2,000 conversations. */
const ROWS_MAX = 2_000;

/**
 * Oldest rows that are looked at to make room for a new one. While the service is away they all wait, and looking
 * through them for each new conversation would take longer with every one of them.
 */
const PRUNE_LOOKS = 20;

/** @type {Readonly<PageCounts>} */
const NOTHING = Object.freeze({ sends_seen: 0, replies_finished: 0, failed: 0 });

/**
 * @param {PageCounts} a
 * @param {PageCounts} b
 * @returns {PageCounts}
 */
function sum(a, b) {
  return {
    sends_seen: a.sends_seen + b.sends_seen,
    replies_finished: a.replies_finished + b.replies_finished,
    failed: a.failed + b.failed,
  };
}

/**
 * @param {string} provider
 * @param {string} conversationId
 * @returns {LedgerRow}
 */
function newRow(provider, conversationId) {
  return {
    provider,
    conversation_id: conversationId,
    earlier: { ...NOTHING },
    pages: {},
    turns_in_page: 0,
    degraded: false,
    captured: 0,
    stored: 0,
    waiting: 0,
    rejected: 0,
    dropped: 0,
    excluded: false,
    updated_at: 0,
    change: 0,
  };
}

/**
 * @param {IDBObjectStore} totals
 * @returns {Promise<number>}
 */
async function nextChange(totals) {
  const before = await answerOf(totals.get("ledger"));
  const change = (before?.change ?? 0) + 1;
  await answerOf(totals.put({ name: "ledger", change }));
  return change;
}

/**
 * Change one row inside a running transaction over the stores "ledger" and "totals".
 *
 * @param {Pick<import("./database.js").Stores, "ledger" | "totals">} stores
 * @param {{provider: string, conversation_id: string}} key
 * @param {number} now
 * @param {(row: LedgerRow) => Partial<LedgerRow>} change
 */
export async function changeRow(stores, key, now, change) {
  const found = await answerOf(stores.ledger.get([key.provider, key.conversation_id]));
  const row = found ?? newRow(key.provider, key.conversation_id);
  const after = { ...row, ...change(row), updated_at: now, change: await nextChange(stores.totals) };
  await answerOf(stores.ledger.put(after));
  if (!found) await prune(stores.ledger);
}

/** @param {IDBObjectStore} ledger */
async function prune(ledger) {
  let spare = (await answerOf(ledger.count())) - ROWS_MAX;
  if (spare <= 0) return;
  const cursor = ledger.index("updated_at").openCursor();
  let looks = 0;
  for (let at = await answerOf(cursor); at && spare > 0 && looks < PRUNE_LOOKS; at = await answerOf(cursor)) {
    looks += 1;
    if (at.value.waiting === 0 && at.value.rejected === 0) {
      at.delete();
      spare -= 1;
    }
    at.continue();
  }
}

/**
 * Counts since the extension first saw the conversation, over all its pages.
 *
 * @param {LedgerRow} row
 * @returns {PageCounts}
 */
export function countsOf(row) {
  const { sends_seen, replies_finished, failed } = Object.values(row.pages).reduce(sum, row.earlier);
  // What was forgotten is taken off, and a page may not have reported what we have seen of it.
  return { sends_seen: Math.max(0, sends_seen), replies_finished: Math.max(0, replies_finished), failed: Math.max(0, failed) };
}

/**
 * @param {LedgerRow} row
 * @param {string} page id of the document that reports
 * @param {PageReport} report
 * @returns {Partial<LedgerRow>}
 */
function withReport(row, page, report) {
  const { sends_seen, replies_finished, failed } = report;
  const pages = { ...row.pages };
  delete pages[page];
  const spare = Object.keys(pages).slice(0, Math.max(0, Object.keys(pages).length - PAGES_MAX + 1));
  const earlier = spare.reduce((total, id) => sum(total, pages[id] ?? NOTHING), row.earlier);
  for (const id of spare) delete pages[id];
  pages[page] = { sends_seen, replies_finished, failed };
  return { earlier, pages, turns_in_page: report.turns_in_page, degraded: report.degraded };
}

/**
 * The counts of a conversation that the learner has forgotten begin anew; pages that are still open go on counting from
 * where they are, so that is taken off.
 *
 * @param {LedgerRow} row
 * @param {string} at
 * @returns {Partial<LedgerRow>}
 */
function emptied(row, at) {
  const seen = Object.values(row.pages).reduce(sum, NOTHING);
  const earlier = { sends_seen: -seen.sends_seen, replies_finished: -seen.replies_finished, failed: -seen.failed };
  return { earlier, turns_in_page: 0, captured: row.waiting + row.rejected, stored: 0, dropped: 0, reset_at: at };
}

/**
 * @param {LedgerRow} row
 * @returns {WireRow}
 */
export function toWire(row) {
  const { provider, conversation_id, turns_in_page, captured, stored, waiting, rejected, degraded } = row;
  return {
    provider,
    conversation_id,
    ...countsOf(row),
    turns_in_page,
    captured,
    stored,
    waiting,
    rejected,
    degraded,
    updated_at: new Date(row.updated_at).toISOString(),
    reset_at: row.reset_at ?? null,
  };
}

export class Ledger {
  #database;
  #now;

  /**
   * @param {object} deps
   * @param {import("./database.js").Database} deps.database
   * @param {() => number} deps.now
   */
  constructor({ database, now }) {
    this.#database = database;
    this.#now = now;
  }

  /**
   * @param {PageReport} report
   * @param {string} page
   */
  recordPage(report, page) {
    return this.#change(report, (row) => withReport(row, page, report));
  }

  /**
   * An exchange was not kept, on purpose.
   *
   * @param {{provider: string, conversation_id: string}} key
   * @param {{excluded: boolean}} why
   */
  recordDropped(key, { excluded }) {
    return this.#change(key, (row) => ({ dropped: row.dropped + 1, excluded: row.excluded || excluded }));
  }

  /**
   * @param {{provider: string, conversation_id: string}} key
   * @param {(row: LedgerRow) => Partial<LedgerRow>} change
   */
  #change(key, change) {
    return this.#database.write(["ledger", "totals"], (stores) => changeRow(stores, key, this.#now(), change));
  }

  /**
   * @param {Reset[]} resets conversations of which the learner has forgotten every exchange
   */
  async reset(resets) {
    for (const { provider, conversation_id, at } of resets) {
      await this.#change({ provider, conversation_id }, (row) => (row.reset_at === at ? {} : emptied(row, at)));
    }
  }

  /**
   * @param {number} limit
   * @returns {Promise<LedgerRow[]>} latest first
   */
  recent(limit) {
    return this.#database.read(["ledger"], async ({ ledger }) => {
      /** @type {LedgerRow[]} */
      const rows = [];
      const cursor = ledger.index("updated_at").openCursor(null, "prev");
      for (let at = await answerOf(cursor); at && rows.length < limit; at = await answerOf(cursor)) {
        rows.push(at.value);
        at.continue();
      }
      return rows;
    });
  }

  /**
   * @param {number} after number of the last change already known
   * @param {number} limit
   * @returns {Promise<LedgerRow[]>} in the order of their changes
   */
  changedSince(after, limit) {
    return this.#database.read(["ledger"], ({ ledger }) =>
      answerOf(ledger.index("change").getAll(IDBKeyRange.lowerBound(after, true), limit)),
    );
  }
}
