/**
 * Finds structured personal data, for learners who want it masked before it is stored. The service
 * knows the numbering plans of the countries; here digits are counted, carefully.
 */

import { IBAN_LENGTHS, PERSONAL_RULES } from "./redaction-rules.js";

/**
 * @typedef {object} PersonalRule
 * @property {string} id
 * @property {string} kind
 * @property {string} source
 * @property {string} flags
 * @property {readonly string[]} keywords
 * @property {string} check
 *
 * @typedef {import("./redaction.js").Hit} Hit
 */

/** Characters before a match that its check sees. */
const BEFORE = 16;

/** Addresses of nobody: public name servers that every tutorial names. */
const WELL_KNOWN = new Set(["8.8.8.8", "8.8.4.4", "1.1.1.1", "1.0.0.1", "9.9.9.9"]);
const VERSION = /(?:version|release|driver|firmware|build|\bv|\bver)[ .:=]{0,3}$/i;

/** @param {string} found */
const eMail = (found) => (/^(?:git|hg|svn|ssh)@/i.test(found) || /@[0-9]+\.[0-9]/.test(found) ? 0 : found.length);

/**
 * @param {string} number letters and digits only
 * @returns {boolean} its check digits fit (ISO 13616)
 */
function passesMod97(number) {
  let rest = 0;
  for (const sign of number.slice(4) + number.slice(0, 4)) {
    for (const digit of String(parseInt(sign, 36))) rest = (rest * 10 + Number(digit)) % 97;
  }
  return rest === 1;
}

/**
 * Cut off the words that stand behind it, then ask for the check digits.
 *
 * @param {string} found
 */
function iban(found) {
  const wanted = IBAN_LENGTHS[found.slice(0, 2)] ?? 0;
  let seen = 0;
  for (let at = 0; at < found.length; at += 1) {
    if (/[A-Z0-9]/.test(found[at] ?? "")) seen += 1;
    if (seen === wanted) {
      const followed = /[A-Z0-9]/i.test(found[at + 1] ?? "");
      return !followed && passesMod97(found.slice(0, at + 1).replace(/[ -]/g, "")) ? at + 1 : 0;
    }
  }
  return 0;
}

/**
 * @param {string} found
 * @param {string} before
 */
function ipv4(found, before) {
  const parts = found.split(".");
  const fits = parts.every((part) => Number(part) <= 255 && String(Number(part)) === part);
  const first = Number(parts[0]);
  const nobody = first === 0 || first === 127 || first === 255 || (first >= 224 && first <= 239);
  return !fits || nobody || WELL_KNOWN.has(found) || VERSION.test(before) ? 0 : found.length;
}

/** @param {string} found */
function ipv6(found) {
  const groups = found.split(":");
  const short = found.includes("::");
  const sound = groups.every((group) => group.length <= 4) && found.indexOf("::") === found.lastIndexOf("::") && !found.includes(":::");
  const ended = !found.endsWith(":") || found.endsWith("::");
  const count = groups.filter((group) => group !== "").length;
  return sound && ended && (short ? count < 8 : count === 8 && groups.length === 8) && /[0-9]/.test(found) ? found.length : 0;
}

/** @param {string} found */
const mac = (found) => (new Set(found.replace(/[:.-]/g, "")).size === 1 ? 0 : found.length);

/**
 * @param {string} found
 * @param {string} before
 */
function phone(found, before) {
  const digits = found.replace(/[^0-9]/g, "").length;
  const [least, most] = /^(?:\+|00)/.test(found) ? [9, 17] : [9, 13];
  // A decimal number with a sign, or the middle of a longer number in groups.
  const other = /^\+[0-9]\.[0-9]{4,}$/.test(found) || (found.startsWith("00") && /[0-9][ -]?$/.test(before));
  return !other && digits >= least && digits <= most ? found.length : 0;
}

/** @type {Readonly<Record<string, (found: string, before: string) => number>>} */
const CHECKS = Object.freeze({ "e-mail": eMail, iban, ipv4, ipv6, mac, phone });

/**
 * @param {string} value
 * @returns {string} what two ways of writing one address or number have in common
 */
function bare(value) {
  const lower = value.trim().toLowerCase();
  return lower.includes("@") ? lower : lower.replace(/[^\p{L}\p{N}:]/gu, "");
}

/**
 * @param {string} text
 * @param {readonly string[]} exempt the learner's own addresses and numbers, which stay
 * @returns {Hit[]} they may overlap
 */
export function findPersonalData(text, exempt) {
  const lower = text.toLowerCase();
  const own = new Set(exempt.map(bare));
  return PERSONAL_RULES.filter(({ keywords }) => keywords.length === 0 || keywords.some((word) => lower.includes(word))).flatMap((rule) =>
    [...text.matchAll(new RegExp(rule.source, `${rule.flags}gd`))].flatMap((match) => {
      const [start, end] = match.indices?.groups?.["secret"] ?? [0, 0];
      const length = CHECKS[rule.check]?.(text.slice(start, end), text.slice(Math.max(0, start - BEFORE), start)) ?? 0;
      if (length === 0 || own.has(bare(text.slice(start, start + length)))) return [];
      return [{ start, end: start + length, kind: rule.kind, family: /** @type {const} */ ("personal") }];
    }),
  );
}
