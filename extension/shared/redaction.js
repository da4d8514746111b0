/**
 * Replaces what must not be kept by typed marks, before a text is stored anywhere.
 *
 * "[secret:<kind>:<4 hex>]", "[personal:<kind>:<4 hex>]", "[own-word:<n>]". The four digits come from
 * a keyed hash, so equal texts get equal marks and the mark tells nothing. The service runs the same
 * rules and lists again; equal keys give equal marks.
 */

import { findOwnWords } from "./own-words.js";
import { findPersonalData } from "./personal-data.js";
import { CHECKS, entropyOf } from "./redaction-checks.js";

export { entropyOf } from "./redaction-checks.js";

/**
 * @typedef {object} RedactionRule
 * @property {string} id
 * @property {string} kind
 * @property {string} source of the regular expression
 * @property {string} flags
 * @property {readonly string[]} keywords lower case; one of them must occur; none: always tried
 * @property {RegExp | null} [gate] must occur in the text too
 * @property {number | null} entropy least bits per character of the secret
 * @property {string | null} [check] a further condition, by name
 * @property {RegExp | null} [reject] a secret that it matches is none
 * @property {boolean} [trim] signs that end a sentence are no part of the secret
 * @property {string | null} group the named group that holds the secret; null: the whole match
 *
 * @typedef {object} Hit
 * @property {number} start
 * @property {number} end exclusive
 * @property {string} kind
 * @property {"secret" | "own-word" | "personal" | "mark"} family
 * @property {number} [number] of an own word
 * @property {boolean} [stands] left as it is, with everything inside it
 *
 * @typedef {object} RedactionLists the learner's word on what is hidden; the service hands it over
 * @property {readonly import("./own-words.js").OwnWord[]} words
 * @property {readonly {kind: string, mark: string}[]} allowed hits that are no secrets
 * @property {boolean} mask_personal
 * @property {readonly string[]} exempt
 *
 * @typedef {(secret: string) => Promise<string>} Fingerprint four hex digits
 * @typedef {{rules: readonly RedactionRule[], fingerprint: Fingerprint, lists?: RedactionLists | null}} RedactionDeps
 * @typedef {{text: string, counts: Record<string, number>}} Redacted
 */

const MARK = /\[(?:(?:secret|personal):[a-z0-9_-]{1,40}:[0-9a-f]{4}|own-word:[0-9]{1,9})\]/g;

