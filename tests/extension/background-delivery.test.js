import assert from "node:assert/strict";
import { test } from "node:test";
import { backoffMs } from "../../extension/background/delivery.js";
import { PAGE, connected, exchange, fill, item, waitingNumbers } from "./support/samples.js";

const EXCHANGES = "/api/v1/exchanges";

test("what waits is delivered in order and leaves the outbox", async () => {
  const { service, worker } = await connected();
  await fill(worker, 203);

  await worker.delivery.now();

  assert.deepEqual([...service.stored.keys()], Array.from({ length: 203 }, (_, index) => `capture-${index + 1}`));
  assert.deepEqual(await waitingNumbers(worker), []);
});

test("the service proves itself before anything else is sent, and the bearer goes only with what comes after", async () => {
  const { service, worker } = await connected();
  await fill(worker, 1);

  await worker.delivery.now();

  assert.deepEqual(service.paths().slice(0, 4), ["/api/v1/hello", "/api/v1/proof", "/api/v1/redaction-lists", EXCHANGES]);
  const [hello, proof, , exchanges] = service.requests;
  assert.equal(hello.headers.Authorization, undefined);
  assert.equal(proof.headers.Authorization, undefined);
  assert.match(exchanges.headers.Authorization, /^Bearer [A-Za-z0-9_-]{43}$/);
});

test("requests carry no cookies, follow no redirect and are not cached", async () => {
  const { service, worker } = await connected();
  await fill(worker, 1);

  await worker.delivery.now();

  for (const { init } of service.requests) {
    assert.equal(init.credentials, "omit");
    assert.equal(init.redirect, "error");
    assert.equal(init.cache, "no-store");
    assert.ok(init.signal instanceof AbortSignal);
  }
});

test("a wrong proof sends nothing and says that a stranger answers", async () => {
  const { service, worker } = await connected();
  await fill(worker, 1);
  service.lies["/api/v1/proof"] = () => [200, { proof: "A".repeat(43) }];

  await worker.delivery.now();

  assert.ok(!service.paths().includes(EXCHANGES));
  assert.equal((await worker.state.get("delivery")).code, "proof_wrong");
  assert.deepEqual(await waitingNumbers(worker), [1]);
});

test("a relay on another port cannot pass on the proof of the real service", async () => {
  const { service, worker } = await connected();
  await fill(worker, 1);
  service.port = 8732;
  const answering = service.fetch;
  // The relay listens where the service was and asks the real one.
  const relayed = (url, init) => answering(url.replace(":8731", ":8732"), init);
  service.requests.length = 0;
  const { browser } = await connectedWith(worker, relayed);
  assert.ok(browser);

  assert.ok(!service.paths().includes(EXCHANGES));
});

/** Deliver once through another way to the network. */
async function connectedWith(worker, fetch) {
  const { FakeBrowser } = await import("./support/fake-browser.js");
  const browser = new FakeBrowser();
  const relay = browser.startWorker({ fetch });
  await relay.keys.setDevice(await worker.keys.device());
  await relay.state.update("pairing", () => ({ deviceId: "device-1", instanceId: "instance-1", port: 8731, label: "", pairedAt: 0 }));
  await relay.outbox.put(item(1));
  await relay.delivery.now();
  assert.equal((await relay.state.get("delivery")).code, "proof_wrong");
  return { browser };
}

test("another Skilltrail on the port gets not even the challenge", async () => {
  const { service, worker } = await connected();
  await fill(worker, 1);
  service.instanceId = "somebody-else";

  await worker.delivery.now();

  assert.deepEqual([...new Set(service.paths())], ["/api/v1/hello"]);
  assert.equal((await worker.state.get("delivery")).state, "foreign");
});

test("another program on the port is told apart from an absent service", async () => {
  const { service, worker } = await connected();
  await fill(worker, 1);
  service.lies["/api/v1/hello"] = () => [200, "<h1>Hello from a dev server</h1>"];

  await worker.delivery.now();

  assert.equal((await worker.state.get("delivery")).code, "port_taken");
});

test("a service that moved to a spare port is found again and remembered", async () => {
  const { service, worker } = await connected();
  await fill(worker, 1);
  service.port = 8733;

  await worker.delivery.now();

  assert.equal(service.stored.size, 1);
  assert.equal((await worker.state.get("pairing")).port, 8733);
});

