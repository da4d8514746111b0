// All checks of a portfolio's page, over what is embedded in it: each ends in pass, fail or open ("not checked here").
import { Altered, Unsupported, bytesOf, fromBase64, hashOf, isIncluded, isSigned, must, readCheckpoint } from "./evidence.js";
import { readDisclosures, readLeaf, readLogKey, readManifest, readProof, textOf } from "./evidence.js";
import { bindEndorsement, earlierKeys, issuerOf, namesSkill } from "./endorsing.js";
import { bindFigures } from "./figures.js";

/** @typedef {"pass" | "fail" | "open"} State */
/** @typedef {{kind: string, state: State, why?: string, n?: number, name?: string, place?: number}} Line */
/** @typedef {{content: string, credentials: Record<string, string>, rotations: string[], manifest: string, visible: string}} Parts */
/** @typedef {{entry: number, provider: string, parts: {name: string, text: string}[]}} Shown what passed, by its place */
/** @typedef {{lines: Line[], shown: Map<number, Shown>, state: State}} Outcome */

/** Runs one check; what it throws decides. @param {Omit<Line, "state">} about @param {() => Promise<void>} check @returns {Promise<Line>} */
async function line(about, check) {
  try {
    await check();
    return { ...about, state: "pass" };
  } catch (fault) {
    if (fault instanceof Unsupported) return { ...about, state: "open" };
    return { ...about, state: "fail", why: fault instanceof Altered ? fault.message : "not in its form" };
  }
}

/** @param {unknown} one @param {unknown} other */
const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

/** @param {number[]} numbers */
const sorted = (numbers) => [...numbers].sort((one, other) => one - other);

/** @param {Record<string, unknown>} one @param {Iterable<string>} names */
const hasExactly = (one, names) => same(Object.keys(one).sort(), [...names].sort());

/** Checks everything. @param {Parts} parts @returns {Promise<Outcome>} */
export async function checkAll(parts) {
  const read = { claims: /** @type {any} */ (null), content: /** @type {any} */ (null) };
  const lines = [
    await line({ kind: "manifest" }, async () => {
      const manifest = readManifest(parts.manifest);
      read.claims = manifest.claims;
      must(await isSigned(manifest.key, manifest.signature, manifest.message), "the signature does not fit");
    }),
    await line({ kind: "content" }, async () => {
      must(read.claims, "no manifest");
      const content = JSON.parse(parts.content);
      // Read on in altered content too: so it can be told which of the entries was altered. The whole has failed.
      read.content = content;
      must((await hashOf(bytesOf(parts.content))) === read.claims.content, "another content");
      bindContent(content, read.claims);
    }),
    await line({ kind: "page" }, async () => {
      must((await hashOf(bytesOf(parts.visible))) === read.claims?.page?.visible, "another page");
    }),
  ];
  const shown = new Map();
  if (read.claims && read.content) {
    const rest = await line({ kind: "content" }, () => checkParts(parts, read.claims, read.content, lines, shown));
    if (rest.state === "fail" && !lines.some((one) => one.kind === "content" && one.state === "fail")) lines.push(rest);
  }
  return { lines, shown, state: wholeState(lines) };
}

/** @param {Line[]} lines @returns {State} */
export function wholeState(lines) {
  const states = lines.filter((one) => !NEVER_HERE.has(one.kind)).map((one) => one.state);
  if (states.includes("fail")) return "fail";
  return states.includes("open") || !states.length ? "open" : "pass";
}

/** Checks that need another tool in every browser; they are told and do not count. */
export const NEVER_HERE = new Set(["endorsementOpen", "endorsementOther", "credentialOpen", "rotationsOpen"]);

