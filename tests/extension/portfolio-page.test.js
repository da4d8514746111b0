// The script of a portfolio's page, without a page: what passes, what fails, and that no altered sign gets through.
import assert from "node:assert/strict";
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
