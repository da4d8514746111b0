import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import { readLists } from "../../extension/background/lists.js";
import { PAGE, connected, exchange, fill } from "./support/samples.js";

const LISTS = {
  revision: "r-1",
  words: [{ id: 3, word: "Acme GmbH" }],
  allowed: [],
  mask_personal: true,
  exempt: ["lena@okafor.test"],
};

/** The only exchange that waits. */
async function onlyWaiting(worker) {
  const [waiting] = await worker.outbox.batch();
  return waiting.item;
}

test("lists reach the extension when it meets its service, and only what is newer is told again", async () => {
  const { service, worker } = await connected();
  service.lists = LISTS;

  await worker.delivery.check();
  await worker.delivery.check();

  assert.deepEqual((await worker.keys.lists()).words, LISTS.words);
  const asked = service.requests.filter(({ path }) => path === "/api/v1/redaction-lists").map(({ body }) => body.known);
  assert.deepEqual(asked, ["", "r-1"]);
});

test("own words and personal data are masked in every written field before anything is queued", async () => {
  const { service, worker } = await connected();
  service.lists = LISTS;
  await worker.delivery.check();
  const telling = exchange({
    prompt: "Write an offer for ACME-GmbH, mail lena@okafor.test and boss@acme.test",
    title: "Offer for acme gmbh",
    attachments: [{ name: "acme_gmbh.pdf", mime: null, size: 3 }],
  });

  await worker.intake.captured(telling, PAGE);

  const stored = await onlyWaiting(worker);
  const digits = createHmac("sha256", service.markKey).update("boss@acme.test").digest("hex").slice(0, 4);
  assert.equal(stored.prompt, `Write an offer for [own-word:3], mail lena@okafor.test and [personal:e-mail:${digits}]`);
  assert.equal(stored.title, "Offer for [own-word:3]");
  assert.equal(stored.attachments[0].name, "[own-word:3].pdf");
  assert.deepEqual(stored.redactions, { "own-word": 3, "e-mail": 1 });
});

test("what the learner called no secret is left alone, with everything inside it", async () => {
  const { service, worker } = await connected();
  const secret = `ghp_${"a1B2c3D4e5F6".repeat(3)}`;
  const mark = createHmac("sha256", service.markKey).update(secret).digest("hex").slice(0, 4);
  service.lists = { ...LISTS, revision: "r-2", allowed: [{ kind: "github-token", mark }] };
  await worker.delivery.check();

  await worker.intake.captured(exchange({ prompt: `it is ${secret}, and password: hunter2hunter2` }), PAGE);

  const { prompt, redactions } = await onlyWaiting(worker);
  assert.ok(prompt.startsWith(`it is ${secret}, and password: [secret:password:`));
  assert.deepEqual(redactions, { password: 1 });
});

test("lists lie in the extension's own database, never in storage that content scripts could reach", async () => {
  const { browser, service, worker } = await connected();
  service.lists = LISTS;
  await worker.delivery.check();

  assert.ok(!JSON.stringify(browser.storage.values).includes("Acme"));
  assert.ok(!JSON.stringify(browser.session.values).includes("Acme"));
  assert.ok(!JSON.stringify(await worker.intake.rules()).includes("Acme"));
});

test("forgetting the pairing forgets the lists", async () => {
  const { service, worker } = await connected();
  service.lists = LISTS;
  await worker.delivery.check();

  await worker.pairing.forget({ discardWaiting: false });

  assert.equal(await worker.keys.lists(), null);
});

test("a service without lists, or one that answers nonsense, changes nothing and holds nothing up", async () => {
  const { service, worker } = await connected();
  service.lists = LISTS;
  await worker.delivery.check();
  for (const answer of [[404, { code: "not_found" }], [200, { revision: "r-9", words: "all" }], [200, "?"], [500, {}]]) {
    service.lies["/api/v1/redaction-lists"] = () => answer;
    await fill(worker, 1, service.stored.size + 1);
    await worker.delivery.now();
  }

  assert.equal((await worker.keys.lists()).revision, "r-1");
  assert.equal(service.stored.size, 4);
});

for (const [what, body] of [
  ["nothing", null],
  ["no revision", { ...LISTS, revision: 1 }],
  ["a word without a number", { ...LISTS, words: [{ word: "x" }] }],
  ["a word that is a book", { ...LISTS, words: [{ id: 1, word: "x".repeat(400) }] }],
  ["too many words", { ...LISTS, words: Array.from({ length: 1_001 }, (_, id) => ({ id, word: "word" })) }],
  ["only a revision", { revision: "r-1", words: null, allowed: null, mask_personal: null, exempt: null }],
]) {
  test(`lists with ${what} are not taken`, () => {
    assert.equal(readLists(body), null);
  });
}

test("half a surrogate pair is repaired before the exchange is queued", async () => {
  const { worker } = await connected();
  const broken = exchange({ prompt: "cut \ud83d", reply: "\udc00 off", citations: [{ title: "a\ud800", url: "https://x.test/\ud800" }] });

  await worker.intake.captured(broken, PAGE);

  const stored = await onlyWaiting(worker);
  assert.ok(JSON.stringify(stored).isWellFormed() && !/\\ud[89a-f]/i.test(JSON.stringify(stored)));
  assert.equal(stored.prompt, "cut \ufffd");
});
