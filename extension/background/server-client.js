/**
 * The way to the Skilltrail service: the only file with an address, fetch() and headers.
 */

const HOST = "http://127.0.0.1";

/** The service's port and its two spare ones. */
export const PORTS = Object.freeze([8731, 8732, 8733]);

/** What the browser must allow before any request can leave. */
export const SERVICE_PERMISSION = Object.freeze({ origins: [`${HOST}/*`] });

/** Hello and proof are answered from memory; a port that hangs must not hold up the others. */
const SHORT_MS = 4_000;

/** Below the 30 s after which a browser stops a worker that waits for an answer. */
const LONG_MS = 25_000;

/** Wire version of what is sent. */
export const SCHEMA = 1;

/**
 * @typedef {object} ServerAnswer
 * @property {number} status
 * @property {unknown} body parsed JSON, or null when the answer was none
 * @property {string | null} retryAfter
 */

/** No answer at all: refused, timed out, redirected or cut off. */
export class Unreachable extends Error {
  /** @param {string} message the browser's own words */
  constructor(message) {
    super(message);
    this.name = "Unreachable";
  }
}

/**
 * @param {number} port
 * @param {string} requestId
 * @returns {string} the dashboard page on which the learner approves a pairing
 */
export function pairPageUrl(port, requestId) {
  return `${HOST}:${port}/pair#request=${encodeURIComponent(requestId)}`;
}

/**
 * @param {number} port
 * @returns {string}
 */
export function dashboardUrl(port) {
  return `${HOST}:${port}/`;
}

export class ServerClient {
  #fetch;

  /** @param {{fetch?: typeof globalThis.fetch}} [deps] tests bring a service of their own */
  constructor({ fetch = (...request) => globalThis.fetch(...request) } = {}) {
    this.#fetch = fetch;
  }

  /** @param {number} port */
  hello(port) {
    return this.#get(port, "/api/v1/hello");
  }

  /**
   * @param {number} port
   * @param {{label: string, extension_version: string}} body
   */
  startPairing(port, body) {
    return this.#post(port, "/api/v1/pairings", body, {});
  }

  /**
   * @param {number} port
   * @param {string} requestId
   * @param {{request_secret: string, public_key: string}} body
   */
  exchangeKeys(port, requestId, body) {
    return this.#post(port, `/api/v1/pairings/${encodeURIComponent(requestId)}/key`, body, {});
  }

  /**
   * @param {number} port
   * @param {string} requestId
   * @param {{request_secret: string}} body
   */
  pairingStatus(port, requestId, body) {
    return this.#post(port, `/api/v1/pairings/${encodeURIComponent(requestId)}/status`, body, {});
  }

  /**
   * @param {number} port
   * @param {{device_id: string, nonce: string}} body
   */
  prove(port, body) {
    return this.#post(port, "/api/v1/proof", body, {});
  }

  /**
   * @param {number} port
   * @param {string} token
   * @param {{schema: number, extension_version: string, items: unknown[]}} envelope
   */
  sendExchanges(port, token, envelope) {
    return this.#post(port, "/api/v1/exchanges", envelope, { token, timeoutMs: LONG_MS });
  }

  /**
   * @param {number} port
   * @param {string} token
   * @param {Record<string, unknown>} report
   */
  sendLedger(port, token, report) {
    return this.#post(port, "/api/v1/ledger", report, { token, timeoutMs: LONG_MS });
  }

  /**
   * @param {number} port
   * @param {string} token
   * @param {{known: string}} body the revision of the lists that are here
   */
  redactionLists(port, token, body) {
    return this.#post(port, "/api/v1/redaction-lists", body, { token });
  }

  /**
   * @param {number} port
   * @param {string} path
   */
  #get(port, path) {
    return this.#request(`${HOST}:${port}${path}`, { method: "GET", headers: { Accept: "application/json" } }, SHORT_MS);
  }

  /**
   * @param {number} port
   * @param {string} path
   * @param {unknown} body
   * @param {{token?: string, timeoutMs?: number}} options
   */
  #post(port, path, body, { token, timeoutMs = SHORT_MS }) {
    /** @type {Record<string, string>} */
    const headers = { Accept: "application/json", "Content-Type": "application/json" };
    if (token !== undefined) headers.Authorization = `Bearer ${token}`;
    return this.#request(`${HOST}:${port}${path}`, { method: "POST", headers, body: JSON.stringify(body) }, timeoutMs);
  }

  /**
   * @param {string} url
   * @param {RequestInit} init
   * @param {number} timeoutMs
   * @returns {Promise<ServerAnswer>}
   * @throws {Unreachable}
   */
  async #request(url, init, timeoutMs) {
    try {
      const response = await this.#fetch(url, {
        ...init,
        cache: "no-store",
        credentials: "omit",
        redirect: "error",
        referrerPolicy: "no-referrer",
        signal: AbortSignal.timeout(timeoutMs),
      });
      const text = await response.text();
      return { status: response.status, body: parsed(text), retryAfter: response.headers.get("Retry-After") };
    } catch (error) {
      throw new Unreachable(error instanceof Error ? `${error.name}: ${error.message}` : String(error));
    }
  }
}

/**
 * @param {string} text
 * @returns {unknown} null when the text is no JSON: another program's page, for example
 */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch (_notJson) {
    return null;
  }
}
