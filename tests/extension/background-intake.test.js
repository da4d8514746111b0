import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import { PAGE, connected, exchange, strangers, waitingNumbers } from "./support/samples.js";

const SECRET = `ghp_${"a1B2c3D4e5F6".repeat(3)}`;

/** The only exchange that waits. */
async function onlyWaiting(worker) {
  const [waiting] = await worker.outbox.batch();
  return waiting.item;
}

test("a finished exchange is stored before the page is told that it is safe", async () => {
  const { worker } = await connected();

  const answer = await worker.intake.captured(exchange(), PAGE);

  assert.equal(answer.ok, true);
  assert.equal((await onlyWaiting(worker)).capture_id, answer.captureId);
});

test("secrets are replaced in every written field before anything is stored", async () => {
  const { service, worker } = await connected();
  const telling = exchange({
    prompt: `my token is ${SECRET}`,
    reply: `do not share ${SECRET}`,
    title: `token ${SECRET}`,
    attachments: [{ name: `${SECRET}.txt`, mime: null, size: 3 }],
    citations: [{ title: `see ${SECRET}`, url: `https://example.org/?t=${SECRET}` }],
  });

  await worker.intake.captured(telling, PAGE);

  const stored = await onlyWaiting(worker);
  const digits = createHmac("sha256", service.markKey).update(SECRET).digest("hex").slice(0, 4);
  assert.ok(!JSON.stringify(stored).includes(SECRET));
  assert.equal(stored.prompt, `my token is [secret:github-token:${digits}]`);
  assert.equal(stored.redactions["github-token"], 6);
});

test("titles kept for the popup are redacted, and live in the browser's memory only", async () => {
  const { browser, worker } = await connected();

  await worker.intake.captured(exchange({ title: `token ${SECRET}` }), PAGE);

  assert.ok(!JSON.stringify(browser.session.values).includes(SECRET));
  assert.ok(JSON.stringify(browser.session.values).includes("token [secret:github-token:"));
  assert.ok(!JSON.stringify(browser.storage.values).includes("token"));
});

test("exchanges are stored in the order of their messages, however long each takes to redact", async () => {
  const { worker } = await connected();
  const long = exchange({ prompt_id: "first", reply: `password: hunter2hunter2 ${"lorem ipsum ".repeat(60_000)}` });

  await Promise.all([worker.intake.captured(long, PAGE), worker.intake.captured(exchange({ prompt_id: "second" }), PAGE)]);

  const order = (await worker.outbox.batch()).map(({ item }) => item.prompt_id);
  assert.deepEqual(order, ["first", "second"]);
});

test("nothing is taken before consent, nor before pairing", async () => {
  const { browser, service, worker } = strangers();
  assert.equal((await worker.intake.captured(exchange(), PAGE)).code, "not_consented");

  await worker.state.update("consent", () => ({ at: browser.clock, version: 1 }));
  assert.equal((await worker.intake.captured(exchange(), PAGE)).code, "not_paired");

  await worker.pairing.start();
  service.approve();
  await worker.pairing.poll();
  assert.equal((await worker.intake.captured(exchange(), PAGE)).ok, true);
});

test("nothing is taken from a private window", async () => {
  const { worker } = await connected();

  assert.equal((await worker.intake.captured(exchange(), { ...PAGE, incognito: true })).code, "incognito");
  assert.deepEqual(await waitingNumbers(worker), []);
});

test("nothing is taken during a pause, and a pause with an end ends by itself", async () => {
  const { browser, worker } = await connected();
  const pausedUntil = browser.clock + 3_600_000;
  await worker.state.update("settings", (before) => ({ ...before, paused: true, pausedUntil }));
  assert.equal((await worker.intake.captured(exchange(), PAGE)).code, "paused");

  browser.clock = pausedUntil;

  assert.equal((await worker.intake.captured(exchange(), PAGE)).ok, true);
});

for (const [what, excluded, changes] of [
  ["a word of the title", { titles: ["tax RETURN"] }, { title: "My tax return 2025" }],
  ["its project", { projects: ["g-p-1"] }, { project_id: "g-p-1" }],
  ["its custom assistant", { projects: ["g-abc"] }, { gizmo_id: "g-abc" }],
  ["its address", { urls: ["https://chatgpt.com/c/conversation-1"] }, {}],
]) {
  test(`a chat excluded by ${what} is dropped`, async () => {
    const { worker } = await connected();
    const lists = { titles: [], projects: [], urls: [], ...excluded };
    await worker.state.update("settings", (before) => ({ ...before, excluded: lists }));

    const answer = await worker.intake.captured(exchange(changes), PAGE);

    assert.equal(answer.code, "excluded");
    assert.deepEqual(await waitingNumbers(worker), []);
  });
}

test("an exchange of another provider than the page's is refused", async () => {
  const { worker } = await connected();

  const answer = await worker.intake.captured(exchange({ provider: "claude" }), PAGE);

  assert.deepEqual([answer.code, answer.detail], ["invalid_exchange", "provider"]);
});

test("a full outbox is a visible problem until there is room again", async () => {
  const { browser, worker } = await connected({ limits: { items: 1, bytes: 1e9 } });
  await worker.intake.captured(exchange(), PAGE);

  const answer = await worker.intake.captured(exchange({ prompt_id: "prompt-2" }), PAGE);
  await worker.status.refreshBadge();

  assert.equal(answer.code, "outbox_full");
  assert.equal((await worker.status.read()).problem.code, "outbox_full");
  assert.equal(browser.action.text, "×");

  await worker.delivery.now();
  await worker.intake.captured(exchange({ prompt_id: "prompt-3" }), PAGE);
  assert.deepEqual(await worker.state.get("intake"), { code: null, lost: 0 });
});

test("content scripts learn the rules", async () => {
  const { worker } = await connected();

  const rules = await worker.intake.rules();

  assert.deepEqual(rules, {
    ok: true,
    paired: true,
    consented: true,
    paused: false,
    activeReads: false,
    excluded: { titles: [], projects: [], urls: [] },
  });
});

test("what was asked during a pause stays unkept when the page shows it again after the pause", async () => {
  const { browser, worker } = await connected();
  const { handleMessage } = await import("../../extension/background/handlers.js");
  const page = { kind: "page" };
  await handleMessage(worker, { type: "capture.pause", paused: true }, page);
  const askedAt = new Date(browser.clock + 60_000).toISOString();
  browser.clock += 600_000;
  await handleMessage(worker, { type: "capture.pause", paused: false }, page);

  const during = await worker.intake.captured(exchange({ asked_at: askedAt, prompt_id: "during" }), PAGE);
  const after = await worker.intake.captured(exchange({ asked_at: new Date(browser.clock).toISOString(), prompt_id: "after" }), PAGE);

  assert.equal(during.code, "paused");
  assert.equal(after.ok, true);
});
