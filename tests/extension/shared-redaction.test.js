import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { REDACTION_RULES } from "../../extension/shared/redaction-rules.js";
import { entropyOf, findSecrets, redactText } from "../../extension/shared/redaction.js";

const fingerprint = async (secret) => createHash("sha256").update(secret).digest("hex").slice(0, 4);
const redact = (text, rules = REDACTION_RULES) => redactText(text, { rules, fingerprint });

/** A rule with what a test does not care about filled in. */
const rule = (changes) => ({ id: "r", kind: "test", flags: "", keywords: [], entropy: null, group: null, ...changes });

const TOKEN = `ghp_${"a1B2c3D4e5F6".repeat(3)}`;
const SAMPLES = [
  `use ${TOKEN} please`,
  "password: correcthorse7battery",
  "postgres://app:s3cr3tpw99@db.example.org/main",
  `Authorization: Bearer ${"abc123XYZ789_-".repeat(3)}`,
  `-----BEGIN PRIVATE KEY-----\n${"MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcw\n".repeat(6)}-----END PRIVATE KEY-----`,
  `twice ${TOKEN} and ${TOKEN}, password=${TOKEN}`,
];

test("a secret becomes a typed mark and is counted by kind", async () => {
  const { text, counts } = await redact(SAMPLES[0]);

  assert.equal(text, `use [secret:github-token:${await fingerprint(TOKEN)}] please`);
  assert.deepEqual(counts, { "github-token": 1 });
});

for (const [index, sample] of SAMPLES.entries()) {
  test(`redacting sample ${index + 1} a second time changes nothing`, async () => {
    const once = await redact(sample);
    const twice = await redact(once.text);

    assert.notEqual(once.text, sample);
    assert.equal(twice.text, once.text);
    assert.deepEqual(twice.counts, {});
  });
}

test("equal secrets get equal marks", async () => {
  const { text } = await redact(`${TOKEN} ${TOKEN}`);
  const [first, second] = text.split(" ");

  assert.equal(first, second);
});

test("of overlapping hits the longest wins, so that no rest of a secret stands", async () => {
  const rules = [rule({ kind: "short", source: "key-\\d+" }), rule({ kind: "long", source: "key-\\d+-tail" })];

  const { text } = await redact("a key-123-tail b", rules);

  assert.match(text, /^a \[secret:long:[0-9a-f]{4}\] b$/);
});

test("only the group is replaced when a rule names one", async () => {
  const rules = [rule({ source: "pin=(?<secret>\\d{4})", group: "secret" })];

  assert.match((await redact("pin=1234;", rules)).text, /^pin=\[secret:test:[0-9a-f]{4}\];$/);
});

test("a rule is tried only when one of its keywords occurs, in any case", () => {
  const rules = [rule({ source: "\\d{4}", keywords: ["pin"] })];

  assert.deepEqual(findSecrets("code 1234", rules), []);
  assert.equal(findSecrets("PIN 1234", rules).length, 1);
});

test("a hit with too little entropy is a word, not a secret", () => {
  const rules = [rule({ source: "[a-z]{8}", entropy: 2.5 })];

  assert.deepEqual(findSecrets("aaaaaaab", rules), []);
  assert.equal(findSecrets("qwertyui", rules).length, 1);
});

test("entropy is measured in bits per character", () => {
  assert.equal(entropyOf("aaaa"), 0);
  assert.equal(entropyOf("abab"), 1);
  assert.equal(entropyOf("abcd"), 2);
});

test("ordinary talk about passwords and keys is left alone", async () => {
  for (const talk of ["How do I hash a password?", "Press the key to go on.", "The token is invalid, why?", "SELECT password FROM users"]) {
    assert.equal((await redact(talk)).text, talk);
  }
});

test("a long text with many secrets is redacted in reasonable time", async () => {
  const text = `password: correcthorse7battery ${"plain words here ".repeat(20)}`.repeat(2_000);
  const started = performance.now();

  const { counts } = await redact(text);

  assert.equal(Object.values(counts).reduce((sum, count) => sum + count, 0), 2_000);
  assert.ok(performance.now() - started < 5_000);
});
