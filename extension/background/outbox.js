/**
 * Exchanges that are stored but not yet accepted, in the order of their capture.
 *
 * An exchange is put here before anything is sent, and leaves only when the service says that it
 * has it. Refused ones move to a second store that the learner can see. Nothing is ever dropped
 * to make room: a full outbox refuses, and says so.
 */

import { jsonBytes } from "../shared/exchange.js";
import { answerOf } from "./database.js";
import { changeRow } from "./ledger.js";

/**
 * @typedef {import("../shared/exchange.js").Item} Item
 * @typedef {import("./database.js").Stores} Stores
 *
 * @typedef {object} Waiting
 * @property {number} seq
 * @property {Item} item
 * @property {number} bytes of the item as JSON
 * @property {number} put_at milliseconds since 1970
 *
 * @typedef {object} Rejected
 * @property {number} id
 * @property {Item} item
 * @property {number} bytes
 * @property {string} code
 * @property {string | null} detail
 * @property {number} rejected_at
 *
 * @typedef {{count: number, bytes: number}} Amount
 * @typedef {{waiting: Amount, rejected: Amount}} Totals
 * @typedef {{items: number, bytes: number}} Limits
 *
 * @typedef {object} Settlement what the service said about one waiting exchange
 * @property {Waiting} waiting
 * @property {"stored" | "known" | "revised" | "refused"} outcome
 * @property {string | null} code
 * @property {string | null} detail
 *
 * @typedef {Pick<Item, "capture_id" | "provider" | "conversation_id" | "prompt_id" | "reply_id" | "asked_at">} Held
 */

/** 500 MB or 100,000 exchanges: thirty days of an absent service, many times over. */
export const OUTBOX_LIMITS = Object.freeze({ items: 100_000, bytes: 500_000_000 });

/** One request: at most 200 exchanges and 1.5 MB of them. */
export const BATCH_LIMITS = Object.freeze({ items: 200, bytes: 1_500_000 });

/** What the service refuses because the learner has forgotten it: its text must not stay here either. */
const FORGOTTEN = "forgotten";

/** Above this share of the limits the learner is warned, while there is still room. */
const NEARLY_FULL = 0.9;

/** @type {import("./database.js").StoreName[]} */
const ALL = ["outbox", "rejected", "ledger", "totals"];

const NO_AMOUNT = Object.freeze({ count: 0, bytes: 0 });

/**
 * @param {Totals} totals
 * @param {Limits} limits
 * @returns {number} share of the room in use, 1 when full
 */
function fullness({ waiting, rejected }, limits) {
  const count = waiting.count + rejected.count;
  const bytes = waiting.bytes + rejected.bytes;
  return Math.max(count / limits.items, bytes / limits.bytes);
}

/**
 * @param {IDBObjectStore} store
 * @returns {Promise<Totals>}
 */
async function readTotals(store) {
  const found = await answerOf(store.get("amounts"));
  return found ? { waiting: found.waiting, rejected: found.rejected } : { waiting: NO_AMOUNT, rejected: NO_AMOUNT };
}

/**
 * @param {IDBObjectStore} store
 * @param {{waiting?: Amount, rejected?: Amount}} difference
 */
async function addToTotals(store, { waiting = NO_AMOUNT, rejected = NO_AMOUNT }) {
  const before = await readTotals(store);
  /** @type {(a: Amount, b: Amount) => Amount} */
  const add = (a, b) => ({ count: a.count + b.count, bytes: a.bytes + b.bytes });
  const after = { waiting: add(before.waiting, waiting), rejected: add(before.rejected, rejected) };
  await answerOf(store.put({ name: "amounts", ...after }));
}

/**
 * @param {Item} item
 * @returns {Held}
 */
function heldOf({ capture_id, provider, conversation_id, prompt_id, reply_id, asked_at }) {
  return { capture_id, provider, conversation_id, prompt_id, reply_id, asked_at };
}

/**
 * @param {number} count
 * @param {number} bytes
 * @returns {Amount}
 */
const amount = (count, bytes) => ({ count, bytes });

/**
 * A forgotten exchange counts for nothing any more. One that was followed live was counted by its page too; one that was
 * read later from an old conversation was not.
 *
 * @param {import("./ledger.js").LedgerRow} row
 * @param {Item} item
 * @returns {Partial<import("./ledger.js").LedgerRow>}
 */
function withoutOne({ captured, earlier }, { fidelity }) {
  const live = fidelity.startsWith("stream_") ? 1 : 0;
  return {
    captured: Math.max(0, captured - 1),
    earlier: { ...earlier, replies_finished: earlier.replies_finished - live, sends_seen: earlier.sends_seen - live },
  };
}