/** What manifest and content say alike. @param {any} content @param {any} claims */
function bindContent(content, claims) {
  must(content.id === claims.portfolio && content.person.did === claims.iss, "of another portfolio");
  must(content.log.key === claims.log_key && (content.recipient ?? undefined) === claims.aud, "of another portfolio");
  const skills = /** @type {any[]} */ (content.skills);
  must(new Set(skills.map((one) => one.id)).size === skills.length, "a skill twice");
  must(hasExactly(claims.counted, new Set(skills.map((one) => one.id))), "other counted entries");
  for (const one of skills) must(same(sorted(one.entries), sorted(claims.counted[one.id])), "other counted entries");
  const few = skills.every((one) => new Set(one.entries).size === one.entries.length && one.entries.length <= one.counts.exchanges);
  must(few, "more entries than exchanges");
  const excerpts = skills.flatMap((one) => one.excerpts);
  must(hasExactly(claims.entries, new Set(excerpts.map((one) => String(one.entry)))), "other entries");
  const documents = new Set(skills.flatMap((one) => one.endorsements).map((one) => one.document));
  must(documents.size === claims.endorsements.length, "other endorsements");
}

/** @param {Parts} parts @param {any} claims @param {any} content @param {Line[]} lines @param {Map<number, Shown>} shown */
async function checkParts(parts, claims, content, lines, shown) {
  const skills = /** @type {any[]} */ (content.skills);
  for (const skill of skills) lines.push(await checkCredential(parts, claims, skill));
  lines.push(...(await contradictions(skills)));
  const names = skills.map((one) => one.id);
  if (!hasExactly(parts.credentials, names) || !hasExactly(claims.credentials, names)) {
    lines.push({ kind: "credential", name: "?", state: "fail", why: "other credentials" });
  }
  const own = [claims.iss];
  if (parts.rotations.length || claims.rotations) lines.push(await checkRotations(parts, claims, own));
  if (names.length) lines.push({ kind: "credentialOpen", state: "open" });
  /** @type {any} */
  let head = null;
  const log = content.log;
  lines.push(
    await line({ kind: "checkpoint", n: log.entries }, async () => {
      const key = await readLogKey(claims.log_key);
      const bytes = fromBase64(log.checkpoint);
      must((await hashOf(bytes)) === claims.checkpoint, "another checkpoint");
      head = readCheckpoint(bytes, key);
      must(head.size === log.entries, "another number of entries");
      must(await isSigned(key.key, head.signature, head.message), "the signature does not fit");
    }),
  );
  const excerpts = skills.flatMap((one) => one.excerpts);
  for (const [place, excerpt] of excerpts.entries()) {
    const all = excerpts.filter((one) => one.entry === excerpt.entry).flatMap((one) => one.disclosures);
    lines.push(
      await line({ kind: "entry", n: excerpt.entry, place }, async () => {
        await checkEntry(excerpt, [...new Set(all)], claims);
        shown.set(place, await checkExcerpt(excerpt, log, head));
      }),
    );
  }
  const given = skills.flatMap((skill) => skill.endorsements.map((/** @type {any} */ one) => ({ skill, one })));
  for (const { skill, one } of given) lines.push(await checkEndorsement(one, parts, claims, skill, own));
}

/** Figures that fit are no line of their own. @param {any[]} skills */
async function contradictions(skills) {
  const lines = skills.map((skill) => line({ kind: "figures", name: skill.name }, async () => bindFigures(skill)));
  return (await Promise.all(lines)).filter((one) => one.state !== "pass");
}

/** Half of a pair of signs: a credential cannot hold it. */
const HALVES = /\p{Cs}/gu;

/** The counts of a skill in the order in which its credential gives them. */
const COUNTED = ["exchanges", "learning", "imported", "episodes", "days", "checked"];

