import assert from "node:assert/strict";
import { createCipheriv, createECDH, createHash, createHmac, hkdfSync } from "node:crypto";
import { test } from "node:test";
import * as handshake from "../../extension/background/handshake.js";
import { toBase64url } from "../../extension/shared/base64url.js";
import { PAGE, connected, exchange, fill, strangers, waitingNumbers } from "./support/samples.js";

/** Fixed keys, so that the expected values below are worked out by node:crypto and never change. */
const SERVER_PRIVATE = Buffer.from("1f".repeat(32), "hex");
const EXTENSION_PRIVATE = Buffer.from("2e".repeat(32), "hex");

/** The parts of a pairing as node:crypto computes them. */
function vector() {
  const server = createECDH("prime256v1");
  server.setPrivateKey(SERVER_PRIVATE);
  const extension = createECDH("prime256v1");
  extension.setPrivateKey(EXTENSION_PRIVATE);
  const secret = server.computeSecret(extension.getPublicKey());
  const key = Buffer.from(hkdfSync("sha256", secret, "instance-1", "skilltrail device v1", 32));
  return { serverPublic: server.getPublicKey(), extensionPublic: extension.getPublicKey(), key };
}

/** The extension's private key as WebCrypto holds it. */
async function privateKey(point) {
  const jwk = {
    kty: "EC",
    crv: "P-256",
    d: toBase64url(EXTENSION_PRIVATE),
    x: toBase64url(point.subarray(1, 33)),
    y: toBase64url(point.subarray(33)),
  };
  return crypto.subtle.importKey("jwk", jwk, { name: "ECDH", namedCurve: "P-256" }, false, ["deriveBits"]);
}

/** K as the extension derives it. */
async function deviceKey({ serverPublic, extensionPublic }) {
  return handshake.sharedKey({
    privateKey: await privateKey(extensionPublic),
    serverPublic: new Uint8Array(serverPublic),
    instanceId: "instance-1",
  });
}

test("the bearer is derived from the shared key as the contract says", async () => {
  const parts = vector();

  const token = await handshake.bearerToken(await deviceKey(parts));

  const expected = Buffer.from(hkdfSync("sha256", parts.key, "", "skilltrail bearer v1", 32)).toString("base64url");
  assert.equal(token, expected);
});

test("the digits are those that node:crypto computes", async () => {
  const { serverPublic, extensionPublic } = vector();
  const nonce = Buffer.from("00112233445566778899aabbccddeeff", "hex");
  const hash = createHash("sha256")
    .update(Buffer.concat([Buffer.from("skilltrail pairing v1request-1"), extensionPublic, serverPublic, nonce]))
    .digest();
  const number = String(hash.readBigUInt64BE(0) % 1_000_000n).padStart(6, "0");

  const digits = await handshake.pairingDigits({ requestId: "request-1", extensionPublic, serverPublic, nonce });

  assert.match(digits, /^\d\d \d\d \d\d$/);
  assert.equal(digits.replaceAll(" ", ""), number);
});

test("a commitment holds for its own key and nonce only", async () => {
  const { serverPublic, extensionPublic } = vector();
  const nonce = Buffer.alloc(16, 7);
  const commitment = createHash("sha256").update(serverPublic).update(nonce).digest("base64url");

  assert.equal(await handshake.keepsCommitment({ commitment, serverPublic, nonce }), true);
  assert.equal(await handshake.keepsCommitment({ commitment, serverPublic: extensionPublic, nonce }), false);
});

test("a proof holds for the port, the instance and the nonce it was made for", async () => {
  const parts = vector();
  const key = await deviceKey(parts);
  const nonce = Buffer.alloc(32, 9);
  const proofKey = Buffer.from(hkdfSync("sha256", parts.key, "", "skilltrail proof v1", 32));
  const text = Buffer.concat([Buffer.from("skilltrail proof v1"), nonce, Buffer.from("instance-1"), Buffer.from([0x22, 0x1b])]);
  const proof = createHmac("sha256", proofKey).update(text).digest("base64url");
  const claim = { nonce, instanceId: "instance-1", port: 8731, proof };

  assert.equal(await handshake.provesItself(key, claim), true);
  assert.equal(await handshake.provesItself(key, { ...claim, port: 8732 }), false);
  assert.equal(await handshake.provesItself(key, { ...claim, instanceId: "instance-2" }), false);
  assert.equal(await handshake.provesItself(key, { ...claim, nonce: Buffer.alloc(32, 8) }), false);
  assert.equal(await handshake.provesItself(key, { ...claim, proof: "not base64url!" }), false);
});

