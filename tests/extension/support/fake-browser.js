/**
 * The parts of a browser that the background needs, in memory. A "worker restart" is a second
 * composition over the same FakeBrowser: what survives there survives in a real browser.
 */

import { IDBFactory, IDBKeyRange } from "fake-indexeddb";
import { readFileSync } from "node:fs";
import { compose } from "../../../extension/background/composition.js";

globalThis.IDBKeyRange = IDBKeyRange;

const CATALOGUE = JSON.parse(readFileSync(new URL("../../../_locales/en/messages.json", import.meta.url), "utf8"));

/** Web Locks: exclusive, first come first served, with ifAvailable. */
class FakeLocks {
  #tails = new Map();

  async request(name, ...rest) {
    const [options, callback] = rest.length === 2 ? rest : [{}, rest[0]];
    if (options.ifAvailable && this.#tails.has(name)) return callback(null);
    const before = this.#tails.get(name) ?? Promise.resolve();
    const run = before.then(() => callback({ name }));
    const tail = run.then(
      () => undefined,
      () => undefined,
    );
    this.#tails.set(name, tail);
    tail.then(() => {
      if (this.#tails.get(name) === tail) this.#tails.delete(name);
    });
    return run;
  }
}

class FakeStorageArea {
  values = {};

  async get(key) {
    return key in this.values ? { [key]: structuredClone(this.values[key]) } : {};
  }

  async set(entries) {
    Object.assign(this.values, structuredClone(entries));
  }
}

class FakeAlarms {
  pending = new Map();

  async create(name, options) {
    this.pending.set(name, options);
  }

  async clear(name) {
    return this.pending.delete(name);
  }
}

class FakeAction {
  text = "";
  title = "";
  color = "";

  async setBadgeText({ text }) {
    this.text = text;
  }
  async setBadgeBackgroundColor({ color }) {
    this.color = color;
  }
  async setBadgeTextColor() {}
  async setTitle({ title }) {
    this.title = title;
  }
}

export class FakeBrowser {
  locks = new FakeLocks();
  storage = new FakeStorageArea();
  session = new FakeStorageArea();
  alarms = new FakeAlarms();
  action = new FakeAction();
  indexedDB = new IDBFactory();
  permitted = true;
  seesChats = true;
  clock = Date.parse("2026-10-05T12:00:00Z");
  timers = [];
  #ids = 0;

  constructor() {
    globalThis.chrome = {
      i18n: {
        getMessage: (key, values = []) => (CATALOGUE[key]?.message ?? "").replace(/\$(\d)/g, (_, n) => values[n - 1] ?? ""),
        getUILanguage: () => "en-GB",
      },
    };
  }

  /** Start a worker: what it keeps in variables is new, everything else is as it was. */
  startWorker({ fetch, limits } = {}) {
    return compose({
      fetch,
      limits,
      indexedDB: this.indexedDB,
      locks: this.locks,
      storage: this.storage,
      session: this.session,
      alarms: this.alarms,
      action: this.action,
      permissions: { contains: async ({ origins }) => (origins[0].includes("127.0.0.1") ? this.permitted : this.seesChats) },
      now: () => this.clock,
      random: () => 0.5,
      newId: () => `00000000-0000-4000-8000-${String(++this.#ids).padStart(12, "0")}`,
      later: (run, ms) => this.timers.push({ run, ms }),
      version: "0.1.0",
      userAgent: "Mozilla/5.0 Chrome/156.0 Safari/537.36",
    });
  }
}
