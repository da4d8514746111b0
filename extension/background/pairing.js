/**
 * Pairing with the service on this computer: one click here, one there, six digits to compare.
 */

import { fromBase64url, toBase64url } from "../shared/base64url.js";
import { failure } from "../shared/messages.js";
import { keepsCommitment, newKeyPair, openMarkKey, pairingDigits, sharedKey } from "./handshake.js";
import { Unreachable, pairPageUrl } from "./server-client.js";

/**
 * @typedef {import("../shared/messages.js").Answer} Answer
 * @typedef {import("./key-store.js").PendingPairing} PendingPairing
 *
 * @typedef {object} PairingDeps
 * @property {import("./connection.js").Connection} connection
 * @property {import("./server-client.js").ServerClient} client
 * @property {import("./key-store.js").KeyStore} keys
 * @property {import("./outbox.js").Outbox} outbox
 * @property {import("./state.js").State} state
 * @property {import("./titles.js").Titles} titles
 * @property {() => number} now
 * @property {() => string} label how this browser is called in the dashboard
 * @property {string} version of the extension
 */

/** The service forgets a request after this; so do we. */
const LIFE_MS = 120_000;

const POINT_BYTES = 65;

/** The service answered something that the protocol does not have; `code` says what. */
class PairingRefused extends Error {
  /** @param {string} code */
  constructor(code) {
    super(code);
    this.name = "PairingRefused";
    this.code = code;
  }
}

/**
 * @param {import("./server-client.js").ServerAnswer} answer
 * @param {number[]} expected
 * @returns {Record<string, unknown>}
 * @throws {PairingRefused}
 */
function bodyOf({ status, body }, expected) {
  if (expected.includes(status) && typeof body === "object" && body !== null) {
    return /** @type {Record<string, unknown>} */ (body);
  }
  const code = /** @type {{code?: unknown} | null} */ (body)?.code;
  if (status === 429) throw new PairingRefused("rate_limited");
  if (status === 426) throw new PairingRefused("extension_too_old");
  throw new PairingRefused(typeof code === "string" && code.length <= 60 ? code : `http_${status}`);
}

/**
 * @param {Record<string, unknown>} body
 * @param {string} field
 * @returns {string}
 * @throws {PairingRefused}
 */
function textOf(body, field) {
  const value = body[field];
  if (typeof value !== "string") throw new PairingRefused("bad_answer");
  return value;
}

export class Pairing {
  #deps;

  /** @param {PairingDeps} deps */
  constructor(deps) {
    this.#deps = deps;
  }

  /**
   * @returns {Promise<Answer>} with `requestId`, `digits`, `url` of the page to approve it on and
   *   `expiresAt`
   */
  async start() {
    const { connection, keys } = this.#deps;
    const found = await connection.findAny();
    if (!found.ok) return failure(found.code, found.error ?? undefined);
    const { port, hello } = found;
    try {
      const pending = await this.#agree(port, hello.instanceId);
      await keys.setPending(pending);
      const { requestId, digits, expiresAt } = pending;
      return { ok: true, requestId, digits, expiresAt, url: pairPageUrl(port, requestId) };
    } catch (error) {
      return troubleOf(error);
    }
  }

