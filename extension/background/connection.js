/**
 * Finds the paired service among its three ports and makes it prove itself.
 *
 * Every program on the machine can open one of these ports. Until the proof has been checked,
 * nothing but a random number is sent.
 */

import { toBase64url } from "../shared/base64url.js";
import { SITE_PATTERNS } from "../shared/sites.js";
import { bearerToken, newNonce, provesItself } from "./handshake.js";
import { PORTS, SCHEMA, SERVICE_PERMISSION, Unreachable } from "./server-client.js";

/**
 * @typedef {import("./state.js").LinkState} LinkState
 *
 * @typedef {object} Hello
 * @property {string} version
 * @property {string} instanceId
 * @property {boolean} fits speaks our wire version
 *
 * @typedef {object} PortReport
 * @property {number} port
 * @property {"ours" | "other_skilltrail" | "other_program" | "silent"} finding
 * @property {string | null} error the browser's own words
 * @property {Hello | null} hello
 *
 * @typedef {{ok: true, port: number, token: string, version: string}} Link
 * @typedef {{ok: false, state: LinkState, code: string, error: string | null, version: string | null}} NoLink
 */

/**
 * @param {unknown} body
 * @returns {Hello | null} null when this is not Skilltrail
 */
export function readHello(body) {
  if (typeof body !== "object" || body === null) return null;
  const { product, version, instance_id, api, schemas } = /** @type {Record<string, unknown>} */ (body);
  if (product !== "skilltrail" || typeof version !== "string" || typeof instance_id !== "string") return null;
  const fits = Array.isArray(api) && api.includes("v1") && Array.isArray(schemas) && schemas.includes(SCHEMA);
  return { version: version.slice(0, 40), instanceId: instance_id, fits };
}

/**
 * @param {LinkState} state
 * @param {string} code
 * @param {{error?: string | null, version?: string | null}} [more]
 * @returns {NoLink}
 */
function noLink(state, code, { error = null, version = null } = {}) {
  return { ok: false, state, code, error, version };
}

export class Connection {
  #client;
  #keys;
  #state;
  #permissions;

  /**
   * @param {object} deps
   * @param {import("./server-client.js").ServerClient} deps.client
   * @param {import("./key-store.js").KeyStore} deps.keys
   * @param {import("./state.js").State} deps.state
   * @param {{contains: (wanted: {origins: string[]}) => Promise<boolean>}} deps.permissions
   */
  constructor({ client, keys, state, permissions }) {
    this.#client = client;
    this.#keys = keys;
    this.#state = state;
    this.#permissions = permissions;
  }

  /** @returns {Promise<boolean>} whether the browser lets us reach the service at all */
  mayConnect() {
    return this.#permissions.contains({ origins: [...SERVICE_PERMISSION.origins] });
  }

  /** @returns {Promise<boolean>} whether the browser lets us see the chat pages; a learner can take that back */
  maySeeChats() {
    return this.#permissions.contains({ origins: [SITE_PATTERNS[0] ?? ""] });
  }

  /**
   * @param {number} port
   * @param {string | null} instanceId of the service we are paired with; null: any will do
   * @returns {Promise<PortReport>}
   */
  async #look(port, instanceId) {
    try {
      const answer = await this.#client.hello(port);
      const hello = answer.status === 200 ? readHello(answer.body) : null;
      if (!hello) return { port, finding: "other_program", error: `HTTP ${answer.status}`, hello: null };
      const ours = instanceId === null || hello.instanceId === instanceId;
      return { port, finding: ours ? "ours" : "other_skilltrail", error: null, hello };
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
      return { port, finding: "silent", error: error.message, hello: null };
    }
  }

  /**
   * Ask the ports one after the other, the last good one first, until ours is found.
   *
   * @param {{instanceId: string | null, port: number | null}} wanted
   * @returns {Promise<PortReport[]>} what was found; ours, if there, is last
   */
  async survey({ instanceId, port }) {
    /** @type {PortReport[]} */
    const reports = [];
    const order = [...PORTS].sort((a, b) => Number(b === port) - Number(a === port));
    for (const candidate of order) {
      const report = await this.#look(candidate, instanceId);
      reports.push(report);
      if (report.finding === "ours") break;
    }
    return reports;
  }

  /**
   * A service that could be paired with, whoever it is.
   *
   * @returns {Promise<{ok: true, port: number, hello: Hello} | NoLink>}
   */
  async findAny() {
    if (!(await this.mayConnect())) return noLink("no_permission", "no_permission");
    return foundOf(await this.survey({ instanceId: null, port: null }));
  }

  /**
   * Find the paired service, check its proof and return what is needed to send.
   *
   * @returns {Promise<Link | NoLink>}
   */
  async prove() {
    const pairing = await this.#state.get("pairing");
    const device = await this.#keys.device();
    if (!pairing || !device) return noLink("unpaired", "not_paired");
    if (!(await this.mayConnect())) return noLink("no_permission", "no_permission");
    const found = foundOf(await this.survey({ instanceId: pairing.instanceId, port: pairing.port }));
    if (!found.ok) return found;
    const { port, hello } = found;
    const refusal = await this.#challenge({ port, hello, deviceId: pairing.deviceId, key: device.key });
    if (refusal) return refusal;
    if (port !== pairing.port) await this.#state.update("pairing", (before) => before && { ...before, port });
    return { ok: true, port, version: hello.version, token: await bearerToken(device.key) };
  }

  /**
   * @param {{port: number, hello: Hello, deviceId: string, key: CryptoKey}} target
   * @returns {Promise<NoLink | null>} null when the proof holds
   */
  async #challenge({ port, hello, deviceId, key }) {
    const { version, instanceId } = hello;
    const nonce = newNonce();
    try {
      const answer = await this.#client.prove(port, { device_id: deviceId, nonce: toBase64url(nonce) });
      if (answer.status === 401 || answer.status === 404) return noLink("unpaired", "pairing_gone", { version });
      if (answer.status !== 200) return noLink("away", "proof_failed", { error: `HTTP ${answer.status}`, version });
      const proof = /** @type {{proof?: unknown} | null} */ (answer.body)?.proof;
      const genuine = typeof proof === "string" && (await provesItself(key, { nonce, instanceId, port, proof }));
      return genuine ? null : noLink("foreign", "proof_wrong");
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
      return noLink("away", "server_away", { error: error.message, version });
    }
  }
}

/**
 * @param {PortReport[]} reports
 * @returns {{ok: true, port: number, hello: Hello} | NoLink}
 */
function foundOf(reports) {
  const ours = reports.find((report) => report.finding === "ours");
  if (ours?.hello) {
    const { port, hello } = ours;
    return hello.fits ? { ok: true, port, hello } : noLink("mismatch", "version_mismatch", { version: hello.version });
  }
  const error = reports.map(({ port, error: words, finding }) => `${port}: ${words ?? finding}`).join("; ");
  if (reports.some((report) => report.finding === "other_skilltrail")) return noLink("foreign", "other_skilltrail", { error });
  // A program on a spare port is in nobody's way; one on the main port explains the silence.
  const blocked = reports.some((report) => report.finding === "other_program" && report.port === PORTS[0]);
  return blocked ? noLink("foreign", "port_taken", { error }) : noLink("away", "server_away", { error });
}
