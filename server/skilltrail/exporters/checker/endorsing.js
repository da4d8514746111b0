// An endorsement against the portfolio that shows it, and the handovers from key to key: form and words. Their own
// signatures (Open Badges proofs) are another tool's: neither is ever told as passed.
import { fromBase64, hashOf, must, textOf } from "./evidence.js";

const KEY = "(did:key:";
const QUOTES = ["“”", "„“", "«»"];
// As the product writes a name in one line: no control characters, no direction marks, single blanks.
// eslint-disable-next-line no-control-regex -- these are what is taken out
const INVISIBLE = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g;

/** @param {any} document */
export const issuerOf = (document) => document.issuer?.id ?? document.issuer;

/** @param {any} issuer */
const contactOf = (issuer) => ("url" in issuer ? issuer.url : issuer.email) ?? "";

/** @param {string} text */
const oneLine = (text) => text.replace(INVISIBLE, "").replace(/\s+/g, " ").trim();

/** The keys that stand in brackets in the first line of a description. @param {string} description */
const namedKeys = (description) =>
  (description.split("\n")[0] ?? "").split(KEY).slice(1).map((one) => `did:key:${one.match(/^[A-Za-z0-9]*/)?.[0]}`);

/** Tells whether the first line names a skill in quotes, behind the learner's key. @param {string} description @param {string} name */
export function namesSkill(description, name) {
  const behind = (description.split("\n")[0] ?? "").split(KEY).slice(1).join(KEY);
  return QUOTES.some((pair) => behind.includes(`${pair[0]}${oneLine(name)}${pair[1]}`));
}

/**
 * Refuses an endorsement that is shown otherwise than it was signed, or that is of another skill or learner.
 * @param {any} document @param {any} one as the content gives it @param {string[]} about ids of the skill @param {string[]} own keys of the learner
 */
export function bindEndorsement(document, one, about, own) {
  const issuer = issuerOf(document);
  must(issuer === one.issuer_did && !own.includes(issuer), "by the sender's own key, or another than shown");
  must(document.issuer?.name === one.issuer_name && contactOf(document.issuer) === one.contact, "another name or contact");
  must(document.credentialSubject?.endorsementComment === one.comment, "another statement");
  must((document.description ?? "") === one.about, "another statement");
  must(new Date(document.validFrom).toISOString().slice(0, 10) === one.signed_on, "another day");
  must(about.includes(document.credentialSubject?.id), "of another skill");
  const named = namedKeys(one.about);
  must(named.length && named.every((did) => own.includes(did)), "signed for somebody else");
}

/**
 * Returns the keys from which statements lead to the one that signed; each names the next, without a gap.
 * @param {string[]} rotations base64 @param {any} claims @returns {Promise<string[]>}
 */
export async function earlierKeys(rotations, claims) {
  const hashes = [];
  const found = [];
  for (const one of rotations) {
    const bytes = fromBase64(one);
    hashes.push(await hashOf(bytes));
    found.push(readHandover(JSON.parse(textOf(bytes))));
  }
  must(JSON.stringify(hashes) === JSON.stringify(claims.rotations ?? []), "other statements");
  const next = [...found.slice(1).map((one) => one.from), claims.iss];
  must(found.every((one, place) => one.to === next[place]), "a gap between keys");
  return found.map((one) => one.from);
}

/** @param {any} document */
function readHandover(document) {
  const from = issuerOf(document);
  const subject = document.credentialSubject;
  must(document.type.includes("EndorsementCredential") && subject.type.includes("EndorsementSubject"), "no handover");
  must([from, subject.id].every((did) => /^did:key:z[1-9A-HJ-NP-Za-km-z]+$/.test(did)) && from !== subject.id, "no handover");
  must(document.proof.verificationMethod === `${from}#${from.replace("did:key:", "")}`, "signed with another key than it names");
  return { from, to: subject.id };
}
