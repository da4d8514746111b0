/** The only file with fetch(): asks the server with the session's credential. */

import { token } from "./session.js";

/** The server did not answer. */
export class ServerAway extends Error {}

/** The server answered with a problem (RFC 9457). */
export class Refused extends Error {
  /**
   * @param {number} status
   * @param {{code?: string, detail?: string, request_id?: string}} problem
   */
  constructor(status, problem) {
    super(problem.detail ?? "");
    this.status = status;
    this.code = problem.code ?? "";
    this.reference = problem.request_id ?? "";
  }
}

/** A server that takes longer hangs; longer than any page, shorter than a person waits. */
const PATIENCE = 60_000;

/** @typedef {{method?: string, body?: unknown, demo?: boolean, signal?: AbortSignal, patience?: number}} Question */

/** @returns {boolean} whether the address shows the invented history */
export function inDemo() {
  return location.pathname === "/demo" || location.pathname.startsWith("/demo/");
}

/**
 * @param {string} path
 * @param {Question} [question] `demo`: ask the invented history (by default what the address shows); `patience` in ms
 * @returns {Promise<Response>}
 * @throws {ServerAway | Refused}
 */
export async function ask(path, { method = "GET", body, demo = inDemo(), signal, patience = PATIENCE } = {}) {
  const headers = headersFor(method, demo, body);
  const sent = method === "GET" ? undefined : bytesOf(body);
  const limits = [AbortSignal.timeout(patience), ...(signal ? [signal] : [])];
  const init = { method, headers, body: sent, signal: AbortSignal.any(limits) };
  const response = await reach(path, { ...init, cache: "no-store", credentials: "omit" });
  if (!response.ok) throw new Refused(response.status, await problemOf(response));
  return response;
}

/**
 * @param {string} path
 * @param {Question} [question]
 * @returns {Promise<any>}
 */
export async function askJson(path, question) {
  const response = await ask(path, question);
  return response.status === 204 ? null : response.json();
}

/**
 * @param {string} path
 * @param {Question} [question]
 * @returns {Promise<string>}
 */
export async function askText(path, question) {
  return (await ask(path, question)).text();
}

/** @param {unknown} body a piece of a file goes as it is, all else as JSON */
function bytesOf(body) {
  return body instanceof Blob ? body : JSON.stringify(body ?? {});
}

/**
 * @param {string} method
 * @param {boolean} demo
 * @param {unknown} body
 */
function headersFor(method, demo, body) {
  /** @type {Record<string, string>} */
  const headers = {};
  const credential = token();
  if (credential) headers["Authorization"] = `Bearer ${credential}`;
  if (demo) headers["Skilltrail-Space"] = "demo";
  if (method !== "GET") headers["Content-Type"] = body instanceof Blob ? "application/octet-stream" : "application/json";
  return headers;
}

/**
 * @param {string} path
 * @param {RequestInit} init
 */
async function reach(path, init) {
  try {
    return await fetch(path, init);
  } catch (fault) {
    if (fault instanceof DOMException && fault.name === "AbortError") throw fault;
    throw new ServerAway();
  }
}

/** @param {Response} response */
async function problemOf(response) {
  const type = response.headers.get("Content-Type") ?? "";
  return type.includes("json") ? response.json() : {};
}
