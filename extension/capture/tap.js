"use strict";
// Last file in the page's world: puts the parts together, installs them before any script of the page
// runs, and takes our name out of the page again.

((capture) => {
  /** How long the tap waits for the extension's side; without it nobody listens and it goes quiet. */
  const BRIDGE_WAIT_MS = 15_000;

  /**
   * @param {any} page the window
   * @param {Capture.TrafficSite} site
   */
  function startTap(page, site) {
    let on = true;
    let answered = false;
    const isOn = () => on;
    const isId = (/** @type {string} */ id) => site.urls.conversationId.test(id);
    const now = () => new Date().toISOString();
    const newKey = () => page.crypto.randomUUID();
    const nativeFetch = page.fetch.bind(page);
    const guard = capture.makeGuard((/** @type {string} */ where) => channel.send({ type: "fault", where }));
    const channel = capture.offerChannel(
      page,
      guard("command", (/** @type {Capture.DownMessage} */ message) => {
        answered = true;
        if (message.type === "watch") on = message.on === true;
        if (message.type === "read") readOnce(message.conversationId);
      }),
    );
    const emit = (/** @type {Capture.UpMessage} */ message) => channel.send(message);

    const memory = new capture.PageMemory();
    const tracker = new capture.TurnTracker({ format: site.stream, memory, emit, now, newKey });
    const conversations = new capture.ConversationWatch({ memory, emit, now, extractor: site.json.extractor, isId });
    const traffic = new capture.Traffic({ tracker, conversations, isTemporaryPage: () => isTemporaryPage(page, site) });
    const take = conversations.take.bind(conversations);
    const reader = new capture.ConversationReader({ page, fetch: nativeFetch, reads: site.reads, isId, take });
    const readOnce = guard("read", async (/** @type {string} */ conversationId) => {
      const outcome = await reader.read(conversationId).catch(() => ({ status: 0, retryAfter: null }));
      emit({ type: "read", conversationId, ...outcome });
    });

    const { endpoints } = site;
    guard("install fetch", () => new capture.FetchWatch({ traffic, guard, idle: () => idle(page) }).install(page, endpoints, isOn))();
    guard("install xhr", () => new capture.XhrWatch({ traffic, guard }).install(page, endpoints, isOn))();
    guard("install socket", () => new capture.SocketWatch({ tracker, format: site.stream }).install(page, guard, isOn))();
    page.addEventListener("pagehide", guard("pagehide", () => tracker.cutAll()));
    page.setTimeout(() => {
      if (answered) return;
      on = false;
      channel.close();
    }, BRIDGE_WAIT_MS);
  }

  /**
   * @param {any} page
   * @param {Capture.TrafficSite} site
   * @returns {boolean}
   */
  function isTemporaryPage(page, site) {
    const { parameter, value } = site.urls.temporary;
    return new URLSearchParams(page.location.search).get(parameter) === value;
  }

  /**
   * @param {any} page
   * @returns {Promise<void>} when the page has a moment to spare, at the latest after a second
   */
  function idle(page) {
    return new Promise((resolve) => {
      if (page.requestIdleCallback) page.requestIdleCallback(() => resolve(), { timeout: 1000 });
      else page.setTimeout(resolve, 0);
    });
  }

  capture.makeGuard(() => undefined)("start", () => startTap(globalThis, capture.CHATGPT))();
  // The page finds no trace of us by name, and can reach none of our parts.
  Reflect.deleteProperty(globalThis, "skilltrailCapture");
})((globalThis.skilltrailCapture ??= {}));
