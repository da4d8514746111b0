/** The page's transports. Each hands over the bytes as they come and keeps a digest of them. */

/* global keptFetch, KeptWebSocket, keptRequest, standinConfig */

/** @type {{name: string, sha256: string, size: number, chunks: number, splitCharacters: number, splitLineEnds: number}[]} */
export const streams = [];

/** Counts what arrived on one stream. */
class Meter {
  constructor() {
    this.parts = [];
    this.splitCharacters = 0;
    this.splitLineEnds = 0;
  }

  /** @param {Uint8Array} chunk */
  add(chunk) {
    const before = this.parts.at(-1);
    if ((chunk[0] & 0xc0) === 0x80) this.splitCharacters += 1;
    if (before?.at(-1) === 13 && chunk[0] === 10) this.splitLineEnds += 1;
    this.parts.push(chunk.slice());
  }

  /** @param {string | null} name */
  async report(name) {
    if (name === null) return;
    const whole = new Uint8Array(await new Blob(this.parts).arrayBuffer());
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", whole));
    const sha256 = [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    const { splitCharacters, splitLineEnds } = this;
    streams.push({ name, sha256, size: whole.length, chunks: this.parts.length, splitCharacters, splitLineEnds });
  }
}

/**
 * Post `body` and hand every chunk of the answer to `onChunk`.
 * @param {{url: string, body: object, transport?: "fetch" | "request" | "xhr", onChunk: (chunk: Uint8Array) => void}} options
 * @returns {Promise<{status: number, broken: boolean}>}
 */
export async function post({ url, body, transport = "fetch", onChunk }) {
  const headers = { "content-type": "application/json", accept: "text/event-stream", authorization: "Bearer standin" };
  const init = { method: "POST", headers, body: JSON.stringify(body) };
  const meter = new Meter();
  const each = (chunk) => {
    meter.add(chunk);
    onChunk(chunk);
  };
  const carry = standinConfig.network === "worker" ? byWorker : transport === "xhr" ? byXhr : byFetch;
  const result = await carry({ url, init, each, asRequest: transport === "request" });
  await meter.report(result.name);
  return result;
}

/**
 * @param {string} url
 * @returns {Promise<any>} the JSON answer
 */
export async function get(url) {
  const headers = { authorization: "Bearer standin" };
  if (standinConfig.network !== "worker") return (await keptFetch(url, { headers })).json();
  const decoder = new TextDecoder();
  let text = "";
  await byWorker({ url, init: { headers }, each: (chunk) => (text += decoder.decode(chunk, { stream: true })) });
  return JSON.parse(text);
}

async function byFetch({ url, init, each, asRequest }) {
  const response = asRequest
    ? await keptFetch(new Request(new URL(url, location.origin), init))
    : await keptFetch(url, init);
  const name = response.headers.get("x-request-id");
  let broken = false;
  try {
    const reader = response.body.getReader();
    for (let step = await reader.read(); !step.done; step = await reader.read()) each(step.value);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    broken = true; // the network failed in the middle of the answer
  }
  return { status: response.status, name, broken };
}

function byXhr({ url, init, each }) {
  const request = new keptRequest();
  const encoder = new TextEncoder();
  let seen = 0;
  const more = () => {
    each(encoder.encode(request.responseText.slice(seen)));
    seen = request.responseText.length;
  };
  return new Promise((resolve) => {
    request.onprogress = more;
    request.onloadend = () => {
      if (request.responseText.length > seen) more();
      const name = request.getResponseHeader("x-request-id");
      resolve({ status: request.status, name, broken: request.status === 0 });
    };
    request.open(init.method, url);
    for (const [field, value] of Object.entries(init.headers)) request.setRequestHeader(field, value);
    request.send(init.body);
  });
}

/** @type {Worker | undefined} */
let worker;
let jobs = 0;

/** A socket that lives in the worker, as far as this page uses sockets. */
function workerSocket(address) {
  worker ??= new Worker("/assets/network-worker.js");
  const job = (jobs += 1);
  const socket = { onmessage: null, onopen: null, send: (text) => worker.postMessage({ job, send: text }) };
  worker.addEventListener("message", ({ data }) => {
    if (data.job === job && data.open) socket.onopen();
    if (data.job === job && data.frame) socket.onmessage({ data: data.frame });
  });
  worker.postMessage({ job, socket: address });
  return socket;
}

function byWorker({ url, init, each }) {
  worker ??= new Worker("/assets/network-worker.js");
  const job = (jobs += 1);
  let start = { status: 0, name: null };
  return new Promise((resolve) => {
    const listen = ({ data }) => {
      if (data.job !== job) return;
      if (data.status) start = data;
      if (data.chunk) each(data.chunk);
      if (data.end || data.error) {
        worker.removeEventListener("message", listen);
        resolve({ status: start.status, name: start.name, broken: Boolean(data.error) });
      }
    };
    worker.addEventListener("message", listen);
    worker.postMessage({ job, url: new URL(url, location.origin).href, init });
  });
}

/** The one socket of this tab; opened when the first answer is handed off to it. */
export class TurnSocket {
  constructor() {
    this.listeners = new Map();
    this.meter = new Meter();
    this.opened = null;
  }

  /** Wait for the items of `topic`; `onItem` gets SSE text. */
  async follow(topic, onItem) {
    this.opened ??= this.open();
    const socket = await this.opened;
    return new Promise((resolve) => {
      this.listeners.set(topic, { onItem, resolve });
      socket.send(JSON.stringify([{ type: "subscribe", topic_id: topic }]));
    });
  }

  async open() {
    const { websocket_url: address } = await get("/backend-api/celsius/ws/user");
    this.name = new URL(address).pathname.split("/").at(-1);
    const socket = standinConfig.network === "worker" ? workerSocket(address) : new KeptWebSocket(address);
    socket.onmessage = ({ data }) => this.receive(data);
    await new Promise((resolve) => (socket.onopen = resolve));
    return socket;
  }

  receive(data) {
    this.meter.add(new TextEncoder().encode(data));
    for (const { topic_id: topic, payload } of JSON.parse(data)) {
      const listener = this.listeners.get(topic);
      if (!listener || payload.type !== "conversation-turn-stream") continue;
      if (payload.payload.type === "stream-item") listener.onItem(payload.payload.encoded_item);
      else {
        this.listeners.delete(topic);
        listener.resolve();
      }
    }
  }

  /** Add the socket's digest to `streams`, once everything has come. */
  async report() {
    if (this.opened) await this.meter.report(this.name);
  }
}
