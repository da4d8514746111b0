/** What a chat page reports, and ways to get to the point of a test. */

import { FakeBrowser } from "./fake-browser.js";
import { FakeService } from "./fake-service.js";

/** A chat page that was let in. */
export const PAGE = Object.freeze({
  provider: "chatgpt",
  urls: ["https://chatgpt.com/c/conversation-1"],
  page: "document-1",
  incognito: false,
});

/** A finished exchange; `changes` replace fields. */
export function exchange(changes = {}) {
  return {
    provider: "chatgpt",
    account: "",
    conversation_id: "conversation-1",
    prompt_id: "prompt-1",
    reply_id: "reply-1",
    parent_id: null,
    prompt: "Why does this query scan the whole table?",
    reply: "Because the column has no index.",
    asked_at: "2026-10-05T11:59:00Z",
    answered_at: "2026-10-05T11:59:20.500Z",
    asked_at_source: "message",
    model: "gpt-5",
    title: "Slow query",
    project_id: null,
    gizmo_id: null,
    origin: "extension",
    fidelity: "stream_complete",
    status: "complete",
    on_current_path: true,
    attachments: [],
    citations: [],
    extractor: "chatgpt-stream@1",
    captured_at: "2026-10-05T11:59:21Z",
    truncated: false,
    ...changes,
  };
}

/** As it waits in the outbox. */
export function item(number, changes = {}) {
  return { ...exchange({ prompt: `question ${number}` }), capture_id: `capture-${number}`, redactions: {}, ...changes };
}

/** A browser and a service that do not know each other yet. */
export function strangers(options = {}) {
  const browser = new FakeBrowser();
  const service = new FakeService();
  const worker = browser.startWorker({ fetch: service.fetch, ...options });
  return { browser, service, worker };
}

/** A browser that is connected to a service, with consent. */
export async function connected(options = {}) {
  const { browser, service, worker } = strangers(options);
  await worker.state.update("consent", () => ({ at: browser.clock, version: 1 }));
  await worker.pairing.start();
  service.approve();
  await worker.pairing.poll();
  service.requests.length = 0;
  return { browser, service, worker };
}

/** Put `count` exchanges into the outbox, numbered from 1. */
export async function fill(worker, count, from = 1) {
  for (let number = from; number < from + count; number += 1) await worker.outbox.put(item(number));
}

/** The numbers of what waits, in order. */
export async function waitingNumbers(worker) {
  const batch = await worker.outbox.batch({ items: 100_000, bytes: Infinity });
  return batch.map((record) => Number(record.item.capture_id.replace("capture-", "")));
}
