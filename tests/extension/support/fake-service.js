/**
 * A Skilltrail service in memory, written from the wire contract with node:crypto alone, so that it
 * shares no arithmetic with the extension. It is reached through its `fetch`.
 */

import { createCipheriv, createECDH, createHash, createHmac, hkdfSync, randomBytes } from "node:crypto";

const b64 = (bytes) => Buffer.from(bytes).toString("base64url");
const unb64 = (text) => Buffer.from(text, "base64url");
export const derive = (ikm, salt, info) => Buffer.from(hkdfSync("sha256", ikm, salt, info, 32));

export class FakeService {
  port = 8731;
  instanceId = "instance-1";
  running = true;
  schemas = [1];
  requests = [];
  stored = new Map();
  reports = [];
  lists = { revision: "r-0", words: [], allowed: [], mask_personal: false, exempt: [] };
  lies = {};
  markKey = randomBytes(32);
  #pairing = null;
  #key = null;

  /** The extension's way in; everything not listening on `port` refuses. */
  fetch = async (url, init = {}) => {
    const { port, pathname } = new URL(url);
    if (!this.running || Number(port) !== this.port) throw new TypeError("Failed to fetch");
    const body = init.body === undefined ? undefined : JSON.parse(init.body);
    this.requests.push({ path: pathname, body, headers: init.headers, init });
    const planned = this.lies[pathname];
    const answer = planned ? await planned(body) : null;
    const [status, json, headers = {}] = answer ?? this.#answer(pathname, body, init.headers);
    return new Response(typeof json === "string" ? json : JSON.stringify(json), { status, headers });
  };

  paths() {
    return this.requests.map(({ path }) => path);
  }

  approve() {
    this.#pairing.state = "approved";
  }

  reject() {
    this.#pairing.state = "rejected";
  }

  revoke() {
    this.#key = null;
  }

  get digits() {
    return this.#pairing.digits;
  }

  #answer(path, body, headers) {
    if (path === "/api/v1/hello") return [200, this.#hello()];
    if (path === "/api/v1/pairings") return [201, this.#open()];
    if (path.endsWith("/key")) return [200, this.#exchange(body)];
    if (path.endsWith("/status")) return [200, this.#status(body)];
    if (path === "/api/v1/proof") return this.#prove(body);
    if (!this.#key || headers.Authorization !== `Bearer ${b64(derive(this.#key, "", "skilltrail bearer v1"))}`) {
      return [401, { code: "not_paired" }];
    }
    if (path === "/api/v1/redaction-lists") return [200, body.known === this.lists.revision ? { revision: body.known } : this.lists];
    return path === "/api/v1/ledger" ? this.#record(body) : [200, this.#take(body)];
  }

  #hello() {
    const { instanceId, port, schemas } = this;
    return { product: "skilltrail", version: "0.1.0", api: ["v1"], instance_id: instanceId, port, schemas, capabilities: [] };
  }

  #open() {
    const ecdh = createECDH("prime256v1");
    const serverPublic = ecdh.generateKeys();
    const nonce = randomBytes(16);
    const commitment = createHash("sha256").update(serverPublic).update(nonce).digest();
    this.#pairing = { ecdh, serverPublic, nonce, state: "pending", id: "request-1", secret: "s3cret" };
    return { request_id: "request-1", request_secret: "s3cret", commitment: b64(commitment), expires_in: 120 };
  }

  #exchange({ public_key, request_secret }) {
    const { ecdh, serverPublic, nonce, id, secret } = this.#pairing;
    if (request_secret !== secret) throw new Error("wrong request secret");
    const theirs = unb64(public_key);
    this.#key = derive(ecdh.computeSecret(theirs), this.instanceId, "skilltrail device v1");
    const hash = createHash("sha256")
      .update("skilltrail pairing v1")
      .update(id)
      .update(theirs)
      .update(serverPublic)
      .update(nonce)
      .digest();
    const number = String(hash.readBigUInt64BE(0) % 1_000_000n).padStart(6, "0");
    this.#pairing.digits = `${number.slice(0, 2)} ${number.slice(2, 4)} ${number.slice(4)}`;
    return { public_key: b64(serverPublic), nonce: b64(nonce) };
  }

  #status({ request_secret }) {
    const { state, secret } = this.#pairing;
    if (request_secret !== secret) throw new Error("wrong request secret");
    if (state !== "approved") return { state };
    const nonce = randomBytes(12);
    const cipher = createCipheriv("aes-256-gcm", derive(this.#key, "", "skilltrail mark-key box v1"), nonce);
    cipher.setAAD(Buffer.from("device-1"));
    const box = Buffer.concat([cipher.update(this.markKey), cipher.final(), cipher.getAuthTag()]);
    return { state, device_id: "device-1", mark_key: { nonce: b64(nonce), box: b64(box) } };
  }

  #prove({ device_id, nonce }) {
    if (!this.#key || device_id !== "device-1") return [401, { code: "not_paired" }];
    const port = Buffer.from([this.port >> 8, this.port & 255]);
    const proof = createHmac("sha256", derive(this.#key, "", "skilltrail proof v1"))
      .update("skilltrail proof v1")
      .update(unb64(nonce))
      .update(this.instanceId)
      .update(port)
      .digest();
    return [200, { proof: b64(proof) }];
  }

  #take({ items }) {
    const results = items.map((item) => {
      const known = this.stored.has(item.capture_id);
      this.stored.set(item.capture_id, item);
      return { capture_id: item.capture_id, outcome: known ? "known" : "stored", code: null, detail: null, exchange_id: 1 };
    });
    return { results, revision: 1 };
  }

  #record(report) {
    this.reports.push(report);
    return [200, { ok: true }];
  }
}
