// The script of a portfolio's page, without a page: what passes, what fails, and that no altered sign gets through.
import assert from "node:assert/strict";
import { createHash, createPrivateKey, sign } from "node:crypto";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

import { checkAll } from "../../server/skilltrail/exporters/checker/checks.js";
import {
  fromBase64,
  fromBase64url,
  isIncluded,
  keyOfDid,
  readCheckpoint,
  readLeaf,
  readLogKey,
  readManifest,
  readProof,
} from "../../server/skilltrail/exporters/checker/evidence.js";
import { JSDOM } from "jsdom";

import { dressed } from "../../server/skilltrail/exporters/checker/dressing.js";
import { alteredPlaces, filled, showOutcome } from "../../server/skilltrail/exporters/checker/showing.js";

const read = async (name) => JSON.parse(await readFile(new URL(`../fixtures/${name}`, import.meta.url), "utf8"));
const PARTS = await read("portfolio-page.json");
const LOG = await read("evidence-log.json");
const bytes = (text) => new Uint8Array(new TextEncoder().encode(text));

const failing = (outcome) => outcome.lines.filter((one) => one.state === "fail").map((one) => one.kind);

test("a genuine portfolio passes, and what needs another tool stays open", async () => {
  const outcome = await checkAll(PARTS);

  assert.equal(outcome.state, "pass");
  assert.equal(outcome.shown.size, 6);
  const open = outcome.lines.filter((one) => one.state === "open").map((one) => one.kind);
  assert.deepEqual([...new Set(open)].sort(), ["credentialOpen", "endorsementOpen"]);
});

/** Returns a text with one sign altered to another of the same kind, so that it stays in its form where it can. */
const altered = (text, place) => {
  const sign = text[place];
  const other = /[A-Za-z]/.test(sign) ? (sign === "A" ? "B" : "A") : sign === "1" ? "2" : "1";
  return text.slice(0, place) + other + text.slice(place + 1);
};

test("no altered sign of content, manifest, credentials or the visible part gets through", async () => {
  const [name, credential] = Object.entries(PARTS.credentials)[0];
  const variants = [
    ["content", 97, (content) => ({ ...PARTS, content })],
    ["manifest", 7, (manifest) => ({ ...PARTS, manifest })],
    ["visible", 1, (visible) => ({ ...PARTS, visible })],
  ];
  let tried = 0;
  for (const [part, step, make] of variants) {
    for (let place = 0; place < PARTS[part].length; place += step) {
      assert.equal((await checkAll(make(altered(PARTS[part], place)))).state, "fail", `${part} ${place}`);
      tried += 1;
    }
  }
  for (let place = 0; place < credential.length; place += 41) {
    const credentials = { ...PARTS.credentials, [name]: altered(credential, place) };
    assert.deepEqual(failing(await checkAll({ ...PARTS, credentials })), ["credential"]);
    tried += 1;
  }
  assert.ok(tried > 400, String(tried));
});

test("a credential too many, one too few and a statement that nobody signed fail", async () => {
  const [first, ...others] = Object.entries(PARTS.credentials);
  const more = { ...PARTS.credentials, "urn:uuid:0": first[1] };

  assert.deepEqual(failing(await checkAll({ ...PARTS, credentials: more })), ["credential"]);
  const fewer = await checkAll({ ...PARTS, credentials: Object.fromEntries(others) });
  assert.deepEqual(failing(fewer), ["credential", "credential"]);
  assert.deepEqual(failing(await checkAll({ ...PARTS, rotations: ["AAAA"] })), ["rotations"]);
});

// --- what the learner signs -----------------------------------------------------------------------------------------

const SEED = Buffer.from(Array.from({ length: 32 }, (_, at) => at));
const KEY = createPrivateKey({ key: Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), SEED]), format: "der", type: "pkcs8" });
const hashed = (data) => createHash("sha256").update(data).digest("base64url");
const claimsOf = (manifest) => JSON.parse(Buffer.from(manifest.split(".")[1], "base64url").toString());

/** Returns the parts with other content, signed anew with the learner's own key. */
function resigned(change, rotations = []) {
  const content = JSON.parse(PARTS.content);
  change(content);
  const text = JSON.stringify(content);
  const claims = { ...claimsOf(PARTS.manifest), content: hashed(text) };
  claims.endorsements = content.skills.flatMap((one) => one.endorsements).map((one) => hashed(Buffer.from(one.document, "base64")));
  if (rotations.length) claims.rotations = rotations.map((one) => hashed(Buffer.from(one, "base64")));
  const message = `${PARTS.manifest.split(".")[0]}.${Buffer.from(JSON.stringify(claims)).toString("base64url")}`;
  return { ...PARTS, content: text, rotations, manifest: `${message}.${sign(null, Buffer.from(message), KEY).toString("base64url")}` };
}

