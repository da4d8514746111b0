import assert from "node:assert/strict";
import { test } from "node:test";
import { PAGE, connected, exchange, fill, strangers } from "./support/samples.js";

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

/** The only conversation in the ledger, as the popup sees it. */
async function only(worker) {
  const { conversations } = await worker.health.summary();
  assert.equal(conversations.length, 1);
  return conversations[0];
}

test("the ledger follows an exchange from the page to the service", async () => {
  const { worker } = await connected();
  await worker.intake.reported(row(), PAGE);
  await worker.intake.captured(exchange(), PAGE);
  const before = await only(worker);

  await worker.delivery.now();

  const after = await only(worker);
  assert.deepEqual([before.captured, before.waiting, before.stored], [1, 1, 0]);
  assert.deepEqual([after.captured, after.waiting, after.stored, after.rejected], [1, 0, 1, 0]);
});

test("a refused exchange counts as rejected, not as stored", async () => {
  const { service, worker } = await connected();
  await worker.intake.captured(exchange(), PAGE);
  service.lies["/api/v1/exchanges"] = ({ items }) => [200, { results: [{ capture_id: items[0].capture_id, outcome: "refused", code: "invalid" }] }];

  await worker.delivery.now();

  const { stored, rejected, waiting } = await only(worker);
  assert.deepEqual([stored, rejected, waiting], [0, 1, 0]);
});

test("counts of several pages add up, and a later report of one page replaces its earlier one", async () => {
  const { worker } = await connected();

  await worker.intake.reported(row({ sends_seen: 2, replies_finished: 2 }), PAGE);
  await worker.intake.reported(row({ sends_seen: 3, replies_finished: 3 }), PAGE);
  await worker.intake.reported(row({ sends_seen: 1, replies_finished: 1 }), { ...PAGE, page: "document-2" });

  const { sends_seen, replies_finished } = await only(worker);
  assert.deepEqual([sends_seen, replies_finished], [4, 4]);
});

test("pages that are long gone stay counted", async () => {
  const { worker } = await connected();

  for (let page = 0; page < 20; page += 1) {
    await worker.intake.reported(row({ sends_seen: 2 }), { ...PAGE, page: `document-${page}` });
  }

  assert.equal((await only(worker)).sends_seen, 40);
});

test("the service is told what changed, and only that", async () => {
  const { browser, service, worker } = await connected();
  await worker.intake.reported(row(), PAGE);
  await worker.intake.reported(row({ conversation_id: "conversation-2" }), PAGE);
  await worker.delivery.now();
  browser.clock += 60_000;

  await worker.intake.reported(row({ conversation_id: "conversation-2", failed: 1 }), PAGE);
  await worker.delivery.now();

  const [first, second] = service.reports;
  assert.deepEqual(first.rows.map(({ conversation_id }) => conversation_id), ["conversation-1", "conversation-2"]);
  assert.deepEqual(second.rows, [
    {
      provider: "chatgpt",
      conversation_id: "conversation-2",
      sends_seen: 1,
      replies_finished: 1,
      failed: 1,
      turns_in_page: 1,
      captured: 0,
      stored: 0,
      waiting: 0,
      rejected: 0,
      degraded: false,
      updated_at: "2026-10-05T12:01:00.000Z",
      reset_at: null,
    },
  ]);
  assert.deepEqual(second.outbox, { waiting: 0, rejected: 0, bytes: 0, oldest_at: null });
});

test("reports are throttled, and an alarm comes back to what was held", async () => {
  const { browser, service, worker } = await connected();
  await worker.intake.reported(row(), PAGE);
  await worker.delivery.whenDue();
  await worker.intake.reported(row({ sends_seen: 2 }), PAGE);
  await worker.delivery.whenDue();

  assert.equal(service.reports.length, 1);
  assert.ok(browser.alarms.pending.has("skilltrail.ledger"));

  browser.clock += 30_000;
  await worker.delivery.whenDue();
  assert.equal(service.reports[1].rows[0].sends_seen, 2);
});

test("an excluded chat is not reported, not even by its id", async () => {
  const { service, worker } = await connected();
  await worker.state.update("settings", (before) => ({ ...before, excluded: { titles: ["tax"], projects: [], urls: [] } }));
  await worker.intake.reported(row(), PAGE);
  await worker.intake.captured(exchange({ title: "Tax" }), PAGE);

  await worker.delivery.now();

  assert.deepEqual(service.reports.flatMap(({ rows }) => rows), []);
  assert.deepEqual((await worker.health.summary()).conversations, []);
});

test("reports of the wrong shape are refused", async () => {
  const { worker } = await connected();

  for (const wrong of [null, row({ sends_seen: -1 }), row({ sends_seen: 1.5 }), row({ conversation_id: "" }), row({ degraded: 1 }), row({ provider: "claude" })]) {
    assert.equal((await worker.intake.reported(wrong, PAGE)).code, "invalid_report");
  }
});

