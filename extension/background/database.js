/**
 * The extension's own IndexedDB: what waits, what was refused, the ledger and the keys.
 *
 * Content scripts cannot reach it, and `unlimitedStorage` keeps it out of eviction.
 */

const NAME = "skilltrail";
const VERSION = 1;

/** @typedef {"outbox" | "rejected" | "ledger" | "totals" | "keys"} StoreName */
/** @typedef {Record<StoreName, IDBObjectStore>} Stores */

/** @param {IDBDatabase} database */
function createStores(database) {
  // autoIncrement numbers never repeat, so their order is the order of capture.
  database.createObjectStore("outbox", { keyPath: "seq", autoIncrement: true });
  database.createObjectStore("rejected", { keyPath: "id", autoIncrement: true });
  const ledger = database.createObjectStore("ledger", { keyPath: ["provider", "conversation_id"] });
  ledger.createIndex("change", "change");
  ledger.createIndex("updated_at", "updated_at");
  database.createObjectStore("totals", { keyPath: "name" });
  database.createObjectStore("keys", { keyPath: "name" });
}

/**
 * @template T
 * @param {IDBRequest<T>} request
 * @returns {Promise<T>}
 */
export function answerOf(request) {
  return new Promise((resolve, reject) => {
    request.addEventListener("success", () => resolve(request.result), { once: true });
    request.addEventListener("error", () => reject(request.error), { once: true });
  });
}

/**
 * @param {IDBTransaction} transaction
 * @returns {Promise<void>}
 */
function completionOf(transaction) {
  return new Promise((resolve, reject) => {
    transaction.addEventListener("complete", () => resolve());
    transaction.addEventListener("abort", () => reject(transaction.error));
  });
}

export class Database {
  #factory;
  /** A connection, not state: the worker may lose it at any time and opens another. */
  #opening = /** @type {Promise<IDBDatabase> | null} */ (null);

  /** @param {IDBFactory} factory */
  constructor(factory) {
    this.#factory = factory;
  }

  /** @returns {Promise<IDBDatabase>} */
  #open() {
    this.#opening ??= this.#connect().catch((error) => {
      this.#opening = null;
      throw error;
    });
    return this.#opening;
  }

  async #connect() {
    const request = this.#factory.open(NAME, VERSION);
    request.addEventListener("upgradeneeded", () => createStores(request.result));
    const database = await answerOf(request);
    const forget = () => (this.#opening = null);
    database.addEventListener("close", forget);
    database.addEventListener("versionchange", () => {
      forget();
      database.close();
    });
    return database;
  }

  /**
   * Run one transaction. `body` may await nothing but the transaction's own requests.
   *
   * @template T
   * @param {StoreName[]} names
   * @param {(stores: Stores) => Promise<T>} body
   * @returns {Promise<T>}
   */
  async read(names, body) {
    const database = await this.#open();
    const transaction = database.transaction(names, "readonly");
    return body(storesOf(transaction, names));
  }

  /**
   * As `read`, but writing. Resolves when the data has reached the disk, not merely the
   * operating system: after that a capture may be acknowledged to the page.
   *
   * @template T
   * @param {StoreName[]} names
   * @param {(stores: Stores) => Promise<T>} body
   * @returns {Promise<T>}
   */
  async write(names, body) {
    const database = await this.#open();
    const transaction = database.transaction(names, "readwrite", { durability: "strict" });
    const completion = completionOf(transaction);
    try {
      const result = await body(storesOf(transaction, names));
      await completion;
      return result;
    } catch (error) {
      await undo(transaction, completion);
      throw error;
    }
  }
}

/**
 * @param {IDBTransaction} transaction
 * @param {StoreName[]} names
 * @returns {Stores}
 */
function storesOf(transaction, names) {
  return /** @type {Stores} */ (Object.fromEntries(names.map((name) => [name, transaction.objectStore(name)])));
}

/**
 * @param {IDBTransaction} transaction
 * @param {Promise<void>} completion
 */
async function undo(transaction, completion) {
  try {
    transaction.abort();
  } catch (error) {
    // The transaction is over already: the failed request that brought us here has ended it.
    if (!(error instanceof DOMException && error.name === "InvalidStateError")) throw error;
  }
  await completion.catch(() => undefined);
}