/** The outbox has no room: a visible problem, not a silent loss. */
export class OutboxFull extends Error {
  constructor() {
    super("the outbox is full");
    this.name = "OutboxFull";
  }
}

export class Outbox {
  #database;
  #now;
  #limits;

  /**
   * @param {object} deps
   * @param {import("./database.js").Database} deps.database
   * @param {() => number} deps.now
   * @param {Limits} [deps.limits]
   */
  constructor({ database, now, limits = OUTBOX_LIMITS }) {
    this.#database = database;
    this.#now = now;
    this.#limits = limits;
  }

  /**
   * Store an exchange. When this resolves, it is on the disk.
   *
   * @param {Item} item already redacted
   * @throws {OutboxFull}
   */
  async put(item) {
    const bytes = jsonBytes(item);
    await this.#database.write(["outbox", "ledger", "totals"], async (stores) => {
      const totals = await readTotals(stores.totals);
      const after = { ...totals, waiting: amount(totals.waiting.count + 1, totals.waiting.bytes + bytes) };
      if (fullness(after, this.#limits) > 1) throw new OutboxFull();
      await answerOf(stores.outbox.add({ item, bytes, put_at: this.#now() }));
      await addToTotals(stores.totals, { waiting: amount(1, bytes) });
      await changeRow(stores, item, this.#now(), (row) => ({ captured: row.captured + 1, waiting: row.waiting + 1 }));
    });
  }

  /**
   * The oldest exchanges that fit one request; at least one if any waits.
   *
   * @param {Limits} [limits]
   * @returns {Promise<Waiting[]>} in order of capture
   */
  batch(limits = BATCH_LIMITS) {
    return this.#database.read(["outbox"], async ({ outbox }) => {
      /** @type {Waiting[]} */
      const records = [];
      let bytes = 0;
      const cursor = outbox.openCursor();
      for (let at = await answerOf(cursor); at; at = await answerOf(cursor)) {
        bytes += at.value.bytes;
        if (records.length > 0 && (records.length >= limits.items || bytes > limits.bytes)) break;
        records.push(at.value);
        at.continue();
      }
      return records;
    });
  }

  /**
   * Act on the service's answers: what it has goes, what it refused is set aside.
   *
   * @param {Settlement[]} settlements
   */
  async settle(settlements) {
    await this.#database.write(ALL, async (stores) => {
      for (const settlement of settlements) await this.#settleOne(stores, settlement);
    });
  }

