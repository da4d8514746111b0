import assert from "node:assert/strict";
import { test } from "node:test";
import { PAGE, connected, exchange, fill, waitingNumbers } from "./support/samples.js";

const LEDGER = "/api/v1/ledger";
const EXCHANGES = "/api/v1/exchanges";

/** A report of a content script. */
const row = (changes = {}) => ({
  provider: "chatgpt",
  conversation_id: "conversation-1",
  sends_seen: 1,
  replies_finished: 1,
  turns_in_page: 1,
  failed: 0,
  degraded: false,
  updated_at: "2026-10-05T12:00:00Z",
  ...changes,
});

/** The service refuses every item with a code. */
const refuse = (service, code) => {
  service.lies[EXCHANGES] = ({ items }) => [
    200,
    { results: items.map(({ capture_id }) => ({ capture_id, outcome: "refused", code, detail: null, exchange_id: null })) },
  ];
};

/** The service answers a report; `reply` may use the report. */
const replyToReports = (service, reply) => {
  service.lies[LEDGER] = (body) => {
    service.reports.push(body);
    return [200, { ok: true, forgotten: [], reset: [], ...reply(body) }];
  };
};

const later = (browser) => (browser.clock += 60_000);

/** All texts in the extension's database. */
async function textsIn(worker) {
  const waiting = await worker.outbox.batch({ items: 100_000, bytes: Infinity });
  return [...waiting, ...(await worker.outbox.rejected(1_000))].map(({ item }) => item.prompt);
}

test("what the service refuses as forgotten is deleted, not set aside", async () => {
  const { service, worker } = await connected();
  await fill(worker, 3);
  refuse(service, "forgotten");

  await worker.delivery.now();

  assert.deepEqual(await textsIn(worker), []);
  assert.deepEqual(await worker.outbox.totals(), { waiting: { count: 0, bytes: 0 }, rejected: { count: 0, bytes: 0 } });
});

test("what is refused for another reason is still set aside, with its text", async () => {
  const { service, worker } = await connected();
  await fill(worker, 1);
  refuse(service, "item_invalid");

  await worker.delivery.now();

  assert.deepEqual(await textsIn(worker), ["question 1"]);
  assert.equal((await worker.outbox.totals()).rejected.count, 1);
});

test("a forgotten exchange is neither saved, nor rejected, nor missed", async () => {
  const { browser, service, worker } = await connected();
  refuse(service, "forgotten");
  await worker.intake.reported(row(), PAGE);
  await worker.intake.captured(exchange(), PAGE);

  await worker.delivery.now();
  later(browser);
  later(browser);

  const { state, conversations } = await worker.health.summary();
  const [{ captured, stored, waiting, rejected, missed, replies_finished }] = conversations;
  assert.equal(state, "ok");
  assert.deepEqual({ captured, stored, waiting, rejected, missed, replies_finished }, {
    captured: 0,
    stored: 0,
    waiting: 0,
    rejected: 0,
    missed: 0,
    replies_finished: 0,
  });
  assert.equal((await worker.state.get("saved")).today, 0);
});

test("an old exchange that was read again and is forgotten takes nothing off what is seen live", async () => {
  const { service, worker } = await connected();
  await worker.intake.reported(row({ replies_finished: 2, sends_seen: 2 }), PAGE);
  refuse(service, "forgotten");
  await worker.intake.captured(exchange({ fidelity: "api_full", prompt_id: "old", reply_id: "older" }), PAGE);

  await worker.delivery.now();

  const [{ replies_finished, sends_seen }] = (await worker.health.summary()).conversations;
  assert.deepEqual([sends_seen, replies_finished], [2, 2]);
});

test("a report asks about what is held, by ids and times alone", async () => {
  const { browser, service, worker } = await connected();
  refuse(service, "item_invalid");
  await worker.intake.captured(exchange({ prompt: "SECRET prompt", reply: "SECRET reply", title: "SECRET title" }), PAGE);
  await worker.delivery.now();
  later(browser);
  await worker.intake.reported(row(), PAGE);

  await worker.delivery.now();

  const { held } = service.reports.at(-1);
  assert.deepEqual(held, [
    {
      capture_id: held[0].capture_id,
      provider: "chatgpt",
      conversation_id: "conversation-1",
      prompt_id: "prompt-1",
      reply_id: "reply-1",
      asked_at: "2026-10-05T11:59:00Z",
    },
  ]);
  assert.ok(!JSON.stringify(service.reports).includes("SECRET"));
});

