// A second reading of docs/adr/0020-evidence-log.md, with nothing but WebCrypto: what a page that checks itself will do.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

const { subtle } = globalThis.crypto;
const FIXTURE = JSON.parse(await readFile(new URL("../fixtures/evidence-log.json", import.meta.url), "utf8"));

const ascii = (text) => new TextEncoder().encode(text);
const sha256 = async (...parts) => new Uint8Array(await subtle.digest("SHA-256", Buffer.concat(parts)));
const same = (one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)) === 0;

/** Read standard base64 in its one canonical form. */
const base64 = (text) => {
  const data = Buffer.from(text, "base64");
  assert.equal(data.toString("base64"), text);
  return new Uint8Array(data);
};

const number = (text) => {
  assert.match(text, /^(0|[1-9][0-9]{0,15})$/u);
  return Number(text);
};

const readKey = (text) => {
  const [name, id, ...raw] = text.split("+");
  const bytes = base64(raw.join("+"));
  assert.equal(bytes[0], 1);
  return { name, id: Buffer.from(id, "hex"), public: bytes.slice(1) };
};

/** Return size and root of a checkpoint that the key has signed. */
const checkpointHead = async (note, key) => {
  const end = note.lastIndexOf("\n\n");
  const text = note.slice(0, end + 1);
  const [dash, name, raw] = note.slice(end + 2).trimEnd().split(" ");
  const signature = base64(raw);
  const id = await sha256(ascii(`${key.name}\n`), new Uint8Array([1]), key.public);
  assert.deepEqual([dash, name], ["\u2014", key.name]);
  assert.ok(same(id.slice(0, 4), key.id) && same(signature.slice(0, 4), key.id));
  const imported = await subtle.importKey("raw", key.public, "Ed25519", false, ["verify"]);
  assert.ok(await subtle.verify("Ed25519", imported, signature.slice(4), ascii(text)), "signature");
  const [origin, size, root, rest] = text.split("\n");
  assert.deepEqual([origin, rest], [key.name, ""]);
  return { size: number(size), root: base64(root) };
};

/** Return the root that a path leads to, by RFC 6962. */
const rootOf = async (index, size, leaf, path) => {
  if (size === 1) {
    assert.equal(path.length, 0);
    return leaf;
  }
  const split = 2 ** Math.floor(Math.log2(size - 1));
  const [sibling, rest] = [path.at(-1), path.slice(0, -1)];
  assert.ok(sibling, "the path is too short");
  const left = index < split;
  const inner = await (left ? rootOf(index, split, leaf, rest) : rootOf(index - split, size - split, leaf, rest));
  return sha256(new Uint8Array([1]), ...(left ? [inner, sibling] : [sibling, inner]));
};

/** Check one entry and return its number and the fields that are shown of it. */
const checkEntry = async ({ leaf, proof, disclosures }, key) => {
  const [before, ...after] = proof.split("\n\n");
  const [magic, index, ...path] = before.split("\n");
  const head = await checkpointHead(after.join("\n\n"), key);
  assert.equal(magic, "c2sp.org/tlog-proof@v1");
  const entry = number(index.replace("index ", ""));
  assert.ok(entry < head.size);
  const hash = await sha256(new Uint8Array([0]), ascii(leaf));
  assert.ok(same(await rootOf(entry, head.size, hash, path.map(base64)), head.root), "the path leads elsewhere");
  const committed = JSON.parse(leaf);
  const fields = {};
  for (const one of disclosures) {
    const digest = Buffer.from(await sha256(ascii(one))).toString("base64url");
    assert.ok(committed._sd.includes(digest), "not committed to");
    const [salt, name, value] = JSON.parse(Buffer.from(one, "base64url").toString("utf8"));
    assert.ok(Buffer.from(salt, "base64url").length >= 16 && !(name in fields));
    fields[name] = value;
  }
  return { entry, fields };
};

test("entries are checked with WebCrypto alone", async () => {
  const key = readKey(FIXTURE.key);
  const checked = await Promise.all(FIXTURE.entries.map((one) => checkEntry(one, key)));

  assert.deepEqual(
    checked.map((one) => one.entry),
    [0, 3, 7],
  );
  assert.match(checked[1].fields["prompt.1"], /^Explain index with table/u);
});

test("no entry with a changed sign passes", async () => {
  const key = readKey(FIXTURE.key);
  const whole = FIXTURE.entries[1];
  for (const part of ["leaf", "proof"]) {
    for (let place = 0; place < whole[part].length; place += 7) {
      const sign = whole[part][place] === "A" ? "B" : "A";
      const altered = whole[part].slice(0, place) + sign + whole[part].slice(place + 1);
      await assert.rejects(checkEntry({ ...whole, [part]: altered }, key), `${part} ${place}`);
    }
  }
  const lie = Buffer.from(JSON.stringify(["A".repeat(22), "prompt.1", "something else"])).toString("base64url");
  await assert.rejects(checkEntry({ ...whole, disclosures: [lie] }, key));
});