test("the mark key comes out of its box and marks as node:crypto does", async () => {
  const parts = vector();
  const markKey = Buffer.alloc(32, 3);
  const nonce = Buffer.alloc(12, 1);
  const boxKey = Buffer.from(hkdfSync("sha256", parts.key, "", "skilltrail mark-key box v1", 32));
  const cipher = createCipheriv("aes-256-gcm", boxKey, nonce).setAAD(Buffer.from("device-1"));
  const box = Buffer.concat([cipher.update(markKey), cipher.final(), cipher.getAuthTag()]).toString("base64url");
  const sealed = { deviceId: "device-1", nonce: nonce.toString("base64url"), box };

  const opened = await handshake.openMarkKey(await deviceKey(parts), sealed);

  const expected = createHmac("sha256", markKey).update("hunter2").digest("hex").slice(0, 4);
  assert.equal(await handshake.fingerprint(opened, "hunter2"), expected);
  await assert.rejects(handshake.openMarkKey(await deviceKey(parts), { ...sealed, deviceId: "device-2" }));
});

test("no key can be taken out again", async () => {
  const { worker } = await connected();

  const { key, markKey } = await worker.keys.device();

  assert.equal(key.extractable, false);
  assert.equal(markKey.extractable, false);
  await assert.rejects(crypto.subtle.exportKey("raw", markKey));
});

test("pairing shows the digits of the service and the page on which to approve", async () => {
  const { service, worker } = strangers();

  const started = await worker.pairing.start();

  assert.equal(started.digits, service.digits);
  assert.equal(started.url, "http://127.0.0.1:8731/pair#request=request-1");
});

test("pairing waits until the learner has approved", async () => {
  const { service, worker } = strangers();
  await worker.pairing.start();

  const waiting = await worker.pairing.poll();
  service.approve();
  const approved = await worker.pairing.poll();

  assert.equal(waiting.state, "waiting");
  assert.equal(approved.state, "approved");
  assert.equal((await worker.state.get("pairing")).deviceId, "device-1");
});

test("a pairing survives the death of the worker that began it", async () => {
  const { browser, service, worker } = strangers();
  await worker.pairing.start();
  service.approve();

  const answer = await browser.startWorker({ fetch: service.fetch }).pairing.poll();

  assert.equal(answer.state, "approved");
});

test("no token, key or secret of the pairing lies in storage.local", async () => {
  const { browser, worker } = await connected();
  const token = await handshake.bearerToken((await worker.keys.device()).key);

  const stored = JSON.stringify(browser.storage.values);

  assert.ok(!stored.includes(token));
  assert.ok(!stored.includes("s3cret"));
});

test("a pairing that was turned down leaves nothing behind", async () => {
  const { service, worker } = strangers();
  await worker.pairing.start();
  service.reject();

  assert.equal((await worker.pairing.poll()).state, "rejected");

  assert.equal(await worker.keys.pending(), null);
  assert.equal(await worker.keys.device(), null);
});

test("after two minutes the number has expired, whatever the service says", async () => {
  const { browser, service, worker } = strangers();
  await worker.pairing.start();
  service.approve();
  browser.clock += 120_000;

  assert.equal((await worker.pairing.poll()).state, "expired");
  assert.equal(await worker.state.get("pairing"), null);
});

test("a service that breaks its commitment is not paired with", async () => {
  const { service, worker } = strangers();
  service.lies["/api/v1/pairings/request-1/key"] = () => {
    const other = createECDH("prime256v1");
    return [200, { public_key: toBase64url(other.generateKeys()), nonce: toBase64url(new Uint8Array(16)) }];
  };

  const started = await worker.pairing.start();

  assert.deepEqual([started.ok, started.code], [false, "commitment_broken"]);
  assert.equal(await worker.keys.pending(), null);
});

test("without a service pairing says so with the browser's own words", async () => {
  const { service, worker } = strangers();
  service.running = false;

  const started = await worker.pairing.start();

  assert.equal(started.code, "server_away");
  assert.match(started.detail, /8731: TypeError: Failed to fetch/);
});

test("a service that restarts during the wait is asked again", async () => {
  const { service, worker } = strangers();
  await worker.pairing.start();
  service.running = false;
  assert.equal((await worker.pairing.poll()).code, "server_away");

  service.running = true;
  service.approve();

  assert.equal((await worker.pairing.poll()).state, "approved");
});

test("forgetting the pairing ends the capture and keeps what waits", async () => {
  const { worker } = await connected();
  await fill(worker, 1);

  await worker.pairing.forget({ discardWaiting: false });

  assert.equal((await worker.intake.captured(exchange(), PAGE)).code, "not_paired");
  assert.equal(await worker.keys.device(), null);
  assert.deepEqual(await waitingNumbers(worker), [1]);
});

test("forgetting can delete what waits too", async () => {
  const { worker } = await connected();
  await fill(worker, 1);

  await worker.pairing.forget({ discardWaiting: true });

  assert.deepEqual(await waitingNumbers(worker), []);
});