test("what the service names as forgotten goes from the rejected ones and from the queue", async () => {
  const { browser, service, worker } = await connected();
  refuse(service, "item_invalid");
  await fill(worker, 2);
  await worker.delivery.now();
  // These wait: the service takes no exchanges now, but it takes reports.
  await fill(worker, 3, 3);
  service.lies[EXCHANGES] = () => null;
  replyToReports(service, () => ({ forgotten: ["capture-1", "capture-4", "capture-of-nobody"] }));
  later(browser);
  const link = await worker.connection.prove();
  await worker.intake.reported(row(), PAGE);

  await worker.health.post(link);

  assert.deepEqual(await textsIn(worker), ["question 3", "question 5", "question 2"]);
  assert.deepEqual(await waitingNumbers(worker), [3, 5]);
  const totals = await worker.outbox.totals();
  assert.deepEqual([totals.waiting.count, totals.rejected.count], [2, 1]);
});

test("totals in bytes are right after forgetting", async () => {
  const { browser, service, worker } = await connected();
  await fill(worker, 2);
  const both = (await worker.outbox.totals()).waiting.bytes;
  replyToReports(service, () => ({ forgotten: ["capture-1"] }));
  later(browser);
  await worker.intake.reported(row(), PAGE);

  await worker.health.post(await worker.connection.prove());

  const { waiting } = await worker.outbox.totals();
  const [record] = await worker.outbox.batch();
  assert.equal(waiting.bytes, record.bytes);
  assert.ok(waiting.bytes < both);
});

test("of more rejected ones than fit one report, the next report asks about the rest, then begins anew", async () => {
  const { browser, service, worker } = await connected();
  refuse(service, "item_invalid");
  await fill(worker, 250);
  await worker.delivery.now();
  const asked = [];
  for (let post = 0; post < 3; post += 1) {
    later(browser);
    await worker.intake.reported(row({ sends_seen: post + 2 }), PAGE);
    await worker.delivery.now();
    asked.push(service.reports.at(-1).held.map(({ capture_id }) => Number(capture_id.replace("capture-", ""))));
  }

  // The first report went out with the delivery itself.
  const everything = new Set(asked.flat());
  assert.equal(everything.size, 250);
  assert.ok(asked.every((held) => held.length <= 200));
});

test("the counts of a conversation that was forgotten whole begin anew, once", async () => {
  const { browser, service, worker } = await connected();
  const at = "2026-10-05T12:01:00.000001Z";
  await worker.intake.reported(row({ replies_finished: 3, sends_seen: 3 }), PAGE);
  await worker.intake.captured(exchange(), PAGE);
  await worker.delivery.now();
  replyToReports(service, ({ rows }) => ({
    reset: rows.filter((one) => one.reset_at !== at).map(({ provider, conversation_id }) => ({ provider, conversation_id, at })),
  }));
  later(browser);
  await worker.intake.reported(row({ replies_finished: 3, sends_seen: 3, turns_in_page: 9 }), PAGE);
  await worker.delivery.now();

  assert.deepEqual((await worker.health.summary()).conversations, []);

  // The same page goes on: only what is new since then counts.
  later(browser);
  await worker.intake.reported(row({ replies_finished: 4, sends_seen: 4 }), PAGE);
  await worker.delivery.now();
  const [after] = (await worker.health.summary()).conversations;
  assert.deepEqual([after.replies_finished, after.sends_seen, after.stored], [1, 1, 0]);
  assert.equal(service.reports.at(-1).rows[0].reset_at, at);
});

test("the title of a conversation that was forgotten is not shown any more", async () => {
  const { browser, service, worker } = await connected();
  await worker.intake.captured(exchange({ title: "Client Quux" }), PAGE);
  await worker.intake.captured(exchange({ title: "Another", conversation_id: "conversation-2" }), PAGE);
  await worker.delivery.now();
  replyToReports(service, () => ({
    reset: [{ provider: "chatgpt", conversation_id: "conversation-1", at: "2026-10-05T12:00:01Z" }],
  }));
  later(browser);
  await worker.intake.reported(row(), PAGE);

  await worker.delivery.now();

  const kept = JSON.stringify(browser.session.values);
  assert.ok(!kept.includes("Client Quux"));
  assert.ok(kept.includes("Another"));
});

for (const reply of [null, {}, { forgotten: "all", reset: 7 }, { forgotten: [1, null], reset: [null, { provider: 1 }] }]) {
  test(`a service that answers ${JSON.stringify(reply)} deletes nothing`, async () => {
    const { browser, service, worker } = await connected();
    refuse(service, "item_invalid");
    await fill(worker, 2);
    await worker.delivery.now();
    service.lies[LEDGER] = () => [200, reply];
    later(browser);
    await worker.intake.reported(row(), PAGE);

    await worker.delivery.now();

    assert.equal((await worker.outbox.totals()).rejected.count, 2);
  });
}