  /**
   * @param {number} port
   * @param {string} instanceId
   * @returns {Promise<PendingPairing>}
   */
  async #agree(port, instanceId) {
    const { client, now, version, label: nameOfBrowser } = this.#deps;
    const label = nameOfBrowser();
    const expiresAt = now() + LIFE_MS;
    const opened = bodyOf(await client.startPairing(port, { label, extension_version: version }), [200, 201]);
    const requestId = textOf(opened, "request_id");
    const requestSecret = textOf(opened, "request_secret");
    const commitment = textOf(opened, "commitment");
    const { publicKey, privateKey } = await newKeyPair();
    const ours = { request_secret: requestSecret, public_key: toBase64url(publicKey) };
    const answer = bodyOf(await client.exchangeKeys(port, requestId, ours), [200]);
    const serverPublic = fromBase64url(textOf(answer, "public_key"));
    const nonce = fromBase64url(textOf(answer, "nonce"));
    const kept = serverPublic.length === POINT_BYTES && (await keepsCommitment({ commitment, serverPublic, nonce }));
    if (!kept) throw new PairingRefused("commitment_broken");
    const digits = await pairingDigits({ requestId, extensionPublic: publicKey, serverPublic, nonce });
    const key = await sharedKey({ privateKey, serverPublic, instanceId });
    return { requestId, requestSecret, instanceId, port, label, digits, expiresAt, key };
  }

  /** @returns {Promise<Answer>} with `state`: none, waiting, approved, rejected or expired */
  async poll() {
    const { keys, now } = this.#deps;
    const pending = await keys.pending();
    if (!pending) return { ok: true, state: "none" };
    if (now() >= pending.expiresAt) return this.#over("expired");
    try {
      return await this.#ask(pending);
    } catch (error) {
      return troubleOf(error);
    }
  }

  /**
   * @param {PendingPairing} pending
   * @returns {Promise<Answer>}
   */
  async #ask(pending) {
    const { client } = this.#deps;
    const body = { request_secret: pending.requestSecret };
    const answer = await client.pairingStatus(pending.port, pending.requestId, body);
    if (answer.status === 404) return this.#over("expired");
    const said = bodyOf(answer, [200]);
    if (said.state === "approved") return this.#approved(pending, said);
    if (said.state === "rejected" || said.state === "expired") return this.#over(said.state);
    const { digits, expiresAt, requestId, port } = pending;
    return { ok: true, state: "waiting", digits, expiresAt, url: pairPageUrl(port, requestId) };
  }

  /**
   * @param {PendingPairing} pending
   * @param {Record<string, unknown>} said
   * @returns {Promise<Answer>}
   */
  async #approved({ key, instanceId, port, label }, said) {
    const { keys, state, now } = this.#deps;
    const deviceId = textOf(said, "device_id");
    const sealed = said.mark_key;
    if (typeof sealed !== "object" || sealed === null) throw new PairingRefused("bad_answer");
    const { nonce, box } = /** @type {Record<string, unknown>} */ (sealed);
    const parts = { deviceId, nonce: textOf({ nonce }, "nonce"), box: textOf({ box }, "box") };
    const markKey = await openMarkKey(key, parts);
    await keys.setDevice({ key, markKey });
    await keys.forgetPending();
    await state.update("pairing", () => ({ deviceId, instanceId, port, label, pairedAt: now() }));
    await state.update("delivery", (before) => ({ ...before, state: "ok", code: null, error: null, attempts: 0, nextAt: null, holdUntil: null }));
    // It may be another service than before: it is told everything.
    await state.update("ledger", () => ({ postedChange: 0, postedAt: 0, heldAfter: 0 }));
    return { ok: true, state: "approved" };
  }

  /**
   * @param {"rejected" | "expired"} how
   * @returns {Promise<Answer>}
   */
  async #over(how) {
    await this.#deps.keys.forgetPending();
    return { ok: true, state: how };
  }

  /** @returns {Promise<Answer>} */
  async cancel() {
    await this.#deps.keys.forgetPending();
    return { ok: true };
  }

  /**
   * Undo the pairing on this side; nothing more is captured.
   *
   * @param {{discardWaiting: boolean}} choice whether what still waits here is deleted too
   * @returns {Promise<Answer>}
   */
  async forget({ discardWaiting }) {
    const { keys, state, outbox, titles } = this.#deps;
    await state.update("pairing", () => null);
    await keys.forgetAll();
    await titles.forget();
    if (discardWaiting) await outbox.clear();
    return { ok: true };
  }
}

/**
 * @param {unknown} error
 * @returns {Answer}
 * @throws when it is a fault of our own
 */
function troubleOf(error) {
  if (error instanceof Unreachable) return failure("server_away", error.message);
  if (error instanceof PairingRefused) return failure(error.code);
  // Keys, points and boxes that WebCrypto or the decoder cannot take: not the service we know.
  if (error instanceof DOMException || error instanceof RangeError) return failure("bad_answer", error.name);
  throw error;
}
