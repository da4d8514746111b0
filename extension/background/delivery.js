/**
 * Drains the outbox: one drainer at a time, in order of capture, and never to a stranger.
 */

import { classifyAnswer } from "./answers.js";
import { SCHEMA, Unreachable } from "./server-client.js";

/**
 * @typedef {import("./outbox.js").Waiting} Waiting
 * @typedef {import("./connection.js").Link} Link
 * @typedef {import("./connection.js").NoLink} NoLink
 * @typedef {Pick<NoLink, "state" | "code" | "error"> & {version?: string | null, waitMs?: number | null}} Trouble
 *
 * @typedef {object} DeliveryDeps
 * @property {import("./outbox.js").Outbox} outbox
 * @property {import("./connection.js").Connection} connection
 * @property {import("./server-client.js").ServerClient} client
 * @property {import("./health.js").Health} health
 * @property {Pick<import("./lists.js").Lists, "sync">} lists
 * @property {import("./state.js").State} state
 * @property {Pick<LockManager, "request">} locks
 * @property {Pick<typeof chrome.alarms, "create" | "clear">} alarms
 * @property {() => number} now
 * @property {() => number} random in [0, 1)
 * @property {string} version of the extension
 * @property {(ms: number) => void} soon asks for a try within this worker's life, if it lives
 */

/** Wakes the worker for the next try. */
export const DELIVERY_ALARM = "skilltrail.deliver";

const BACKOFF_FIRST_MS = 1_000;
const BACKOFF_MAX_MS = 5 * 60_000;

/** A capture knocks at a door where nobody has answered at most this often: old chats bring hundreds at once. */
const KNOCK_EVERY_MS = 1_000;

/** Browsers fire no alarm earlier than this. */
const ALARM_MIN_MS = 30_000;

/** Browsers end an event after five minutes; the rest of a long queue waits for the next one. */
const DRAIN_MAX_MS = 4 * 60_000;

/**
 * @param {number} attempts failed in a row, at least 1
 * @param {number} random in [0, 1)
 * @returns {number} 1 s to 5 min; jitter keeps several browsers from knocking together
 */
export function backoffMs(attempts, random) {
  const ceiling = Math.min(BACKOFF_MAX_MS, BACKOFF_FIRST_MS * 2 ** Math.min(attempts, 20));
  return Math.max(BACKOFF_FIRST_MS, Math.round(ceiling * (0.5 + random / 2)));
}

export class Delivery {
  #deps;

  /** @param {DeliveryDeps} deps */
  constructor(deps) {
    this.#deps = deps;
  }

  /** A person asked: try at once, whatever the last failure said, unless the service itself has asked us to wait. */
  async now() {
    await this.#alone(() => this.#drain(() => 0));
  }

