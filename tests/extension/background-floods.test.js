/** Very many captures at once: old chats that a page loads one after the other. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { IDBCursor } from "fake-indexeddb";
import { PAGE, connected, exchange, item, strangers } from "./support/samples.js";

const ROWS_KEPT = 2_000;

/** Put one exchange each of so many conversations into the outbox. */
async function fillConversations(worker, count, from = 1) {
  for (let number = from; number < from + count; number += 1) {
    await worker.outbox.put(item(number, { conversation_id: `conversation-${number}` }));
  }
}

/** Count the steps of all cursors while `work` runs. */
async function cursorSteps(work) {
  const { continue: step } = IDBCursor.prototype;
  let steps = 0;
  IDBCursor.prototype.continue = function counted(...key) {
    steps += 1;
    return step.apply(this, key);
  };
  try {
    await work();
  } finally {
    IDBCursor.prototype.continue = step;
  }
  return steps;
}

test("while more conversations wait than the ledger keeps, none is lost and a new one is not looked for among them all", async () => {
  const { worker } = strangers();
  await fillConversations(worker, ROWS_KEPT);

  const steps = await cursorSteps(() => fillConversations(worker, 5, ROWS_KEPT + 1));

  assert.equal((await worker.ledger.recent(10_000)).length, ROWS_KEPT + 5);
  assert.ok(steps <= 5 * 20, `${steps} steps`);
});

test("once delivered, the oldest conversations beyond what the ledger keeps go with the next new one", async () => {
  const { browser, worker } = await connected();
  await fillConversations(worker, ROWS_KEPT + 5);
  await worker.delivery.now();

  browser.clock += 1_000;
  await fillConversations(worker, 1, ROWS_KEPT + 6);

  const kept = new Set((await worker.ledger.recent(10_000)).map((row) => row.conversation_id));
  assert.equal(kept.size, ROWS_KEPT);
  assert.ok(kept.has(`conversation-${ROWS_KEPT + 6}`));
});

test("captures that follow each other do not knock again at a door where nobody has just answered", async () => {
  const { browser, service, worker } = await connected();
  service.running = false;
  let knocks = 0;
  const look = worker.connection.prove.bind(worker.connection);
  worker.connection.prove = () => {
    knocks += 1;
    return look();
  };
  const capture = async (number) => {
    await worker.intake.captured(exchange({ prompt_id: `prompt-${number}` }), PAGE);
    await worker.delivery.captured();
  };

  for (let number = 0; number < 50; number += 1) await capture(number);
  assert.equal(knocks, 1);

  browser.clock += 1_000;
  await capture(50);
  assert.equal(knocks, 2);
});

test("a capture knocks at once when the clock was set back since the last try", async () => {
  const { browser, service, worker } = await connected();
  service.running = false;
  await worker.intake.captured(exchange(), PAGE);
  await worker.delivery.captured();
  service.running = true;

  browser.clock -= 365 * 24 * 3_600_000;
  await worker.delivery.captured();

  assert.equal(service.stored.size, 1);
});

test("one drawing of the badge serves all captures that came before it, and it is the last word", async () => {
  const { browser, worker } = await connected();
  let drawings = 0;
  const draw = browser.action.setBadgeText.bind(browser.action);
  browser.action.setBadgeText = (badge) => {
    drawings += 1;
    return draw(badge);
  };

  const first = worker.status.refreshBadge();
  await worker.state.update("settings", (before) => ({ ...before, paused: true }));
  await Promise.all([first, ...Array.from({ length: 40 }, () => worker.status.refreshBadge())]);

  assert.ok(drawings <= 2, `${drawings} drawings`);
  assert.notEqual(browser.action.text, "");
});