/** Changes the first skill's endorsement and what was signed of it. */
const endorsed = (shown, document = (_held) => {}) => (content) => {
  const [one] = content.skills[0].endorsements;
  const held = JSON.parse(Buffer.from(one.document, "base64").toString());
  document(held);
  Object.assign(one, { document: Buffer.from(JSON.stringify(held)).toString("base64") }, shown(held));
};
const ADA = JSON.parse(PARTS.content).person.did;
const GRACE = "did:key:z6Mkq8Qzr6rEyvBLZzw5xG8W2LyR4nVcFqTS5uQG5yCjvMzu";
const saying = (description) => endorsed(() => ({ about: description }), (held) => Object.assign(held, { description }));

test("signing anew is no lie", async () => {
  assert.equal((await checkAll(resigned(() => {}))).state, "pass");
});

const ENDORSEMENTS = {
  "signed for somebody else": saying(`About Grace Other (${GRACE}), skill “Docker networking”.`),
  "signed for two": saying(`About Ada (${ADA}) and Grace (${GRACE}), skill “Docker networking”.`),
  "signed for nobody": saying("About Docker networking"),
  "another contact": endorsed(() => ({ contact: "https://mine.example/ask" })),
  "another day": endorsed(() => ({ signed_on: "2019-01-01" })),
  "of another skill": endorsed(() => ({}), (held) => (held.credentialSubject.id = "urn:uuid:1")),
};

for (const [lie, change] of Object.entries(ENDORSEMENTS)) {
  test(`an endorsement does not pass: ${lie}`, async () => {
    assert.deepEqual(failing(await checkAll(resigned(change))), ["endorsement"]);
  });
}

test("an endorsement of a skill by another name is told as such", async () => {
  const kinds = async (description) => (await checkAll(resigned(saying(description)))).lines.map((one) => one.kind);

  assert.ok((await kinds(`About Ada (${ADA}), skill “Docker”.`)).includes("endorsementOther"));
  for (const line of [`Über Ada (${ADA}), Fähigkeit „Docker networking“.`, `Sobre Ada (${ADA}), habilidad «Docker networking».`]) {
    assert.ok((await kinds(line)).includes("endorsementOpen"), line);
  }
});

const first = (change) => (content) => change(content.skills[0]);
const FIGURES = {
  "attested without an endorsement": (content) => (content.skills[1].stage = "attested"),
  "more corrected than checked": first((skill) => (skill.counts.corrected = 6)),
  "fewer imported than shown": first((skill) => (skill.counts.imported = 0)),
  "days without a break": first((skill) => (skill.idle_days = -1)),
  "more than the months": first((skill) => (skill.months[0].exchanges = 900)),
  "more learned than the months": first((skill) => (skill.months[0].learning = 8)),
  "a month before the first day": first((skill) => ((skill.months[0].exchanges -= 3), skill.months.unshift({ month: "2019-01", exchanges: 3, learning: 0, turns: [] }))),
  "a last day before the first": first((skill) => (skill.last_on = "2026-03-01")),
};

for (const [lie, change] of Object.entries(FIGURES)) {
  test(`figures that contradict themselves fail: ${lie}`, async () => {
    const found = failing(await checkAll(resigned(change)));
    assert.ok(found.includes("figures") && new Set(found).size <= 2, String(found));
  });
}

const handover = (from, to, method = from) =>
  Buffer.from(
    JSON.stringify({
      type: ["VerifiableCredential", "EndorsementCredential"],
      issuer: { id: from },
      credentialSubject: { id: to, type: ["EndorsementSubject"] },
      proof: { verificationMethod: `${method}#${method.replace("did:key:", "")}` },
    }),
  ).toString("base64");

test("a handover is told and never counted as passed, for nothing here checks its signature", async () => {
  const found = await checkAll(resigned(() => {}, [handover(GRACE, ADA)]));

  assert.equal(found.state, "pass");
  assert.deepEqual(found.lines.filter((one) => one.kind.startsWith("rotations")), [{ kind: "rotationsOpen", state: "open" }]);
});

test("handovers that do not lead to the key that signs fail", async () => {
  const other = "did:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp";
  const wrong = [[handover(GRACE, other)], [handover(GRACE, other), handover(GRACE, ADA)], [handover(GRACE, ADA, other)], [handover(ADA, ADA)]];
  wrong.push([Buffer.from(JSON.stringify({ issuer: { id: GRACE } })).toString("base64")]);
  for (const rotations of wrong) assert.deepEqual(failing(await checkAll(resigned(() => {}, rotations))), ["rotations"]);
});

test("without Ed25519 nothing passes as a whole, and what is altered still fails", async () => {
  const real = crypto.subtle.importKey;
  crypto.subtle.importKey = () => Promise.reject(new DOMException("unknown", "NotSupportedError"));
  try {
    assert.equal((await checkAll(PARTS)).state, "open");
    assert.equal((await checkAll({ ...PARTS, content: altered(PARTS.content, 5000) })).state, "fail");
  } finally {
    crypto.subtle.importKey = real;
  }
});

