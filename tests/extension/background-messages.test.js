import assert from "node:assert/strict";
import { test } from "node:test";
import { handleAlarm, handleMessage } from "../../extension/background/handlers.js";
import { callerOf } from "../../extension/background/senders.js";
import { isMessage } from "../../extension/shared/messages.js";
import { PAGE, connected, exchange, fill } from "./support/samples.js";

const SELF = { id: "our-id", root: "chrome-extension://our-id/" };
const CONTENT = { kind: "content", sender: PAGE };
const OWN_PAGE = { kind: "page" };

/** A message sender as the browser describes it. */
const sender = (changes = {}) => ({
  id: "our-id",
  url: "https://chatgpt.com/c/1",
  frameId: 0,
  documentId: "d1",
  tab: { id: 5, url: "https://chatgpt.com/c/2", incognito: false },
  ...changes,
});

test("a content script in the top frame of a listed site is let in", () => {
  assert.deepEqual(callerOf(sender(), SELF), {
    kind: "content",
    sender: { provider: "chatgpt", urls: ["https://chatgpt.com/c/1", "https://chatgpt.com/c/2"], page: "d1", incognito: false },
  });
});

test("the extension's own pages are known by their address", () => {
  assert.deepEqual(callerOf({ id: "our-id", url: "chrome-extension://our-id/extension/popup/popup.html" }, SELF), { kind: "page" });
});

for (const [who, changes] of [
  ["another extension", { id: "other-id" }],
  ["another site", { url: "https://example.org/" }],
  ["a site that only begins like a listed one", { url: "https://chatgpt.com.example.org/" }],
  ["a listed site without TLS", { url: "http://chatgpt.com/" }],
  ["a frame inside a chat page", { frameId: 3 }],
  ["nobody with an address", { url: undefined }],
  ["a sender outside a tab", { tab: undefined }],
]) {
  test(`${who} is a stranger`, () => {
    assert.equal(callerOf(sender(changes), SELF).kind, "stranger");
  });
}

test("a chat page cannot read or change the extension's own state", async () => {
  const { worker } = await connected();

  for (const type of ["status.get", "settings.get", "settings.set", "rejected.list", "pairing.forget", "consent.give", "capture.pause"]) {
    assert.deepEqual(await handleMessage(worker, { type, paused: true }, CONTENT), { ok: false, code: "unknown_message" });
  }
  assert.equal((await worker.state.get("settings")).paused, false);
});

test("the extension's own pages cannot pretend to be a chat", async () => {
  const { worker } = await connected();

  assert.equal((await handleMessage(worker, { type: "exchange.captured", exchange: exchange() }, OWN_PAGE)).code, "unknown_message");
});

test("names that every object has are no messages", async () => {
  const { worker } = await connected();

  for (const type of ["constructor", "toString", "__proto__", "hasOwnProperty"]) {
    assert.equal((await handleMessage(worker, { type }, OWN_PAGE)).ok, false);
    assert.equal((await handleMessage(worker, { type }, CONTENT)).ok, false);
  }
});

test("only objects with a short type are messages", () => {
  for (const value of [null, undefined, 7, "status.get", {}, { type: 7 }, { type: "x".repeat(41) }]) assert.equal(isMessage(value), false);
  assert.equal(isMessage({ type: "status.get" }), true);
});

test("a captured exchange is on its way to the service without anybody asking", async () => {
  const { service, worker } = await connected();
  let done;
  const finished = new Promise((resolve) => (done = resolve));
  const inBackground = (where, run) => run().then(done);

  const answer = await handleMessage({ ...worker, inBackground }, { type: "exchange.captured", exchange: exchange() }, CONTENT);
  await finished;

  assert.equal(answer.ok, true);
  assert.equal(service.stored.size, 1);
});

