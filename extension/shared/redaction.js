/**
 * Replaces secrets in text by typed marks, before the text is stored anywhere.
 *
 * A mark reads "[secret:<kind>:<4 hex>]". The four digits come from a keyed hash, so the same
 * secret gives the same mark and the mark tells nothing about the secret. The service runs the
 * same rules again; equal keys give equal marks.
 */

/**
 * @typedef {object} RedactionRule
 * @property {string} id
 * @property {string} kind
 * @property {string} source of the regular expression
 * @property {string} flags
 * @property {readonly string[]} keywords lower case; one of them must occur; none: always tried
 * @property {number | null} entropy least bits per character of the secret
 * @property {string | null} group the named group that holds the secret; null: the whole match
 *
 * @typedef {{start: number, end: number, kind: string}} Hit end is exclusive
 * @typedef {(secret: string) => Promise<string>} Fingerprint four hex digits
 * @typedef {{text: string, counts: Record<string, number>}} Redacted
 */

/** Stands for a mark already in the text; no rule can have this kind. */
const STANDING_MARK = "";

const MARK = /\[secret:[a-z0-9_-]{1,40}:[0-9a-f]{4}\]/g;

/**
 * Replacing one secret can uncover another that stood in the context of the first. The limit only
 * guards against a rule that would match its own mark's surroundings; the service has the same.
 */
const PASSES_MAX = 8;

/**
 * @param {string} text
 * @returns {number} Shannon entropy in bits per character
 */
export function entropyOf(text) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  const length = [...counts.values()].reduce((sum, count) => sum + count, 0);
  return [...counts.values()].reduce((bits, count) => bits - (count / length) * Math.log2(count / length), 0);
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
    const span = rule.group === null ? match.indices?.[0] : match.indices?.groups?.[rule.group];
    if (!span || span[0] === span[1]) return [];
    const strong = rule.entropy === null || entropyOf(text.slice(span[0], span[1])) >= rule.entropy;
    return strong ? [{ start: span[0], end: span[1], kind: rule.kind }] : [];
  });
}

/**
 * Runs of hits that overlap one another, so that the choice among them stays small in long texts.
 *
 * @param {Hit[]} hits
 * @returns {Hit[][]} in text order
 */
function clusters(hits) {
  /** @type {Hit[][]} */
  const runs = [];
  let end = -1;
  for (const hit of hits.sort((a, b) => a.start - b.start)) {
    const run = hit.start < end ? runs.at(-1) : undefined;
    if (run) run.push(hit);
    else runs.push([hit]);
    end = Math.max(end, hit.end);
  }
  return runs;
}

/**
 * Marks win over everything, then the longest hit: a shorter one would leave the rest of the
 * secret standing.
 *
 * @param {Hit[]} run
 * @returns {Hit[]} hits that do not overlap
 */
function winners(run) {
  const strength = (/** @type {Hit} */ hit) => (hit.kind === STANDING_MARK ? Infinity : hit.end - hit.start);
  /** @type {Hit[]} */
  const kept = [];
  for (const hit of run.sort((a, b) => strength(b) - strength(a) || a.start - b.start)) {
    if (!kept.some((other) => hit.start < other.end && other.start < hit.end)) kept.push(hit);
  }
  return kept;
}

/**
 * @param {string} text
 * @param {readonly RedactionRule[]} rules
 * @returns {Hit[]} what is to be replaced, in text order, without overlaps
 */
export function findSecrets(text, rules) {
  const lower = text.toLowerCase();
  const marks = [...text.matchAll(MARK)].map((match) => ({
    start: match.index,
    end: match.index + match[0].length,
    kind: STANDING_MARK,
  }));
  const hits = rules
    .filter((rule) => rule.keywords.length === 0 || rule.keywords.some((word) => lower.includes(word)))
    .flatMap((rule) => hitsOfRule(text, rule));
  return clusters([...marks, ...hits])
    .flatMap(winners)
    .filter((hit) => hit.kind !== STANDING_MARK)
    .sort((a, b) => a.start - b.start);
}

/**
 * Redacting the result again changes nothing.
 *
 * @param {string} text
 * @param {object} deps
 * @param {readonly RedactionRule[]} deps.rules
 * @param {Fingerprint} deps.fingerprint
 * @returns {Promise<Redacted>}
 */
export async function redactText(text, { rules, fingerprint }) {
  let redacted = text;
  /** @type {Record<string, number>} */
  const counts = {};
  for (let pass = 0; pass < PASSES_MAX; pass += 1) {
    const hits = findSecrets(redacted, rules);
    if (hits.length === 0) break;
    for (const { kind } of hits) counts[kind] = (counts[kind] ?? 0) + 1;
    redacted = await replaced(redacted, hits, fingerprint);
  }
  return { text: redacted, counts };
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
  for (const { start, end, kind } of hits) {
    result += `${text.slice(from, start)}[secret:${kind}:${await fingerprint(text.slice(start, end))}]`;
    from = end;
  }
  return result + text.slice(from);
}

/**
 * Redact every field of an exchange that a person or a model has written.
 *
 * @template {import("./exchange.js").Exchange} E
 * @param {E} exchange
 * @param {{rules: readonly RedactionRule[], fingerprint: Fingerprint}} deps
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
