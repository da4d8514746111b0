import assert from "node:assert/strict";
import { test } from "node:test";
import { strangers, fill, item, waitingNumbers } from "./support/samples.js";

/** The service's answer for one waiting exchange. */
const settlement = (waiting, outcome, code = null) => ({ waiting, outcome, code, detail: null });

test("exchanges leave the outbox in the order in which they came", async () => {
  const { worker } = strangers();
  await fill(worker, 12);

  const first = await worker.outbox.batch({ items: 5, bytes: Infinity });

  assert.deepEqual(first.map((record) => record.item.prompt), ["question 1", "question 2", "question 3", "question 4", "question 5"]);
});

test("order survives the acknowledgement of earlier exchanges and a worker restart", async () => {
  const { browser, worker } = strangers();
  await fill(worker, 3);
  const [first, second] = await worker.outbox.batch();
  await worker.outbox.settle([settlement(first, "stored"), settlement(second, "stored")]);

  const next = browser.startWorker();
  await fill(next, 2, 4);

  assert.deepEqual(await waitingNumbers(next), [3, 4, 5]);
});

for (const outcome of ["stored", "known", "revised"]) {
  test(`an exchange that is ${outcome} leaves the outbox`, async () => {
    const { worker } = strangers();
    await fill(worker, 1);
    const [waiting] = await worker.outbox.batch();

    await worker.outbox.settle([settlement(waiting, outcome)]);

    assert.deepEqual(await worker.outbox.totals(), { waiting: { count: 0, bytes: 0 }, rejected: { count: 0, bytes: 0 } });
  });
}

test("a refused exchange is kept with its reason", async () => {
  const { worker } = strangers();
  await fill(worker, 1);
  const [waiting] = await worker.outbox.batch();

  await worker.outbox.settle([settlement(waiting, "refused", "too_deep")]);

  const [rejected] = await worker.outbox.rejected(10);
  assert.equal(rejected.code, "too_deep");
  assert.equal(rejected.item.prompt, "question 1");
  assert.deepEqual(await waitingNumbers(worker), []);
});

test("a refused exchange that is retried waits at the end of the queue", async () => {
  const { worker } = strangers();
  await fill(worker, 2);
  const [first] = await worker.outbox.batch();
  await worker.outbox.settle([settlement(first, "refused", "too_deep")]);
  const [rejected] = await worker.outbox.rejected(10);

  assert.equal(await worker.outbox.retry(rejected.id), true);

  assert.deepEqual(await waitingNumbers(worker), [2, 1]);
  assert.equal((await worker.outbox.totals()).rejected.count, 0);
});

test("a refused exchange that is discarded is gone, and a second time there is nothing to discard", async () => {
  const { worker } = strangers();
  await fill(worker, 1);
  const [first] = await worker.outbox.batch();
  await worker.outbox.settle([settlement(first, "refused", "too_deep")]);
  const [rejected] = await worker.outbox.rejected(10);

  assert.equal(await worker.outbox.discard(rejected.id), true);
  assert.equal(await worker.outbox.discard(rejected.id), false);

  assert.deepEqual(await worker.outbox.totals(), { waiting: { count: 0, bytes: 0 }, rejected: { count: 0, bytes: 0 } });
});

test("sizes are counted in bytes of JSON, not in characters", async () => {
  const { worker } = strangers();
  const wide = item(1, { prompt: "ü".repeat(1000) });
  await worker.outbox.put(wide);

  const { waiting } = await worker.outbox.totals();

  assert.equal(waiting.bytes, Buffer.byteLength(JSON.stringify(wide)));
});

test("a full outbox refuses the new exchange and keeps every old one", async () => {
  const { worker } = strangers({ limits: { items: 3, bytes: 1e9 } });
  await fill(worker, 3);

  await assert.rejects(worker.outbox.put(item(4)), { name: "OutboxFull" });

  assert.deepEqual(await waitingNumbers(worker), [1, 2, 3]);
  assert.equal((await worker.outbox.totals()).waiting.count, 3);
});

test("the outbox is full by size as well as by number", async () => {
  const { worker } = strangers({ limits: { items: 100, bytes: 3_000 } });
  await worker.outbox.put(item(1));

  await assert.rejects(worker.outbox.put(item(2, { reply: "x".repeat(3_000) })), { name: "OutboxFull" });
});

test("the learner is warned while there is still room", async () => {
  const { worker } = strangers({ limits: { items: 10, bytes: 1e9 } });
  await fill(worker, 8);
  assert.equal((await worker.outbox.summary()).nearlyFull, false);

  await fill(worker, 1, 9);

  const summary = await worker.outbox.summary();
  assert.equal(summary.nearlyFull, true);
  assert.equal(summary.full, false);
});

test("a batch stops before 1.5 MB but is never empty", async () => {
  const { worker } = strangers();
  await worker.outbox.put(item(1, { reply: "x".repeat(900_000) }));
  await worker.outbox.put(item(2, { reply: "x".repeat(900_000) }));
  await worker.outbox.put(item(3, { reply: "x".repeat(1_700_000) }));

  const first = await worker.outbox.batch();
  assert.equal(first.length, 1);
  await worker.outbox.settle((await worker.outbox.batch({ items: 2, bytes: 1e9 })).map((record) => settlement(record, "stored")));

  assert.equal((await worker.outbox.batch()).length, 1);
});

test("a batch holds at most 200 exchanges", async () => {
  const { worker } = strangers();
  await fill(worker, 203);

  assert.equal((await worker.outbox.batch()).length, 200);
});

test("the age of the oldest exchange is known", async () => {
  const { browser, worker } = strangers();
  await fill(worker, 1);
  const then = browser.clock;
  browser.clock += 5_000;
  await fill(worker, 1, 2);

  assert.equal((await worker.outbox.summary()).oldestAt, then);
});

test("clearing the outbox leaves nothing, refused exchanges included", async () => {
  const { worker } = strangers();
  await fill(worker, 2);
  const [first] = await worker.outbox.batch();
  await worker.outbox.settle([settlement(first, "refused", "x")]);

  await worker.outbox.clear();

  assert.deepEqual(await waitingNumbers(worker), []);
  assert.deepEqual(await worker.outbox.rejected(10), []);
  assert.equal((await worker.outbox.summary()).bytes, 0);
});