/** @param {Parts} parts @param {any} claims @param {any} skill */
function checkCredential(parts, claims, skill) {
  return line({ kind: "credential", name: skill.name }, async () => {
    const bytes = fromBase64(parts.credentials[skill.id] ?? "");
    must((await hashOf(bytes)) === claims.credentials[skill.id], "another credential");
    const document = JSON.parse(textOf(bytes));
    const subject = document.credentialSubject;
    must(issuerOf(document) === claims.iss && subject.id === claims.iss, "by another issuer, or of another");
    must(document.type.includes("OpenBadgeCredential") && subject.achievement.id === skill.id, "of another skill");
    const counts = COUNTED.map((name) => String(skill.counts[name]));
    must(subject.activityStartDate === `${skill.first_on}T00:00:00Z` && subject.activityEndDate === `${skill.last_on}T00:00:00Z`, "other days");
    must(subject.achievement.name === skill.name.replace(HALVES, "?"), "another name");
    must(same(subject.result.map((/** @type {any} */ one) => one.value), counts), "other counts");
  });
}

/** Puts the keys of before into ``own``; nothing here checks what they signed. @param {Parts} parts @param {any} claims @param {string[]} own @returns {Promise<Line>} */
async function checkRotations(parts, claims, own) {
  const found = await line({ kind: "rotations" }, async () => {
    own.push(...(await earlierKeys(parts.rotations, claims)));
  });
  return found.state === "pass" ? { kind: "rotationsOpen", state: "open" } : found;
}

/** An entry that several skills show has one file of disclosures. @param {any} excerpt @param {string[]} all @param {any} claims */
async function checkEntry(excerpt, all, claims) {
  const [leafHash, shownHash] = claims.entries[excerpt.entry] ?? [];
  must((await hashOf(fromBase64(excerpt.leaf))) === leafHash, "not what was signed");
  must((await hashOf(bytesOf(`${JSON.stringify(all, null, 1)}\n`))) === shownHash, "not what was signed");
}

/** @param {any} excerpt @param {any} log @param {any} head @returns {Promise<Shown>} */
async function checkExcerpt(excerpt, log, head) {
  const bytes = fromBase64(excerpt.leaf);
  const proof = readProof(fromBase64(excerpt.proof));
  const known = textOf(fromBase64(log.checkpoint));
  must(proof.index === excerpt.entry && textOf(proof.checkpoint) === known, "proved under another checkpoint");
  must(head && (await isIncluded(bytes, proof.index, head.size, proof.path, head.root)), "not in the log");
  const leaf = readLeaf(bytes);
  const found = await readDisclosures(leaf, excerpt.disclosures);
  const parts = /** @type {{name: string, text: string}[]} */ (excerpt.parts);
  must(parts.length === found.size && leaf.digests.length - found.size === excerpt.withheld, "another count");
  must(same(parts.map((one) => [one.name, one.text]), [...found]), "another text");
  must((found.get("provider") ?? excerpt.provider) === excerpt.provider, "another provider");
  must((found.get("asked_at") ?? excerpt.asked_on).slice(0, 10) === excerpt.asked_on, "another day");
  must(leaf.origin === excerpt.origin && leaf.logged_on === excerpt.logged_on, "another day or origin");
  return { entry: excerpt.entry, provider: excerpt.provider, parts };
}

/** ``own`` are the keys of the learner, of now and of before. @param {any} one @param {Parts} parts @param {any} claims @param {any} skill @param {string[]} own @returns {Promise<Line>} */
async function checkEndorsement(one, parts, claims, skill, own) {
  const name = String(one.issuer_name);
  const found = await line({ kind: "endorsement", name }, async () => {
    const bytes = fromBase64(one.document);
    must(claims.endorsements.includes(await hashOf(bytes)), "another endorsement");
    bindEndorsement(JSON.parse(textOf(bytes)), one, [skill.id, credentialId(parts, skill)], own);
  });
  if (found.state !== "pass") return found;
  // Its bytes are the ones that were signed for; its own signature is another tool's: never told as passed.
  return { kind: namesSkill(one.about, skill.name) ? "endorsementOpen" : "endorsementOther", name, state: "open" };
}

/** An altered credential is told of itself. @param {Parts} parts @param {any} skill @returns {string} */
function credentialId(parts, skill) {
  try {
    return String(JSON.parse(textOf(fromBase64(parts.credentials[skill.id] ?? ""))).id);
  } catch {
    return skill.id;
  }
}