  /** A capture was stored: as `now`, unless nobody has answered a moment ago. */
  async captured() {
    const { now } = this.#deps;
    await this.#alone(() =>
      this.#drain(({ triedAt, nextAt }) => {
        const since = now() - (triedAt ?? -Infinity);
        const justTried = since >= 0 && since < KNOCK_EVERY_MS;
        return justTried ? Math.max(now() - since + KNOCK_EVERY_MS, nextAt ?? 0) : 0;
      }),
    );
  }

  /** An alarm or the start of the worker: try if something waits and it is time. */
  async whenDue() {
    await this.#alone(() => this.#drain(({ nextAt }) => nextAt ?? 0));
  }

  /**
   * At most one drain runs and at most one more waits for its turn: whoever comes later may go,
   * for the one that waits has not yet looked into the outbox.
   *
   * @param {() => Promise<void>} drain
   */
  async #alone(drain) {
    const { locks } = this.#deps;
    /** @type {(value?: unknown) => void} */
    let started = () => undefined;
    const turn = new Promise((resolve) => (started = resolve));
    /** @type {Promise<void> | null} */
    let run = null;
    await locks.request("skilltrail.delivery.next", { ifAvailable: true }, async (lock) => {
      if (lock === null) return;
      run = locks.request("skilltrail.delivery", async () => {
        started();
        await drain();
      });
      await turn;
    });
    await run;
  }

  /** @param {(delivery: import("./state.js").DeliveryRecord) => number} earliestOf the time before which there is no try */
  async #drain(earliestOf) {
    const { outbox, state, now, health, alarms } = this.#deps;
    const waiting = (await outbox.totals()).waiting.count;
    const delivery = await state.get("delivery");
    const paired = (await state.get("pairing")) !== null;
    const reports = paired && (await health.hasNews());
    // With nothing to say, nobody is asked: no probing.
    if (!paired || (waiting === 0 && !reports)) {
      await alarms.clear(DELIVERY_ALARM);
      return;
    }
    const earliest = Math.max(delivery.holdUntil ?? 0, earliestOf(delivery));
    if (now() < earliest) {
      if (waiting > 0) await this.#wakeAt(earliest);
      return;
    }
    await this.#connectAndSend();
  }

  /** Look for the service even though nothing waits: a person is watching. */
  async check() {
    await this.#alone(() => this.#connectAndSend());
  }

  async #connectAndSend() {
    const { connection, health, lists, now } = this.#deps;
    // If the worker dies in the middle, this alarm brings the next one.
    await this.#wakeAt(now() + 2 * ALARM_MIN_MS);
    const link = await connection.prove();
    if (link.ok) await lists.sync(link);
    const trouble = link.ok ? ((await this.#sendAll(link)) ?? (await health.post(link))) : link;
    if (trouble) await this.#failed(trouble);
    else await this.#succeeded(/** @type {Link} */ (link));
  }

  /**
   * @param {Link} link
   * @returns {Promise<Trouble | null>} null when the outbox is empty, or time is up
   */
  async #sendAll(link) {
    const { outbox, now } = this.#deps;
    const until = now() + DRAIN_MAX_MS;
    while (now() < until) {
      const batch = await outbox.batch();
      if (batch.length === 0) return null;
      const trouble = await this.#send(link, batch);
      if (trouble) return trouble;
    }
    return null;
  }

  /**
   * @param {Link} link
   * @param {Waiting[]} batch not empty
   * @returns {Promise<Trouble | null>}
   */
  async #send(link, batch) {
    const { client, version, now } = this.#deps;
    try {
      const items = batch.map(({ item }) => item);
      const answer = await client.sendExchanges(link.port, link.token, { schema: SCHEMA, extension_version: version, items });
      const meaning = classifyAnswer(answer, now());
      if (meaning.kind === "stop") return meaning;
      if (meaning.kind === "results") return await this.#settle(batch, meaning.results);
      return await this.#split(link, batch, meaning.code);
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
      return { state: "away", code: "server_away", error: error.message };
    }
  }

  /**
   * @param {Waiting[]} batch
   * @param {import("./answers.js").ItemResult[]} results
   * @returns {Promise<Trouble | null>}
   */
  async #settle(batch, results) {
    const { outbox, health } = this.#deps;
    const byId = new Map(results.map((result) => [result.capture_id, result]));
    const settlements = batch.flatMap((waiting) => {
      const result = byId.get(waiting.item.capture_id);
      return result ? [{ waiting, outcome: result.outcome, code: result.code, detail: result.detail }] : [];
    });
    await outbox.settle(settlements);
    await health.saved(settlements.map(({ outcome }) => outcome));
    // An exchange without an answer stays; asking again at once would ask for ever.
    const silent = settlements.length < batch.length;
    return silent ? { state: "away", code: "bad_answer", error: "HTTP 200 without a result for each exchange" } : null;
  }

  /**
   * @param {Link} link
   * @param {Waiting[]} batch
   * @param {string} code
   * @returns {Promise<Trouble | null>}
   */
  async #split(link, batch, code) {
    const [first] = batch;
    if (batch.length === 1 && first) {
      await this.#deps.outbox.settle([{ waiting: first, outcome: "refused", code, detail: null }]);
      return null;
    }
    const half = Math.ceil(batch.length / 2);
    return (await this.#send(link, batch.slice(0, half))) ?? (await this.#send(link, batch.slice(half)));
  }

  /** @param {Trouble} trouble */
  async #failed({ state: linkState, code, error, version = null, waitMs = null }) {
    const { state, now, random, outbox, soon, alarms } = this.#deps;
    const after = await state.update("delivery", (before) => {
      // A capture may try early; only a try that was due makes the next one later.
      const due = before.nextAt === null || now() >= before.nextAt;
      const attempts = due ? before.attempts + 1 : before.attempts;
      const nextAt = due ? now() + backoffMs(attempts, random()) : before.nextAt;
      const holdUntil = waitMs === null ? null : now() + waitMs;
      return { state: linkState, code, error, version: version ?? before.version, attempts, nextAt, triedAt: now(), holdUntil };
    });
    if ((await outbox.totals()).waiting.count === 0) {
      await alarms.clear(DELIVERY_ALARM);
      return;
    }
    const earliest = Math.max(after.nextAt ?? 0, after.holdUntil ?? 0);
    await this.#wakeAt(earliest);
    // A short outage should not cost the half minute that an alarm needs.
    if (earliest - now() < ALARM_MIN_MS) soon(earliest - now());
  }

  /** @param {Link} link */
  async #succeeded({ version }) {
    const { state, outbox, alarms, now } = this.#deps;
    await state.update("delivery", () => ({
      state: "ok",
      code: null,
      error: null,
      version,
      attempts: 0,
      nextAt: null,
      triedAt: null,
      holdUntil: null,
    }));
    if ((await outbox.totals()).waiting.count === 0) await alarms.clear(DELIVERY_ALARM);
    else await this.#wakeAt(now());
  }

  /** @param {number} at milliseconds since 1970 */
  async #wakeAt(at) {
    const { alarms, now } = this.#deps;
    await alarms.create(DELIVERY_ALARM, { when: Math.max(at, now() + ALARM_MIN_MS) });
  }
}