const OPENING = /^\[(?:secret|personal|own-word):/;

/**
 * Replacing one secret can uncover another that stood in the context of the first. The limit only
 * guards against a rule that would match its own mark's surroundings; the service has the same.
 */
const PASSES_MAX = 8;

/**
 * @param {string} secret
 * @param {RedactionRule} rule
 * @returns {boolean}
 */
function isSecret(secret, { entropy, check, reject }) {
  if (entropy !== null && entropyOf(secret) < entropy) return false;
  if (check && !CHECKS[check]?.(secret)) return false;
  return !reject || !reject.test(secret);
}

/**
 * @param {string} text
 * @param {RedactionRule} rule
 * @returns {Hit[]}
 */
function hitsOfRule(text, rule) {
  const flags = new Set([...rule.flags, "g", "d"]);
  const matches = [...text.matchAll(new RegExp(rule.source, [...flags].join("")))];
  return matches.flatMap((match) => {
    const [start, end] = (rule.group === null ? match.indices?.[0] : match.indices?.groups?.[rule.group]) ?? [0, 0];
    const secret = rule.trim ? text.slice(start, end).replace(/[.,;:?]+$/, "") : text.slice(start, end);
    // What begins with a mark was replaced already; asking the checks again would cost more than all else.
    if (secret === "" || OPENING.test(secret) || !isSecret(secret, rule)) return [];
    return [{ start, end: start + secret.length, kind: rule.kind, family: /** @type {const} */ ("secret") }];
  });
}

/**
 * @param {Hit[]} taken in text order, without overlaps
 * @param {number} start
 * @returns {number} how many of them begin at or before `start`
 */
function placeOf(taken, start) {
  let [low, high] = [0, taken.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((taken[middle]?.start ?? 0) <= start) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Marks stand; then the longest hit wins, for a shorter one would leave the rest of the secret
 * standing. Of equal ones that which stands: what was allowed under one kind is no secret of
 * another.
 *
 * @param {string} text
 * @param {Hit[]} hits
 * @returns {Hit[]} what is to be replaced, in text order, without overlaps
 */
function chosen(text, hits) {
  if (hits.length === 0) return [];
  const marks = [...text.matchAll(MARK)].map((match) => ({
    start: match.index,
    end: match.index + match[0].length,
    kind: "",
    family: /** @type {const} */ ("mark"),
    stands: true,
  }));
  const length = (/** @type {Hit} */ hit) => hit.end - hit.start;
  const weakness = (/** @type {Hit} */ hit) => (hit.stands ? 0 : 1);
  /** @type {Hit[]} */
  const taken = [];
  for (const hit of [...marks, ...hits.sort((a, b) => length(b) - length(a) || a.start - b.start || weakness(a) - weakness(b))]) {
    // Those taken do not overlap, so only the neighbours can be in the way, however many there are.
    const at = placeOf(taken, hit.start);
    const [before, after] = [taken[at - 1], taken[at]];
    if ((!before || before.end <= hit.start) && (!after || hit.end <= after.start)) taken.splice(at, 0, hit);
  }
  return taken.filter((hit) => !hit.stands);
}

/**
 * @param {string} text
 * @param {readonly RedactionRule[]} rules
 * @param {RedactionLists | null} lists
 * @returns {Hit[]} all of them; they may overlap
 */
function allHits(text, rules, lists) {
  const lower = text.toLowerCase();
  /** @type {Map<RegExp, boolean>} */
  const gates = new Map();
  const opens = (/** @type {RegExp} */ gate) => gates.get(gate) ?? gates.set(gate, gate.test(text)).get(gate) === true;
  const secrets = rules
    .filter(({ keywords, gate }) => (keywords.length === 0 || keywords.some((word) => lower.includes(word))) && (!gate || opens(gate)))
    .flatMap((rule) => hitsOfRule(text, rule));
  if (!lists) return secrets;
  const personal = lists.mask_personal ? findPersonalData(text, lists.exempt) : [];
  return [...secrets, ...findOwnWords(text, lists.words), ...personal];
}

/**
 * @param {string} text
 * @param {readonly RedactionRule[]} rules
 * @returns {Hit[]} the secrets, in text order, without overlaps
 */
export function findSecrets(text, rules) {
  return chosen(text, allHits(text, rules, null));
}

/**
 * Redacting the result again changes nothing.
 *
 * @param {string} text
 * @param {RedactionDeps} deps
 * @returns {Promise<Redacted>}
 */
export async function redactText(text, { rules, fingerprint, lists = null }) {
  let redacted = text;
  /** @type {Record<string, number>} */
  const counts = {};
  for (let pass = 0; pass < PASSES_MAX; pass += 1) {
    const found = await judged(redacted, allHits(redacted, rules, lists), lists, fingerprint);
    const hits = chosen(redacted, found);
    if (hits.length === 0) break;
    for (const { kind } of hits) counts[kind] = (counts[kind] ?? 0) + 1;
    redacted = await replaced(redacted, hits, fingerprint);
  }
  return { text: redacted, counts };
}

/**
 * Lets stand what the learner called no secret.
 *
 * @param {string} text
 * @param {Hit[]} hits
 * @param {RedactionLists | null} lists
 * @param {Fingerprint} fingerprint
 * @returns {Promise<Hit[]>}
 */
async function judged(text, hits, lists, fingerprint) {
  const allowed = new Set((lists?.allowed ?? []).map(({ kind, mark }) => `${kind}:${mark}`));
  if (allowed.size === 0) return hits;
  return Promise.all(
    hits.map(async (hit) => {
      if (hit.family === "own-word") return hit;
      return { ...hit, stands: allowed.has(`${hit.kind}:${await fingerprint(text.slice(hit.start, hit.end))}`) };
    }),
  );
}

/**
 * @param {string} text
 * @param {Hit[]} hits in text order
 * @param {Fingerprint} fingerprint
 * @returns {Promise<string>}
 */
async function replaced(text, hits, fingerprint) {
  let result = "";
  let from = 0;
  for (const { start, end, kind, family, number } of hits) {
    const mark = family === "own-word" ? `own-word:${number}` : `${family}:${kind}:${await fingerprint(text.slice(start, end))}`;
    result += `${text.slice(from, start)}[${mark}]`;
    from = end;
  }
  return result + text.slice(from);
}

/**
 * Redact every field of an exchange that a person or a model has written.
 *
 * @template {import("./exchange.js").Exchange} E
 * @param {E} exchange
 * @param {RedactionDeps} deps
 * @returns {Promise<E & {redactions: Record<string, number>}>}
 */
export async function redactExchange(exchange, deps) {
  /** @type {Record<string, number>} */
  const redactions = {};
  /** @param {string} text */
  const clean = async (text) => {
    const redacted = await redactText(text, deps);
    for (const [kind, count] of Object.entries(redacted.counts)) redactions[kind] = (redactions[kind] ?? 0) + count;
    return redacted.text;
  };
  /** @param {string | null} text */
  const cleanOrNull = async (text) => (text === null ? null : clean(text));
  const prompt = await clean(exchange.prompt);
  const reply = await clean(exchange.reply);
  const title = await cleanOrNull(exchange.title);
  const attachments = [];
  for (const entry of exchange.attachments) attachments.push({ ...entry, name: await clean(entry.name) });
  const citations = [];
  for (const entry of exchange.citations) {
    citations.push({ title: await cleanOrNull(entry.title), url: await clean(entry.url) });
  }
  return { ...exchange, prompt, reply, title, attachments, citations, redactions };
}
