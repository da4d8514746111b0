/**
 * Builds the worker's parts and hands each what it needs. The only place that knows them all.
 */

import { t } from "../shared/i18n.js";
import { Connection } from "./connection.js";
import { Database } from "./database.js";
import { Delivery } from "./delivery.js";
import { Health } from "./health.js";
import { Intake } from "./intake.js";
import { KeyStore } from "./key-store.js";
import { Ledger } from "./ledger.js";
import { Lists } from "./lists.js";
import { Outbox } from "./outbox.js";
import { Pairing } from "./pairing.js";
import { ServerClient } from "./server-client.js";
import { State } from "./state.js";
import { Status } from "./status.js";
import { Titles } from "./titles.js";

/**
 * @typedef {object} Surroundings what the browser provides; tests provide their own
 * @property {typeof globalThis.fetch} [fetch]
 * @property {IDBFactory} indexedDB
 * @property {Pick<LockManager, "request">} locks
 * @property {Pick<chrome.storage.StorageArea, "get" | "set">} storage
 * @property {Pick<typeof chrome.alarms, "create" | "clear">} alarms
 * @property {Pick<chrome.storage.StorageArea, "get" | "set">} session
 * @property {Parameters<typeof import("./badge.js").showBadge>[0]} action
 * @property {{contains: (wanted: {origins: string[]}) => Promise<boolean>}} permissions
 * @property {() => number} now
 * @property {() => number} random
 * @property {() => string} newId
 * @property {(run: () => void, ms: number) => void} later
 * @property {string} version of the extension
 * @property {string} userAgent
 * @property {import("./outbox.js").Limits} [limits]
 *
 * @typedef {object} Services
 * @property {Outbox} outbox
 * @property {Ledger} ledger
 * @property {Intake} intake
 * @property {Delivery} delivery
 * @property {Connection} connection
 * @property {Pairing} pairing
 * @property {Health} health
 * @property {Status} status
 * @property {State} state
 * @property {KeyStore} keys
 * @property {Surroundings["alarms"]} alarms
 * @property {() => number} now
 * @property {(where: string, run: () => Promise<void>) => void} inBackground goes on after the answer; a fault is noted
 */

/**
 * @param {string} userAgent
 * @returns {string} such as "Firefox on this computer"
 */
export function deviceLabel(userAgent) {
  const names = [
    ["Firefox/", "Firefox"],
    ["Edg/", "Edge"],
    ["OPR/", "Opera"],
    ["Chrome/", "Chrome"],
  ];
  const [, name] = names.find(([mark]) => userAgent.includes(mark ?? "")) ?? [];
  return name ? t("device_label", name) : t("device_label_unknown");
}

/**
 * @param {Surroundings} surroundings
 * @returns {Services}
 */
export function compose(surroundings) {
  const { fetch, indexedDB, locks, storage, alarms, action, permissions, now, random, newId, version } = surroundings;
  const database = new Database(indexedDB);
  const state = new State({ area: storage, locks });
  const client = new ServerClient({ fetch });
  const keys = new KeyStore({ database });
  const lists = new Lists({ keys, client });
  const outbox = new Outbox({ database, now, limits: surroundings.limits });
  const ledger = new Ledger({ database, now });
  const connection = new Connection({ client, keys, state, permissions });
  const titles = new Titles({ area: surroundings.session, locks });
  const health = new Health({ ledger, outbox, client, state, titles, alarms, now, version });
  const status = new Status({ outbox, health, connection, state, titles, action, now, version });
  const label = () => deviceLabel(surroundings.userAgent);
  const pairing = new Pairing({ connection, client, keys, outbox, state, titles, now, label, version });
  const intake = new Intake({ outbox, ledger, keys, lists, state, titles, locks, now, newId });
  const inBackground = noting(state, now);
  /** @param {number} ms */
  const soon = (ms) =>
    surroundings.later(() => {
      inBackground("retry", async () => {
        await delivery.whenDue();
        await status.refreshBadge();
      });
    }, ms);
  const delivery = new Delivery({ outbox, connection, client, health, lists, state, locks, alarms, now, random, version, soon });
  return { outbox, ledger, intake, delivery, connection, pairing, health, status, state, keys, alarms, now, inBackground };
}

/**
 * @param {State} state
 * @param {() => number} now
 * @returns {Services["inBackground"]}
 */
function noting(state, now) {
  return (where, run) => {
    run().catch(async (error) => {
      // The name only: a message could quote what it choked on.
      const name = error instanceof Error ? error.name : typeof error;
      await state.update("fault", () => ({ where, name, at: now() }));
    });
  };
}