  /**
   * @param {Stores} stores
   * @param {Settlement} settlement
   */
  async #settleOne(stores, { waiting, outcome, code, detail }) {
    // The learner may have discarded it meanwhile; then there is nothing to count.
    if ((await answerOf(stores.outbox.get(waiting.seq))) === undefined) return;
    const { item, bytes, seq } = waiting;
    const forgotten = outcome === "refused" && code === FORGOTTEN;
    const refused = outcome === "refused" && !forgotten;
    await answerOf(stores.outbox.delete(seq));
    if (refused) {
      const record = { item, bytes, code: code ?? "unknown", detail, rejected_at: this.#now() };
      await answerOf(stores.rejected.add(record));
    }
    await addToTotals(stores.totals, {
      waiting: amount(-1, -bytes),
      rejected: refused ? amount(1, bytes) : NO_AMOUNT,
    });
    await changeRow(stores, item, this.#now(), (row) => ({
      waiting: Math.max(0, row.waiting - 1),
      stored: row.stored + (refused || forgotten ? 0 : 1),
      rejected: row.rejected + (refused ? 1 : 0),
      ...(forgotten ? withoutOne(row, item) : {}),
    }));
  }

  /** @returns {Promise<Totals>} */
  totals() {
    return this.#database.read(["totals"], ({ totals }) => readTotals(totals));
  }

  /**
   * @returns {Promise<{waiting: number, rejected: number, bytes: number, oldestAt: number | null, full: boolean, nearlyFull: boolean}>}
   *   `full`: a further ordinary exchange would be refused
   */
  summary() {
    return this.#database.read(["outbox", "totals"], async ({ outbox, totals }) => {
      const amounts = await readTotals(totals);
      const oldest = await answerOf(outbox.openCursor());
      const used = fullness(amounts, this.#limits);
      return {
        waiting: amounts.waiting.count,
        rejected: amounts.rejected.count,
        bytes: amounts.waiting.bytes + amounts.rejected.bytes,
        oldestAt: oldest ? oldest.value.put_at : null,
        full: used >= 1,
        nearlyFull: used >= NEARLY_FULL,
      };
    });
  }

  /**
   * @param {number} limit
   * @returns {Promise<Rejected[]>} latest first
   */
  rejected(limit) {
    return this.#database.read(["rejected"], async ({ rejected }) => {
      /** @type {Rejected[]} */
      const records = [];
      const cursor = rejected.openCursor(null, "prev");
      for (let at = await answerOf(cursor); at && records.length < limit; at = await answerOf(cursor)) {
        records.push(at.value);
        at.continue();
      }
      return records;
    });
  }

  /**
   * Put a refused exchange at the end of the queue again.
   *
   * @param {number} id
   * @returns {Promise<boolean>} false when there is no such exchange
   */
  retry(id) {
    return this.#takeRejected(id, async (stores, { item, bytes }) => {
      await answerOf(stores.outbox.add({ item, bytes, put_at: this.#now() }));
      await addToTotals(stores.totals, { waiting: amount(1, bytes), rejected: amount(-1, -bytes) });
      await changeRow(stores, item, this.#now(), (row) => ({ rejected: Math.max(0, row.rejected - 1), waiting: row.waiting + 1 }));
    });
  }

  /**
   * Delete a refused exchange for good.
   *
   * @param {number} id
   * @returns {Promise<boolean>} false when there is no such exchange
   */
  discard(id) {
    return this.#takeRejected(id, async (stores, { item, bytes }) => {
      await addToTotals(stores.totals, { rejected: amount(-1, -bytes) });
      await changeRow(stores, item, this.#now(), (row) => ({ rejected: Math.max(0, row.rejected - 1) }));
    });
  }

  /**
   * @param {number} id
   * @param {(stores: Stores, record: Rejected) => Promise<void>} then
   */
  #takeRejected(id, then) {
    return this.#database.write(ALL, async (stores) => {
      const record = await answerOf(stores.rejected.get(id));
      if (record === undefined) return false;
      await answerOf(stores.rejected.delete(id));
      await then(stores, record);
      return true;
    });
  }

  /**
   * Exchanges that are still here, as the service may be asked about them: ids and times, no text. Those that were
   * refused come first, for nothing else will ever take them away.
   *
   * @param {number} limit
   * @param {number} after the last refused one that was asked about; 0 begins anew
   * @returns {Promise<{held: Held[], next: number}>} `next` is the `after` of the next question
   */
  held(limit, after) {
    return this.#database.read(["outbox", "rejected"], async ({ outbox, rejected }) => {
      const refused = await answerOf(rejected.getAll(IDBKeyRange.lowerBound(after, true), limit));
      const waiting = await answerOf(outbox.getAll(null, Math.max(0, limit - refused.length)));
      const next = refused.length === limit ? (refused.at(-1)?.id ?? 0) : 0;
      return { held: [...refused, ...waiting].map(({ item }) => heldOf(item)), next };
    });
  }

  /**
   * Delete what the learner has forgotten elsewhere.
   *
   * @param {string[]} captureIds
   */
  async forget(captureIds) {
    const gone = new Set(captureIds);
    if (gone.size === 0) return;
    await this.#database.write(ALL, async (stores) => {
      for (const name of /** @type {const} */ (["outbox", "rejected"])) {
        const cursor = stores[name].openCursor();
        for (let at = await answerOf(cursor); at; at = await answerOf(cursor)) {
          if (gone.has(at.value.item.capture_id)) await this.#drop(stores, name, at.value);
          at.continue();
        }
      }
    });
  }

  /**
   * @param {Stores} stores
   * @param {"outbox" | "rejected"} name
   * @param {any} record
   */
  async #drop(stores, name, { seq, id, item, bytes }) {
    const waits = name === "outbox";
    await answerOf(stores[name].delete(waits ? seq : id));
    await addToTotals(stores.totals, { [waits ? "waiting" : "rejected"]: amount(-1, -bytes) });
    await changeRow(stores, item, this.#now(), (row) => ({
      waiting: Math.max(0, row.waiting - (waits ? 1 : 0)),
      rejected: Math.max(0, row.rejected - (waits ? 0 : 1)),
      ...withoutOne(row, item),
    }));
  }

  /** Delete everything that waits or was refused, with the account of it: the learner asked for it. */
  async clear() {
    await this.#database.write(ALL, async (stores) => {
      for (const store of [stores.outbox, stores.rejected, stores.ledger]) await answerOf(store.clear());
      await answerOf(stores.totals.delete("amounts"));
    });
  }
}
