/**
 * The arithmetic of pairing and proof, with WebCrypto only. Nothing here talks or stores.
 *
 * P-256 keys, HKDF-SHA-256, HMAC-SHA-256, AES-256-GCM. The shared key K never leaves WebCrypto
 * after it was derived: it lives as a non-extractable HKDF key.
 */

import { fromBase64url, toBase64url } from "../shared/base64url.js";

const EMPTY = new Uint8Array(0);
const encoder = new TextEncoder();

/**
 * @param {...Uint8Array} parts
 * @returns {Uint8Array<ArrayBuffer>}
 */
function concat(...parts) {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/**
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @returns {Promise<Uint8Array<ArrayBuffer>>}
 */
async function sha256(bytes) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}

/**
 * @param {string} info
 * @param {Uint8Array<ArrayBuffer>} salt
 * @returns {HkdfParams}
 */
const hkdf = (info, salt = EMPTY) => ({ name: "HKDF", hash: "SHA-256", salt, info: encoder.encode(info) });

/** @returns {Promise<{publicKey: Uint8Array<ArrayBuffer>, privateKey: CryptoKey}>} a fresh pair; the public one as 65-byte point */
export async function newKeyPair() {
  const pair = await crypto.subtle.generateKey({ name: "ECDH", namedCurve: "P-256" }, false, ["deriveBits"]);
  const point = await crypto.subtle.exportKey("raw", pair.publicKey);
  return { publicKey: new Uint8Array(point), privateKey: pair.privateKey };
}

/**
 * The service committed to its key before it saw ours, so a relay cannot search for digits that fit.
 *
 * @param {object} said
 * @param {string} said.commitment
 * @param {Uint8Array} said.serverPublic
 * @param {Uint8Array} said.nonce
 * @returns {Promise<boolean>}
 */
export async function keepsCommitment({ commitment, serverPublic, nonce }) {
  return toBase64url(await sha256(concat(serverPublic, nonce))) === commitment;
}

/**
 * @param {object} transcript
 * @param {string} transcript.requestId
 * @param {Uint8Array} transcript.extensionPublic
 * @param {Uint8Array} transcript.serverPublic
 * @param {Uint8Array} transcript.nonce
 * @returns {Promise<string>} six digits in pairs, such as "47 29 81"
 */
export async function pairingDigits({ requestId, extensionPublic, serverPublic, nonce }) {
  const start = encoder.encode("skilltrail pairing v1");
  const hash = await sha256(concat(start, encoder.encode(requestId), extensionPublic, serverPublic, nonce));
  const number = new DataView(hash.buffer).getBigUint64(0) % 1_000_000n;
  return number.toString().padStart(6, "0").replace(/(\d\d)(\d\d)(\d\d)/, "$1 $2 $3");
}

/**
 * @param {object} parts
 * @param {CryptoKey} parts.privateKey
 * @param {Uint8Array<ArrayBuffer>} parts.serverPublic
 * @param {string} parts.instanceId
 * @returns {Promise<CryptoKey>} K, for deriving only
 */
export async function sharedKey({ privateKey, serverPublic, instanceId }) {
  const curve = { name: "ECDH", namedCurve: "P-256" };
  const theirs = await crypto.subtle.importKey("raw", serverPublic, curve, false, []);
  const x = await crypto.subtle.deriveBits({ name: "ECDH", public: theirs }, privateKey, 256);
  const material = await crypto.subtle.importKey("raw", x, "HKDF", false, ["deriveBits"]);
  const bits = await crypto.subtle.deriveBits(hkdf("skilltrail device v1", encoder.encode(instanceId)), material, 256);
  return crypto.subtle.importKey("raw", bits, "HKDF", false, ["deriveBits", "deriveKey"]);
}

/**
 * @param {CryptoKey} key K
 * @returns {Promise<string>} what the service takes as our credential
 */
export async function bearerToken(key) {
  return toBase64url(new Uint8Array(await crypto.subtle.deriveBits(hkdf("skilltrail bearer v1"), key, 256)));
}

/** @returns {Uint8Array<ArrayBuffer>} 32 random bytes */
export function newNonce() {
  return crypto.getRandomValues(new Uint8Array(32));
}

/**
 * Whether the answer comes from the service we paired with, on the very port we called: a relay
 * on another port has no way to make one.
 *
 * @param {CryptoKey} key K
 * @param {{nonce: Uint8Array, instanceId: string, port: number, proof: string}} claim
 * @returns {Promise<boolean>}
 */
export async function provesItself(key, { nonce, instanceId, port, proof }) {
  const hmac = { name: "HMAC", hash: "SHA-256", length: 256 };
  const proofKey = await crypto.subtle.deriveKey(hkdf("skilltrail proof v1"), key, hmac, false, ["verify"]);
  const portBytes = new Uint8Array([port >> 8, port & 0xff]);
  const text = concat(encoder.encode("skilltrail proof v1"), nonce, encoder.encode(instanceId), portBytes);
  try {
    return await crypto.subtle.verify("HMAC", proofKey, fromBase64url(proof), text);
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/**
 * @param {CryptoKey} key K
 * @param {{deviceId: string, nonce: string, box: string}} sealed
 * @returns {Promise<CryptoKey>} the key under which equal secrets get equal marks
 * @throws {DOMException} when the box was made with another key
 */
export async function openMarkKey(key, { deviceId, nonce, box }) {
  const aes = { name: "AES-GCM", length: 256 };
  const boxKey = await crypto.subtle.deriveKey(hkdf("skilltrail mark-key box v1"), key, aes, false, ["decrypt"]);
  const opening = { name: "AES-GCM", iv: fromBase64url(nonce), additionalData: encoder.encode(deviceId) };
  const bytes = await crypto.subtle.decrypt(opening, boxKey, fromBase64url(box));
  return crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
}

/**
 * @param {CryptoKey} markKey
 * @param {string} secret
 * @returns {Promise<string>} four hex digits
 */
export async function fingerprint(markKey, secret) {
  const mac = new Uint8Array(await crypto.subtle.sign("HMAC", markKey, encoder.encode(secret)));
  return [...mac.slice(0, 2)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
