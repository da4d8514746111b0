/**
 * The script of an endorsement request: what the reader writes becomes a signed Open Badges 3.0 endorsement, in the
 * browser, without network. It stands in one HTML file, as a module of its own.
 *
 * What is signed is the canonical form (RDFC-1.0) of the credential. The request brings its statements cut at the places
 * that are filled in here. Every node of the credential has a name, so the canonical form is the filled statements,
 * sorted; the proof's options have one nameless node, which is _:c14n0 whatever it holds.
 */

/** @typedef {Record<string, string>} Filled */
/** @typedef {{ contexts: string[], document: unknown, statements: string[][], proof: string[][] }} Template */

const BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const ED25519 = { name: "Ed25519" };
const KEY_FILE = "skilltrail-endorser-key";
const MAIL = /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+$/;
const HOST = /^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/;

/** @param {Uint8Array} bytes */
export function base58(bytes) {
  let number = 0n;
  for (const byte of bytes) number = number * 256n + BigInt(byte);
  let text = "";
  for (; number > 0n; number /= 58n) text = BASE58[Number(number % 58n)] + text;
  const zeros = bytes.findIndex((byte) => byte !== 0);
  return "1".repeat(zeros < 0 ? bytes.length : zeros) + text;
}

/**
 * What is left of a text that every verifier writes alike: they differ in how they write tabs and other control signs.
 * @param {string} text
 */
export function cleaned(text) {
  const paired = text.replace(/[\ud800-\udbff][\udc00-\udfff]|[\ud800-\udfff]/g, (found) => (found.length === 2 ? found : "\ufffd"));
  // eslint-disable-next-line no-control-regex -- these are what is taken out
  return paired.replace(/\r\n?/g, "\n").replace(/\t/g, "  ").replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\ufeff\ufffe\uffff]/g, "").trim();
}

/** @param {string} text */
export const oneLine = (text) => cleaned(text).replace(/\s+/g, " ");

/**
 * Where readers can ask back: an e-mail address, or the address of a page.
 * @param {string} text
 * @returns {{ email: string } | { url: string } | null}
 */
