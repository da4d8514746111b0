// The rules of the evidence, from bytes alone: base64, did:key, compact JWS, the log's checkpoint (C2SP), inclusion in
// its tree (RFC 6962) and disclosures (RFC 9901). Whatever has not its one form is refused. No page, no network.

export class Altered extends Error {}
/** Thrown where this browser has no Ed25519. */
export class Unsupported extends Error {}

const ENTRY = "skilltrail-entry";
const ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const DIGEST = /^[A-Za-z0-9_-]{43}$/;
const DECIMAL = /^(0|[1-9][0-9]{0,15})$/;

/** @param {unknown} truth @param {string} [why] @returns {asserts truth} */
export function must(truth, why = "not in its form") {
  if (!truth) throw new Altered(why);
}

/** @param {string} text @returns {Uint8Array<ArrayBuffer>} */
export const bytesOf = (text) => new Uint8Array(new TextEncoder().encode(text));

/** @param {Uint8Array} bytes */
export function textOf(bytes) {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Altered("not UTF-8");
  }
}

/** @param {Uint8Array} bytes */
export function toBase64(bytes) {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

/** @param {Uint8Array} bytes */
export const toBase64url = (bytes) =>
  toBase64(bytes).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");

/** Reads base64 in its one canonical spelling. @param {string} text @returns {Uint8Array<ArrayBuffer>} */
export function fromBase64(text) {
  let plain;
  try {
    plain = atob(text);
  } catch {
    throw new Altered("not base64");
  }
  const bytes = Uint8Array.from(plain, (sign) => sign.charCodeAt(0));
  must(toBase64(bytes) === text, "base64 in a second spelling");
  return bytes;
}

/** @param {string} text @returns {Uint8Array<ArrayBuffer>} */
export function fromBase64url(text) {
  must(/^[A-Za-z0-9_-]*$/.test(text), "not base64url");
  const standard = text.replaceAll("-", "+").replaceAll("_", "/");
  return fromBase64(standard + "=".repeat((4 - (standard.length % 4)) % 4));
}

/** @param {Uint8Array<ArrayBuffer>} bytes @returns {Promise<Uint8Array<ArrayBuffer>>} */
export const sha256 = async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));

/** SHA-256 as manifests name it. @param {Uint8Array<ArrayBuffer>} bytes */
export const hashOf = async (bytes) => toBase64url(await sha256(bytes));

/**
 * Tells whether a signature fits.
 * @param {Uint8Array<ArrayBuffer>} key @param {Uint8Array<ArrayBuffer>} signature
 * @param {Uint8Array<ArrayBuffer>} message @returns {Promise<boolean>}
 */
export async function isSigned(key, signature, message) {
  let known;
  try {
    known = await crypto.subtle.importKey("raw", key, "Ed25519", false, ["verify"]);
  } catch {
    throw new Unsupported("Ed25519");
  }
  return crypto.subtle.verify("Ed25519", known, signature, message);
}

/** Returns the Ed25519 key of a did:key. @param {string} did @returns {Uint8Array<ArrayBuffer>} */
export function keyOfDid(did) {
  must(/^did:key:z[1-9A-HJ-NP-Za-km-z]{47,48}$/.test(did), "not a did:key of Ed25519");
  let number = 0n;
  for (const sign of did.slice("did:key:z".length)) number = number * 58n + BigInt(ALPHABET.indexOf(sign));
  const hex = number.toString(16);
  must(hex.length === 68 && hex.startsWith("ed01"), "not a did:key of Ed25519");
  return Uint8Array.from({ length: 32 }, (_, place) => parseInt(hex.slice(4 + 2 * place, 6 + 2 * place), 16));
}

/** @param {string} text @returns {any} */
function json(text) {
  try {
    return JSON.parse(text);
  } catch {
    throw new Altered("not JSON");
  }
}

/** @typedef {{claims: any, key: Uint8Array<ArrayBuffer>, signature: Uint8Array<ArrayBuffer>, message: Uint8Array<ArrayBuffer>}} Manifest */

/** Reads a manifest; its signature is not looked at. @param {string} text @returns {Manifest} */
export function readManifest(text) {
  const parts = text.split(".");
  must(parts.length === 3, "no compact JWS");
  const [head = "", body = "", signature = ""] = parts;
  const header = json(textOf(fromBase64url(head)));
  const claims = json(textOf(fromBase64url(body)));
  must(header.alg === "EdDSA" && header.typ === "skilltrail-portfolio+jws", "another kind of JWS");
  must(claims.v === 1 && typeof claims.iss === "string", "another kind of manifest");
  const name = claims.iss.replace(/^did:key:/, "");
  must(header.kid === `${claims.iss}#${name}`, "signed with another key than it names");
  const message = bytesOf(`${head}.${body}`);
  return { claims, key: keyOfDid(claims.iss), signature: fromBase64url(signature), message };
}

// --- the log -----------------------------------------------------------------------------------------------------

/** @typedef {{name: string, id: Uint8Array, key: Uint8Array<ArrayBuffer>}} LogKey */

/** Reads a public key as C2SP writes it. @param {string} text @returns {Promise<LogKey>} */
export async function readLogKey(text) {
  const [name = "", hex = "", ...rest] = text.split("+");
  const raw = fromBase64(rest.join("+"));
  must(raw.length === 33 && raw[0] === 1 && name !== "", "not a key of a log");
  const key = raw.slice(1);
  const id = (await sha256(new Uint8Array([...bytesOf(`${name}\n`), ...raw]))).slice(0, 4);
  must([...id].map((byte) => byte.toString(16).padStart(2, "0")).join("") === hex, "not the key that it says to be");
  return { name, id, key };
}