test("with nothing waiting and nothing to report nobody is asked", async () => {
  const { service, worker } = await connected();

  await worker.delivery.now();
  await worker.delivery.whenDue();

  assert.deepEqual(service.paths(), []);
});

test("while the service is away everything is kept, and an alarm comes back to it", async () => {
  const { browser, service, worker } = await connected();
  await fill(worker, 2);
  service.running = false;

  await worker.delivery.now();

  const { state, error } = await worker.state.get("delivery");
  assert.equal(state, "away");
  assert.match(error, /Failed to fetch/);
  assert.deepEqual(await waitingNumbers(worker), [1, 2]);
  assert.ok(browser.alarms.pending.get("skilltrail.deliver").when >= browser.clock + 30_000);
});

test("a worker that was restarted delivers when its alarm fires and the service is back", async () => {
  const { browser, service, worker } = await connected();
  await fill(worker, 2);
  service.running = false;
  await worker.delivery.now();

  service.running = true;
  browser.clock += 60_000;
  const next = browser.startWorker({ fetch: service.fetch });
  await next.delivery.whenDue();

  assert.deepEqual([...service.stored.keys()], ["capture-1", "capture-2"]);
  assert.equal((await next.state.get("delivery")).attempts, 0);
  assert.equal(browser.alarms.pending.has("skilltrail.deliver"), false);
});

test("before its time an alarm does not knock again", async () => {
  const { service, worker } = await connected();
  await fill(worker, 1);
  service.lies[EXCHANGES] = () => [503, { code: "shutting_down" }];
  await worker.delivery.now();
  service.requests.length = 0;

  await worker.delivery.whenDue();

  assert.deepEqual(service.paths(), []);
});

test("a new capture knocks at once but does not lengthen the wait of the others", async () => {
  const { service, worker } = await connected();
  await fill(worker, 1);
  service.running = false;
  await worker.delivery.now();
  const before = await worker.state.get("delivery");

  await worker.delivery.now();

  const after = await worker.state.get("delivery");
  assert.equal(after.attempts, before.attempts);
  assert.equal(after.nextAt, before.nextAt);
});

test("the wait grows from one second to five minutes, with jitter", () => {
  assert.equal(backoffMs(1, 0), 1_000);
  assert.equal(backoffMs(1, 0.5), 1_500);
  assert.equal(backoffMs(5, 0.5), 24_000);
  assert.equal(backoffMs(9, 0.999999), 300_000);
  assert.equal(backoffMs(1000, 0.999999), 300_000);
  assert.equal(backoffMs(1000, 0), 150_000);
});

test("the service's wish to wait is honoured even when a capture comes", async () => {
  const { browser, service, worker } = await connected();
  await fill(worker, 1);
  service.lies[EXCHANGES] = () => [429, { code: "rate_limited" }, { "Retry-After": "120" }];
  await worker.delivery.now();
  service.requests.length = 0;
  delete service.lies[EXCHANGES];

  await worker.delivery.now();
  assert.deepEqual(service.paths(), []);

  browser.clock += 120_000;
  await worker.delivery.now();
  assert.equal(service.stored.size, 1);
});

for (const [status, code, state] of [
  [401, "pairing_gone", "unpaired"],
  [426, "extension_too_old", "mismatch"],
  [507, "storage_full", "storage_full"],
  [503, "shutting_down", "away"],
  [500, "http_500", "away"],
]) {
  test(`HTTP ${status} keeps the queue and reads as ${code}`, async () => {
    const { service, worker } = await connected();
    await fill(worker, 2);
    service.lies[EXCHANGES] = () => [status, {}];

    await worker.delivery.now();

    const delivery = await worker.state.get("delivery");
    assert.equal(delivery.state, state);
    assert.equal(delivery.code, code);
    assert.deepEqual(await waitingNumbers(worker), [1, 2]);
  });
}

test("a service that no longer knows the device reads as pairing gone", async () => {
  const { service, worker } = await connected();
  await fill(worker, 1);
  service.revoke();

  await worker.delivery.now();

  assert.equal((await worker.state.get("delivery")).code, "pairing_gone");
  assert.deepEqual(await waitingNumbers(worker), [1]);
});