test("when all is well the badge says nothing", async () => {
  const { browser, worker } = await connected();
  await worker.intake.reported(row(), PAGE);
  await worker.intake.captured(exchange(), PAGE);
  await worker.delivery.now();
  await worker.status.refreshBadge();

  assert.equal(browser.action.text, "");
  assert.equal((await worker.status.read()).problem, null);
});

test("before pairing the badge asks to be set up", async () => {
  const { browser, worker } = strangers();
  await worker.status.refreshBadge();

  assert.equal(browser.action.text, "+");
  assert.equal((await worker.status.read()).problem.action.message, "welcome.open");
});

test("degraded capture shows in the badge and names what to do", async () => {
  const { browser, worker } = await connected();
  await worker.intake.reported(row({ degraded: true }), PAGE);
  await worker.status.refreshBadge();

  const { problem, health } = await worker.status.read();
  assert.equal(browser.action.text, "!");
  assert.equal(health.state, "degraded");
  assert.deepEqual(problem.action, { label: "Reload the page", message: "page.reload" });
});

test("a page that works again ends the warning", async () => {
  const { browser, worker } = await connected();
  await worker.intake.reported(row({ degraded: true }), PAGE);
  browser.clock += 1_000;

  await worker.intake.reported(row({ conversation_id: "conversation-2" }), { ...PAGE, page: "document-2" });
  await worker.intake.captured(exchange({ conversation_id: "conversation-2" }), PAGE);

  assert.equal((await worker.health.summary()).state, "ok");
});

test("a reply that finished on the page and never arrived is noticed after a minute", async () => {
  const { browser, worker } = await connected();
  await worker.intake.reported(row(), PAGE);
  assert.equal((await worker.health.summary()).state, "ok");

  browser.clock += 61_000;

  const summary = await worker.health.summary();
  assert.deepEqual([summary.state, summary.code, summary.conversations[0].missed], ["degraded", "missed", 1]);
});

test("replies that were dropped on purpose are not missed", async () => {
  const { browser, worker } = await connected();
  await worker.state.update("settings", (before) => ({ ...before, paused: true }));
  await worker.intake.reported(row(), PAGE);
  await worker.intake.captured(exchange(), PAGE);

  browser.clock += 61_000;

  assert.equal((await worker.health.summary()).state, "ok");
});

test("while the service is away the badge shows how many wait", async () => {
  const { browser, service, worker } = await connected();
  await fill(worker, 3);
  service.running = false;
  await worker.delivery.now();
  await worker.status.refreshBadge();

  const status = await worker.status.read();
  assert.equal(browser.action.text, "3");
  assert.equal(status.server.state, "away");
  assert.equal(status.problem.title, "Skilltrail is not running");
});

test("a gone pairing shows in the badge and in the popup", async () => {
  const { browser, service, worker } = await connected();
  await fill(worker, 1);
  service.revoke();
  await worker.delivery.now();
  await worker.status.refreshBadge();

  const status = await worker.status.read();
  assert.equal(browser.action.text, "×");
  assert.equal(status.paired, false);
  assert.equal(status.problem.code, "pairing_gone");
});

test("a browser that hides the chat pages from us is told in the badge", async () => {
  const { browser, worker } = await connected();
  browser.seesChats = false;
  await worker.status.refreshBadge();

  assert.equal(browser.action.text, "×");
  assert.equal((await worker.status.read()).problem.action.message, "permission.request");
});

test("a pause shows in the badge even when something else is wrong", async () => {
  const { browser, service, worker } = await connected();
  await fill(worker, 1);
  service.running = false;
  await worker.delivery.now();
  await worker.state.update("settings", (before) => ({ ...before, paused: true }));
  await worker.status.refreshBadge();

  assert.equal(browser.action.text, "II");
});

test("exchanges that wait for more than thirty days raise the alarm", async () => {
  const { browser, service, worker } = await connected();
  await fill(worker, 1);
  service.running = false;
  browser.clock += 31 * 24 * 3_600_000;
  await worker.delivery.now();
  await worker.status.refreshBadge();

  assert.equal((await worker.status.read()).problem.code, "stale");
  assert.equal(browser.action.text, "×");
});

test("what was saved is counted for today, and a new day starts at nothing", async () => {
  const { browser, worker } = await connected();
  await fill(worker, 2);
  await worker.delivery.now();
  assert.deepEqual((await worker.status.read()).last, { storedAt: browser.clock, today: 2 });

  browser.clock += 24 * 3_600_000;

  assert.equal((await worker.status.read()).last.today, 0);
});