export function contactOf(text) {
  const said = oneLine(text);
  if (MAIL.test(said)) return { email: said };
  if (/[\s@]/.test(said)) return null;
  try {
    const address = new URL(/^https?:\/\//i.test(said) ? said : `https://${said}`);
    return HOST.test(address.hostname) ? { url: address.href } : null;
  } catch (fault) {
    if (!(fault instanceof TypeError)) throw fault;
    return null;
  }
}

/** @param {string} text */
const escaped = (text) => text.replace(/\\/g, "\\\\").replace(/"/g, '\\"').replace(/\n/g, "\\n").replace(/\r/g, "\\r");

/**
 * The canonical form of statements that are cut at their slots: text, slot, text, … One with an empty slot is left out.
 * @param {string[][]} statements
 * @param {Filled} filled
 */
export function canonical(statements, filled) {
  const whole = statements.filter((parts) => parts.every((part, at) => at % 2 === 0 || filled[part]));
  const lines = whole.map((parts) => parts.map((part, at) => (at % 2 ? escaped(/** @type {string} */ (filled[part])) : part)).join(""));
  // No two statements differ in a written text alone, and all before it is ASCII: the order of units is that of code points.
  return lines.sort().map((line) => `${line}\n`).join("");
}

/**
 * The credential with its slots filled; members with an empty slot are left out.
 * @param {any} value
 * @param {Record<string, string>} marks slot by mark
 * @param {Filled} filled
 * @returns {any}
 */
export function filledIn(value, marks, filled) {
  if (typeof value === "string") return Object.hasOwn(marks, value) ? filled[/** @type {string} */ (marks[value])] : value;
  if (Array.isArray(value)) return value.map((one) => filledIn(one, marks, filled));
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value).map(([name, one]) => [name, filledIn(one, marks, filled)]);
  return Object.fromEntries(members.filter(([, one]) => one !== undefined && one !== ""));
}

/** @param {JsonWebKey} held */
function didOf(held) {
  const raw = Uint8Array.from(atob((held.x ?? "").replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
  return `did:key:z${base58(Uint8Array.of(0xed, 0x01, ...raw))}`;
}

/** Makes a key; throws NotSupportedError (or TypeError without WebCrypto) where the browser has no Ed25519. */
export async function makeKey() {
  const pair = /** @type {CryptoKeyPair} */ (await crypto.subtle.generateKey(ED25519, true, ["sign", "verify"]));
  return readKey(await crypto.subtle.exportKey("jwk", pair.privateKey));
}

/**
 * The key of a kept file; throws where it is none.
 * @param {JsonWebKey} held
 */
export async function readKey({ kty, crv, d, x }) {
  if (kty !== "OKP" || crv !== "Ed25519" || !d || !x) throw new SyntaxError("not a key");
  const jwk = { kty, crv, d, x };
  const secret = await crypto.subtle.importKey("jwk", jwk, ED25519, true, ["sign"]);
  const open = await crypto.subtle.importKey("jwk", { kty, crv, x }, ED25519, true, ["verify"]);
  const trial = new TextEncoder().encode(KEY_FILE);
  if (!(await crypto.subtle.verify(ED25519, open, await crypto.subtle.sign(ED25519, secret, trial), trial))) throw new SyntaxError("not a key");
  return { secret, did: didOf(jwk), jwk };
}

/** @param {string} text */
async function hashed(text) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
}

/**
 * The signed credential.
 * @param {Template & { marks: Record<string, string> }} template
 * @param {{ secret: CryptoKey, did: string }} key
 * @param {Filled} said comment, description, name, and url or email
 * @param {{ id: string, date: string }} made
 */
export async function signed(template, key, said, made) {
  const filled = { ...said, ...made, did: key.did, method: `${key.did}#${key.did.slice("did:key:".length)}` };
  const data = new Uint8Array(64);
  data.set(await hashed(canonical(template.proof, filled)), 0);
  data.set(await hashed(canonical(template.statements, filled)), 32);
  const signature = new Uint8Array(await crypto.subtle.sign(ED25519, key.secret, data));
  const proof = {
    type: "DataIntegrityProof",
    cryptosuite: "eddsa-rdfc-2022",
    created: filled.date,
    verificationMethod: filled.method,
    proofPurpose: "assertionMethod",
    proofValue: `z${base58(signature)}`,
  };
  return { ...filledIn(template.document, template.marks, filled), proof };
}

/** What is said beside the statement in one's own words: what it is about, and what was ticked.
 * @param {string} about
 * @param {string} head
 * @param {string[]} ticked
 */
export function described(about, head, ticked) {
  return ticked.length ? `${about}\n${head}\n${ticked.map((one) => `- ${one}`).join("\n")}` : about;
}

// --- the page -------------------------------------------------------------------------------------------------------

/** @param {string} id @returns {any} */
const at = (id) => document.getElementById(id);

/** @param {string} id @param {boolean} shown */
const show = (id, shown) => at(id).toggleAttribute("hidden", !shown);

/** @type {any} */
let data = null;
/** @type {{ secret: CryptoKey, did: string, jwk: JsonWebKey } | null} */
let kept = null;

/** @param {string} words */
function trouble(words) {
  at("trouble").textContent = words;
  show("trouble", words !== "");
  if (words) at("trouble").scrollIntoView({ block: "nearest" });
}

function ticked() {
  return [...document.querySelectorAll("input[name=statement]:checked")].map((box) => data.asked.statements[Number(/** @type {HTMLInputElement} */ (box).value)]);
}

/** What the form says now; null, with the trouble said, where something is missing. */
function written() {
  const comment = cleaned(at("comment").value);
  const name = oneLine(at("name").value);
  const contact = contactOf(at("contact").value);
  const missing = comment ? (name ? (contact ? "" : "contact") : "name") : "comment";
  if (missing) {
    trouble(data.words[`missing_${missing}`]);
    at(missing).focus();
    return null;
  }
  return { comment, name, description: described(data.about, data.words.confirmed, ticked()), ...contact };
}

async function sign() {
  trouble("");
  const said = written();
  if (!said) return;
  const now = new Date();
  if (now.toISOString().slice(0, 10) > data.asked.answer_by) return trouble(data.words.too_late);
  at("sign").disabled = true;
  try {
    kept ??= await makeKey();
    const made = { id: `urn:uuid:${crypto.randomUUID()}`, date: `${now.toISOString().slice(0, 19)}Z` };
    offer(JSON.stringify(await signed(data, kept, said, made), null, 1));
  } catch (_fault) {
    trouble(data.words.no_signing);
  } finally {
    at("sign").disabled = false;
  }
}

/** @param {string} text */
function offer(text) {
  const file = at("file");
  URL.revokeObjectURL(file.href);
  file.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  at("text").value = text;
  at("did").textContent = kept?.did ?? "";
  const key = at("key");
  URL.revokeObjectURL(key.href);
  key.href = URL.createObjectURL(new Blob([JSON.stringify({ type: KEY_FILE, ...kept?.jwk }, null, 1)], { type: "application/json" }));
  show("done", true);
  at("done-title").focus();
}

/** @param {Event} event */
async function takeKey(event) {
  const input = /** @type {HTMLInputElement} */ (event.target);
  trouble("");
  try {
    kept = input.files?.[0] ? await readKey(JSON.parse(await input.files[0].text()) ?? {}) : null;
    at("key-state").textContent = kept ? data.words.key_taken : "";
  } catch (_fault) {
    kept = null;
    input.value = "";
    at("key-state").textContent = "";
    trouble(data.words.no_key_file);
  }
}

function copy() {
  at("text").select();
  const told = () => (at("copied").textContent = data.words.copied);
  // On a page opened from the disk some browsers have no clipboard for scripts; the text is selected then.
  if (navigator.clipboard) void navigator.clipboard.writeText(at("text").value).then(told, () => undefined);
}

async function start() {
  data = JSON.parse(at("request").textContent);
  show("unopened", false);
  show("form", true);
  at("form").addEventListener("submit", (/** @type {Event} */ event) => {
    event.preventDefault();
    void sign();
  });
  // What was signed is not what the form says any more.
  at("form").addEventListener("input", () => show("done", false));
  at("own-key").addEventListener("change", takeKey);
  at("copy").addEventListener("click", copy);
  try {
    await makeKey();
  } catch (_fault) {
    trouble(data.words.no_signing);
    at("sign").disabled = true;
  }
}

if (typeof document !== "undefined" && document.getElementById("request")) void start();