test("an envelope that is too large is halved until only the culprit is refused", async () => {
  const { service, worker } = await connected();
  await fill(worker, 9);
  service.lies[EXCHANGES] = ({ items }) =>
    items.some(({ capture_id }) => capture_id === "capture-6") ? [413, { code: "payload_too_large" }] : null;

  await worker.delivery.now();

  assert.deepEqual([...service.stored.keys()], [1, 2, 3, 4, 5, 7, 8, 9].map((number) => `capture-${number}`));
  const [rejected] = await worker.outbox.rejected(10);
  assert.equal(rejected.item.capture_id, "capture-6");
  assert.equal(rejected.code, "payload_too_large");
});

test("each exchange is treated by its own answer", async () => {
  const { service, worker } = await connected();
  await fill(worker, 4);
  const outcomes = ["stored", "known", "revised", "refused"];
  service.lies[EXCHANGES] = ({ items }) => [
    200,
    { results: items.map(({ capture_id }, at) => ({ capture_id, outcome: outcomes[at], code: "invalid", detail: "depth" })), revision: 1 },
  ];

  await worker.delivery.now();

  assert.deepEqual(await waitingNumbers(worker), []);
  const [rejected] = await worker.outbox.rejected(10);
  assert.deepEqual([rejected.item.capture_id, rejected.code, rejected.detail], ["capture-4", "invalid", "depth"]);
});

test("an exchange without an answer stays and is not asked for in a loop", async () => {
  const { service, worker } = await connected();
  await fill(worker, 2);
  service.lies[EXCHANGES] = () => [200, { results: [{ capture_id: "capture-1", outcome: "stored" }] }];

  await worker.delivery.now();

  assert.deepEqual(await waitingNumbers(worker), [2]);
  assert.equal(service.paths().filter((path) => path === EXCHANGES).length, 1);
  assert.equal((await worker.state.get("delivery")).code, "bad_answer");
});

test("a worker that dies after the service has stored sends again and is told that it is known", async () => {
  const { browser, service, worker } = await connected();
  await fill(worker, 1);
  const lost = async (url, init) => {
    await service.fetch(url, init);
    if (url.endsWith(EXCHANGES)) throw new TypeError("network lost");
    return service.fetch(url, init);
  };
  await browser.startWorker({ fetch: lost }).delivery.now();
  assert.deepEqual(await waitingNumbers(worker), [1]);

  await browser.startWorker({ fetch: service.fetch }).delivery.now();

  assert.equal(service.stored.size, 1);
  assert.deepEqual(await waitingNumbers(worker), []);
});

test("many captures at once make one drain after another, never two together", async () => {
  const { service, worker } = await connected();
  let inside = 0;
  let most = 0;
  service.lies[EXCHANGES] = async () => {
    inside += 1;
    most = Math.max(most, inside);
    await new Promise((resolve) => setImmediate(resolve));
    inside -= 1;
    return null;
  };

  await Promise.all(
    Array.from({ length: 12 }, async (_, index) => {
      await worker.intake.captured(exchange({ prompt: `question ${index}`, prompt_id: `prompt-${index}` }), PAGE);
      await worker.delivery.now();
    }),
  );

  assert.equal(most, 1);
  assert.equal(service.stored.size, 12);
  assert.deepEqual([...service.stored.values()].map(({ prompt_id }) => prompt_id), Array.from({ length: 12 }, (_, index) => `prompt-${index}`));
});

test("an exchange captured during a drain is delivered without waiting for an alarm", async () => {
  const { service, worker } = await connected();
  await fill(worker, 1);
  let late;
  service.lies[EXCHANGES] = async () => {
    delete service.lies[EXCHANGES];
    late = worker.outbox.put(item(2)).then(() => worker.delivery.now());
    return null;
  };

  await worker.delivery.now();
  await late;

  assert.deepEqual([...service.stored.keys()], ["capture-1", "capture-2"]);
});

test("without the host permission nothing is tried, and the reason is known", async () => {
  const { browser, service, worker } = await connected();
  await fill(worker, 1);
  browser.permitted = false;

  await worker.delivery.now();

  assert.deepEqual(service.paths(), []);
  assert.equal((await worker.state.get("delivery")).state, "no_permission");
});

test("a service of another wire version gets nothing", async () => {
  const { service, worker } = await connected();
  await fill(worker, 1);
  service.schemas = [2];

  await worker.delivery.now();

  assert.ok(!service.paths().includes(EXCHANGES));
  assert.equal((await worker.state.get("delivery")).state, "mismatch");
});