/** @typedef {{origin: string, size: number, root: Uint8Array, message: Uint8Array<ArrayBuffer>, signature: Uint8Array<ArrayBuffer>}} Head */

/** Reads a checkpoint of a log; its signature is not looked at. @param {Uint8Array} data @param {LogKey} log @returns {Head} */
export function readCheckpoint(data, log) {
  // Origin, size, root, an empty line, one signature, and the end of the last line.
  const lines = textOf(data).split("\n");
  must(lines.length === 6 && lines[3] === "" && lines[5] === "", "no checkpoint");
  const [origin, size, root, , signed] = /** @type {[string, string, string, string, string]} */ (lines.slice(0, 5));
  must(origin === log.name, "of another log");
  const found = fromBase64(root);
  must(found.length === 32, "no checkpoint");
  const message = bytesOf(`${origin}\n${size}\n${root}\n`);
  return { origin, size: count(size), root: found, message, signature: readSignature(signed, log) };
}

/** @param {string} line @param {LogKey} log */
function readSignature(line, log) {
  const [dash, name, signature, ...more] = line.split(" ");
  must(dash === "—" && name === log.name && signature && !more.length, "of another log");
  const raw = fromBase64(signature);
  must(raw.length === 68 && log.id.every((byte, place) => byte === raw[place]), "signed with another key");
  return raw.slice(4);
}

/** Reads a plain decimal. @param {string} text */
function count(text) {
  must(DECIMAL.test(text) && Number.isSafeInteger(Number(text)), "no plain number");
  return Number(text);
}

/** @param {Uint8Array} data @returns {{index: number, path: Uint8Array[], checkpoint: Uint8Array}} */
export function readProof(data) {
  const text = textOf(data);
  const end = text.indexOf("\n\n");
  must(end >= 0, "no proof");
  const [magic, index = "", ...path] = text.slice(0, end).split("\n");
  must(magic === "c2sp.org/tlog-proof@v1" && index.startsWith("index "), "no proof");
  const hashes = path.map(fromBase64);
  must(hashes.length <= 64 && hashes.every((hash) => hash.length === 32), "no proof");
  return { index: count(index.slice("index ".length)), path: hashes, checkpoint: bytesOf(text.slice(end + 2)) };
}

/** @param {Uint8Array} left @param {Uint8Array} right */
const node = (left, right) => sha256(new Uint8Array([1, ...left, ...right]));

/**
 * Tells whether a leaf is in the tree (RFC 9162, 2.1.3.2).
 * @param {Uint8Array} leaf its bytes
 * @param {number} index @param {number} size @param {Uint8Array[]} path @param {Uint8Array} root
 */
export async function isIncluded(leaf, index, size, path, root) {
  if (!(index < size)) return false;
  let place = BigInt(index);
  let last = BigInt(size) - 1n;
  let found = await sha256(new Uint8Array([0, ...leaf]));
  for (const hash of path) {
    if (last === 0n) return false;
    if (place & 1n || place === last) {
      found = await node(hash, found);
      while (!(place & 1n) && place !== 0n) [place, last] = [place >> 1n, last >> 1n];
    } else {
      found = await node(found, hash);
    }
    [place, last] = [place >> 1n, last >> 1n];
  }
  return last === 0n && toBase64(found) === toBase64(root);
}

/** @typedef {{digests: string[], logged_on: string, origin: string}} Leaf */

/** Reads the leaf of an entry in its one spelling. @param {Uint8Array} data @returns {Leaf} */
export function readLeaf(data) {
  const text = textOf(data);
  const { _sd, _sd_alg, logged_on, origin, typ, v } = json(text);
  must(JSON.stringify({ _sd, _sd_alg, logged_on, origin, typ, v }) === text, "no entry of a log");
  must(typ === ENTRY && v === 1 && _sd_alg === "sha-256" && Array.isArray(_sd), "no entry of a log");
  must(/^\d{4}-\d{2}-\d{2}$/.test(logged_on) && ["extension", "import", "manual"].includes(origin), "no entry of a log");
  must(_sd.every((/** @type {unknown} */ one) => typeof one === "string" && DIGEST.test(one)), "no entry of a log");
  must(_sd.every((one, place) => place === 0 || _sd[place - 1] < one), "digests out of order");
  return { digests: _sd, logged_on, origin };
}

/** Returns name → value of what is shown of a leaf. @param {Leaf} leaf @param {string[]} shown @returns {Promise<Map<string, string>>} */
export async function readDisclosures(leaf, shown) {
  const digests = new Set(leaf.digests);
  const found = new Map();
  for (const one of shown) {
    const parts = json(textOf(fromBase64url(one)));
    must(Array.isArray(parts) && parts.length === 3, "no disclosure");
    const [salt, name, value] = parts;
    must([salt, name, value].every((part) => typeof part === "string"), "no disclosure");
    must(fromBase64url(salt).length >= 16, "a salt that is too short");
    must(digests.has(await hashOf(bytesOf(one))) && !found.has(name), "not what the entry commits to");
    found.set(name, value);
  }
  return found;
}
