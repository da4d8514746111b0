/**
 * Puts together what the badge, the popup and the options page show.
 */

import { isPaused } from "../shared/settings.js";
import { t } from "../shared/i18n.js";
import { badgeOf, showBadge } from "./badge.js";
import { localDay } from "./health.js";
import { problemOf } from "./problems.js";
import { dashboardUrl } from "./server-client.js";

/**
 * @typedef {import("./problems.js").Snapshot} Snapshot
 *
 * @typedef {object} StatusDeps
 * @property {import("./outbox.js").Outbox} outbox
 * @property {import("./health.js").Health} health
 * @property {import("./connection.js").Connection} connection
 * @property {import("./state.js").State} state
 * @property {import("./titles.js").Titles} titles
 * @property {Parameters<typeof showBadge>[0]} action
 * @property {() => number} now
 * @property {string} version of the extension
 */

export class Status {
  #deps;
  /** @type {Promise<void> | null} a drawing of the badge that is under way */
  #drawing = null;
  /** @type {Promise<void> | null} one more that waits for it and has not yet looked */
  #next = null;

  /** @param {StatusDeps} deps */
  constructor(deps) {
    this.#deps = deps;
  }

  /** @returns {Promise<Snapshot>} */
  async #snapshot() {
    const { outbox, health, connection, state, now } = this.#deps;
    const settings = await state.get("settings");
    const paused = isPaused(settings, now());
    return {
      consented: (await state.get("consent")) !== null,
      paired: (await state.get("pairing")) !== null,
      permitted: await connection.mayConnect(),
      seesChats: await connection.maySeeChats(),
      paused,
      pausedUntil: paused ? settings.pausedUntil : null,
      delivery: await state.get("delivery"),
      outbox: await outbox.summary(),
      intake: await state.get("intake"),
      health: await health.summary(),
    };
  }

  /**
   * Make the toolbar icon tell the truth. Captures can come faster than a badge is drawn; then one drawing serves all
   * that came before it.
   *
   * @returns {Promise<void>}
   */
  refreshBadge() {
    this.#next ??= this.#drawNext();
    return this.#next;
  }

  async #drawNext() {
    // A drawing that failed has told those who waited for it.
    await this.#drawing?.catch(() => undefined);
    this.#next = null;
    this.#drawing = this.#draw();
    await this.#drawing;
  }

  async #draw() {
    const snapshot = await this.#snapshot();
    const badge = badgeOf(snapshot, problemOf(snapshot, this.#deps.now()));
    await showBadge(this.#deps.action, badge, t);
  }

  /** @returns {Promise<import("../shared/messages.js").Success>} as the contract of status.get says */
  async read() {
    const { state, titles, now, version } = this.#deps;
    const snapshot = await this.#snapshot();
    const { consented, paused, pausedUntil, outbox, health } = snapshot;
    const problem = problemOf(snapshot, now());
    const saved = await state.get("saved");
    return {
      ok: true,
      version,
      // A pairing that the service no longer knows is none.
      paired: snapshot.paired && snapshot.delivery.state !== "unpaired",
      consented,
      paused,
      pausedUntil,
      server: await this.#server(snapshot),
      outbox,
      health: { state: health.state, conversations: await titles.name(health.conversations) },
      last: { storedAt: saved.storedAt, today: saved.day === localDay(now()) ? saved.today : 0 },
      problem: problem && {
        code: problem.code,
        tone: problem.tone,
        title: t(problem.title),
        detail: t(problem.detail),
        action: { label: t(problem.action), message: problem.message },
      },
    };
  }

  /** @param {Snapshot} snapshot */
  async #server({ paired, permitted, delivery }) {
    const pairing = await this.#deps.state.get("pairing");
    return {
      state: linkState({ paired, permitted, delivery }),
      port: pairing?.port ?? null,
      version: delivery.version,
      label: pairing?.label ?? null,
      pairedAt: pairing?.pairedAt ?? null,
      url: pairing ? dashboardUrl(pairing.port) : null,
      error: delivery.error,
    };
  }
}

/**
 * @param {Pick<Snapshot, "paired" | "permitted" | "delivery">} snapshot
 * @returns {import("./state.js").LinkState}
 */
function linkState({ paired, permitted, delivery }) {
  if (!paired) return "unpaired";
  return permitted ? delivery.state : "no_permission";
}