test("every entry of a log is in it, and in no other place", async () => {
  const key = await readLogKey(LOG.key);
  for (const entry of LOG.entries) {
    const proof = readProof(bytes(entry.proof));
    const head = readCheckpoint(proof.checkpoint, key);
    const leaf = bytes(entry.leaf);

    assert.ok(await isIncluded(leaf, proof.index, head.size, proof.path, head.root));
    assert.ok(!(await isIncluded(leaf, proof.index + 1, head.size, proof.path, head.root)));
    assert.ok(!(await isIncluded(leaf, proof.index, head.size, [...proof.path, head.root], head.root)));
    assert.ok(!(await isIncluded(bytes(`${entry.leaf} `), proof.index, head.size, proof.path, head.root)));
  }
});

test("what has a second spelling is refused", async () => {
  const leaf = PARTS.content.match(/"leaf": "([^"]+)"/)[1];
  const text = new TextDecoder().decode(fromBase64(leaf));

  assert.equal(readLeaf(bytes(text)).origin, "extension");
  for (const other of [` ${text}`, text.replace('"v":1', '"v": 1'), text.replace('"v":1', '"v":1,"v":1')]) {
    assert.throws(() => readLeaf(bytes(other)));
  }
  for (const wrong of ["QQ", "QR==", "Q Q=", "QQ===", "é"]) assert.throws(() => fromBase64(wrong), wrong);
  for (const wrong of ["Q=", "QR", "a+b", "a/b"]) assert.throws(() => fromBase64url(wrong), wrong);
  assert.throws(() => keyOfDid("did:key:z6Mk"));
  assert.throws(() => keyOfDid(`did:web:example.com`));
  await assert.rejects(readLogKey("name+00000000+AQ=="));
});

test("a manifest that names another key, kind or version is refused", () => {
  const [head, body, signature] = PARTS.manifest.split(".");
  const json = (part) => JSON.parse(Buffer.from(part, "base64url").toString());
  const written = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");

  for (const change of [{ alg: "none" }, { alg: "HS256" }, { typ: "JWT" }, { kid: "did:key:other#other" }]) {
    assert.throws(() => readManifest([written({ ...json(head), ...change }), body, signature].join(".")));
  }
  assert.throws(() => readManifest([head, written({ ...json(body), v: 2 }), signature].join(".")));
  assert.throws(() => readManifest(`${head}.${body}`));
});

test("words fill their holes and nothing else", () => {
  assert.equal(filled("Entry {n} of {name} {other}", { n: 3, name: "<b>$&</b>" }), "Entry 3 of <b>$&</b> {other}");
  assert.equal(typeof showOutcome, "function");
});

test("of altered content only the entry that was altered is told as altered", async () => {
  const content = PARTS.content.replace("Names are resolved", "Games are resolved");
  assert.notEqual(content, PARTS.content);

  const outcome = await checkAll({ ...PARTS, content });

  assert.deepEqual(failing(outcome), ["content", "entry"]);
  assert.equal(alteredPlaces(outcome).size, 1);
  const checkpoint = PARTS.content.replace(/("checkpoint": ")(.)/, (_whole, head, sign) => head + (sign === "c" ? "d" : "c"));
  assert.equal(alteredPlaces(await checkAll({ ...PARTS, content: checkpoint })).size, 0);
});

test("dressing an excerpt keeps every sign of it, and builds text alone", () => {
  const { document } = new JSDOM("").window;
  const said = [
    "Use **both** and `a < b`:\n\n",
    "```js\nif (a) {\n\n",
    "  b(\"<img src=x onerror=alert(1)>\");\n}\n```\nAfter it\n\n",
    "1. one\n- two **three\n* * *\n<b>no</b> `open\n",
  ];
  const fence = { open: "" };
  const made = said.map((text) => dressed(document, text, fence));

  assert.deepEqual(made.map((one) => one.textContent), said.map((text) => text.trimEnd()));
  const kinds = (name) => made.flatMap((one) => [...one.querySelectorAll(name)]).map((one) => one.textContent);
  assert.deepEqual(kinds("strong"), ["**both**"]);
  assert.deepEqual(kinds("code"), ["`a < b`"]);
  assert.deepEqual(kinds(".block"), ["```js\nif (a) {", said[2].slice(0, said[2].indexOf("After"))]);
  assert.equal(kinds(".item").length, 3);
  assert.equal(kinds("img, b, script").length, 0);
  assert.deepEqual(kinds(".mark"), ["**", "**", "`", "`"]);
  assert.deepEqual(kinds(".fence"), ["```js\n", "```\n"]);
});

test("only signs that mark up are hidden from sight", () => {
  const { document } = new JSDOM("").window;
  const read = (text) => {
    const made = dressed(document, text, { open: "" });
    assert.equal(made.textContent, text);
    for (const one of made.querySelectorAll(".mark, .fence")) one.remove();
    return made.textContent;
  };

  assert.equal(read("**`x`: how long?** *not* now"), "x: how long? not now");
  assert.equal(read("## A **head**\nand on"), "A head\nand on");
  assert.equal(read("2 * 3 * 4, a*b*c, **open, * one"), "2 * 3 * 4, a*b*c, **open, * one");
  assert.equal(read("``` words that are hidden from nobody\nx"), "``` words that are hidden from nobody\nx");
});