test("a pause for an hour ends by its alarm", async () => {
  const { browser, worker } = await connected();

  const answer = await handleMessage(worker, { type: "capture.pause", paused: true, until: "hour" }, OWN_PAGE);

  assert.equal(answer.pausedUntil, browser.clock + 3_600_000);
  assert.equal(browser.alarms.pending.get("skilltrail.resume").when, browser.clock + 3_600_000);
  assert.equal(browser.action.text, "II");
  await handleAlarm(worker, "skilltrail.resume");
  assert.equal(browser.action.text, "");
  assert.equal((await worker.state.get("settings")).paused, false);
});

test("resuming takes the alarm away", async () => {
  const { browser, worker } = await connected();
  await handleMessage(worker, { type: "capture.pause", paused: true, until: "tomorrow" }, OWN_PAGE);

  await handleMessage(worker, { type: "capture.pause", paused: false }, OWN_PAGE);

  assert.equal(browser.alarms.pending.has("skilltrail.resume"), false);
  assert.equal((await worker.intake.rules()).paused, false);
});

test("settings of the wrong shape change nothing", async () => {
  const { worker } = await connected();

  for (const patch of [null, { paused: true }, { activeReads: "yes" }, { excluded: { titles: "x" } }, { excluded: { titles: [1], projects: [], urls: [] } }]) {
    assert.equal((await handleMessage(worker, { type: "settings.set", patch }, OWN_PAGE)).code, "invalid_settings");
  }
});

test("exclusions are trimmed, without doubles or empty lines", async () => {
  const { worker } = await connected();
  const excluded = { titles: [" tax ", "tax", ""], projects: [], urls: [] };

  const { settings } = await handleMessage(worker, { type: "settings.set", patch: { excluded } }, OWN_PAGE);

  assert.deepEqual(settings.excluded.titles, ["tax"]);
});

test("refused exchanges are listed with their reason and can be retried", async () => {
  const { service, worker } = await connected();
  await fill(worker, 1);
  service.lies["/api/v1/exchanges"] = () => [422, { code: "too_deep" }];
  await worker.delivery.now();
  delete service.lies["/api/v1/exchanges"];

  const { items } = await handleMessage(worker, { type: "rejected.list" }, OWN_PAGE);
  assert.equal(items.length, 1);
  assert.deepEqual([items[0].code, items[0].title, items[0].start], ["too_deep", "Slow query", "question 1"]);

  const answer = await handleMessage(worker, { type: "rejected.retry", id: items[0].id }, OWN_PAGE);
  assert.equal(answer.ok, true);
  await worker.delivery.now();
  assert.equal(service.stored.size, 1);
});

test("the connection test passes step by step when all is well", async () => {
  const { worker } = await connected();

  const report = await handleMessage(worker, { type: "connection.test" }, OWN_PAGE);

  assert.deepEqual([report.well, report.fix], [true, "none"]);
  assert.deepEqual(report.steps.map(({ outcome }) => outcome), ["pass", "pass", "pass", "pass"]);
  assert.equal(report.steps[1].detail, "127.0.0.1:8731, Skilltrail 0.1.0");
});

test("the connection test gives the raw error and names the fix", async () => {
  const { browser, service, worker } = await connected();
  service.running = false;
  const away = await handleMessage(worker, { type: "connection.test" }, OWN_PAGE);
  browser.permitted = false;
  const withheld = await handleMessage(worker, { type: "connection.test" }, OWN_PAGE);

  assert.equal(away.fix, "server_away");
  assert.deepEqual(away.steps.map(({ outcome }) => outcome), ["pass", "fail", "skipped", "skipped"]);
  assert.match(away.steps[1].detail, /8731: TypeError: Failed to fetch/);
  assert.equal(withheld.fix, "no_permission");
  assert.equal(withheld.steps[0].outcome, "fail");
});

test("a fault of our own is noted by name, never by its words", async () => {
  const { worker } = await connected();

  worker.inBackground("somewhere", () => Promise.reject(new TypeError("quotes what the learner wrote")));
  await new Promise((resolve) => setTimeout(resolve, 20));

  const fault = await worker.state.get("fault");
  assert.deepEqual([fault.where, fault.name], ["somewhere", "TypeError"]);
  assert.ok(!JSON.stringify(fault).includes("learner"));
});
