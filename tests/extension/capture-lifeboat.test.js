import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { bridgedTab } from "../fixtures/capture/bridged.js";
import { plain } from "../fixtures/capture/load.js";
import { CHAT, OTHER_CHAT } from "../fixtures/capture/stream.js";

const AT_CHAT = `https://chatgpt.com/c/${CHAT}`;
const FIXTURES = new URL("../fixtures/capture/", import.meta.url);
const page = (name) => readFileSync(new URL(name, FIXTURES), "utf8");
const id = (kind, number) => `${kind.repeat(8)}-0000-4000-8000-${String(number).padStart(12, "0")}`;

/** One turn of generation B. */
const turnB = (number, { prompt = `Question ${number}?`, reply = `Answer ${number}.`, done = true } = {}) => `
  <section data-testid="conversation-turn-${number * 2 - 1}"><div data-message-author-role="user" data-message-id="${id("a", number)}"><div class="whitespace-pre-wrap">${prompt}</div></div></section>
  <section data-testid="conversation-turn-${number * 2}"><div data-message-author-role="assistant" data-message-id="${id("b", number)}"><div class="markdown prose"><p>${reply}</p></div></div>${done ? '<button data-testid="copy-turn-action-button"></button>' : ""}</section>`;
/** The same in generation C. */
const turnC = (number, { prompt = `Question ${number}?`, reply = `Answer ${number}.`, done = true } = {}) => `
  <div data-turn-key="${id("a", number)}"><div data-chatgpt-search-unit-key="fallback-turn-0:0:user" data-chatgpt-search-message-ids="${id("a", number)}"><div data-user-message-bubble><div class="whitespace-pre-wrap">${prompt}</div></div></div>
  <div data-chatgpt-search-unit-key="fallback-turn-0:1:assistant" data-chatgpt-search-message-ids="${id("b", number)}"><div data-markdown-text-style="assistant-message"><p>${reply}</p></div></div>${done ? '<div class="turn-action-controls"></div>' : ""}</div>`;
const shellC = (...turns) => `<div data-app-shell-active-page="true">${turns.join("")}</div>`;
const BUSY = '<button data-testid="stop-button"></button>';

const ids = (tab) => tab.exchanges().map(({ prompt_id }) => Number(prompt_id.slice(-4)));
const last = (tab) => plain(tab.health().at(-1));

for (const [generation, running, done] of [
  ["B", turnB(1, { reply: "Ans", done: false }), turnB(1)],
  ["C", shellC(turnC(1, { reply: "Ans", done: false })), shellC(turnC(1))],
]) {
  test(`an answer of generation ${generation} that the tap did not see is read from the page, and capture is degraded`, async () => {
    const tab = await bridgedTab({ url: AT_CHAT });
    tab.show(running + BUSY);
    await tab.clock.advance(3000);

    tab.show(done);
    await tab.clock.advance(15_000);

    const [exchange] = tab.exchanges();
    assert.deepEqual(
      [exchange.prompt, exchange.reply, exchange.prompt_id, exchange.reply_id, exchange.fidelity, exchange.status, exchange.asked_at_source],
      ["Question 1?", "Answer 1.", id("a", 1), id("b", 1), "dom", "complete", "observed"],
    );
    assert.deepEqual([last(tab).degraded, last(tab).replies_finished, last(tab).turns_in_page, last(tab).sends_seen], [true, 1, 1, 0]);
    assert.equal(tab.exchanges().length, 1);
  });
}

test("an answer that begins and ends between two looks still counts as seen happening", async () => {
  const tab = await bridgedTab({ url: "https://chatgpt.com/" });
  tab.show(turnB(1, { done: false }) + BUSY);
  tab.goTo(`/c/${CHAT}`);
  await new Promise((resolve) => setImmediate(resolve));
  tab.show(turnB(1));

  await tab.clock.advance(15_000);

  assert.deepEqual(ids(tab), [1]);
  assert.equal(last(tab).degraded, true);
});

test("an answer that the tap saw is not read from the page", async () => {
  const tab = await bridgedTab({ url: AT_CHAT });
  tab.tap.send({ type: "send", turn: "t1", conversationId: CHAT, promptId: id("a", 1) });
  tab.show(turnB(1, { reply: "Ans", done: false }) + BUSY);
  await tab.clock.advance(30_000);

  tab.show(turnB(1));
  const draft = { conversationId: CHAT, promptId: id("a", 1), replyId: id("b", 1), parentId: null, prompt: "Question 1?", reply: "Answer 1.", askedAt: "2026-11-01T12:00:00Z", answeredAt: null, askedAtSource: "message", model: null, title: null, projectId: null, gizmoId: null, fidelity: "stream_complete", status: "complete", onCurrentPath: true, attachments: [], citations: [], extractor: "x" };
  tab.tap.send({ type: "finished", turn: "t1", draft });
  await tab.clock.advance(20_000);

  assert.deepEqual(tab.exchanges().map(({ fidelity }) => fidelity), ["stream_complete"]);
  assert.deepEqual([last(tab).degraded, last(tab).turns_in_page], [false, 1]);
});

test("a send whose answer the tap never saw is read from the page, and capture is degraded", async () => {
  const tab = await bridgedTab({ url: AT_CHAT });
  tab.tap.send({ type: "send", turn: "t1", conversationId: CHAT, promptId: id("a", 1) });
  tab.show(turnB(1, { reply: "Ans", done: false }) + BUSY);
  await tab.clock.advance(3000);

  tab.show(turnB(1));
  await tab.clock.advance(15_000);

  assert.deepEqual(tab.exchanges().map(({ fidelity, reply }) => [fidelity, reply]), [["dom", "Answer 1."]]);
  assert.equal(last(tab).degraded, true);
});

test("opening an old chat reads its visible turns, and nothing is degraded", async () => {
  const tab = await bridgedTab({ url: AT_CHAT, html: turnB(1) + turnB(2) });
  tab.tap.send({ type: "chats", chats: [{ id: CHAT, title: "Old", projectId: null, gizmoId: null, createdAt: "2025-02-03T04:05:06.000Z" }] });

  await tab.clock.advance(15_000);

  assert.deepEqual(ids(tab), [1, 2]);
  assert.deepEqual([last(tab).degraded, last(tab).replies_finished, last(tab).turns_in_page], [false, 0, 2]);
  const [first] = tab.exchanges();
  assert.deepEqual([first.asked_at, first.asked_at_source, first.title, first.answered_at], ["2025-02-03T04:05:06.000Z", "conversation", "Old", null]);
});

test("turns that a chat document brought are not read from the page again", async () => {
  const tab = await bridgedTab({ url: AT_CHAT, html: turnB(1) + turnB(2) });
  const draft = { conversationId: CHAT, promptId: id("a", 1), replyId: id("b", 1), parentId: null, prompt: "Question 1?", reply: "Answer 1.", askedAt: "2026-10-01T12:00:00Z", answeredAt: null, askedAtSource: "message", model: null, title: null, projectId: null, gizmoId: null, fidelity: "api_full", status: "complete", onCurrentPath: true, attachments: [], citations: [], extractor: "x" };
  tab.tap.send({ type: "conversation", chat: { id: CHAT, title: null, projectId: null, gizmoId: null, createdAt: null }, drafts: [draft] });

  await tab.clock.advance(15_000);

  assert.deepEqual(tab.exchanges().map(({ prompt_id, fidelity }) => [Number(prompt_id.slice(-4)), fidelity]), [[1, "api_full"], [2, "dom"]]);
});

test("turns that pass by while the reader scrolls are gathered, each once", async () => {
  const tab = await bridgedTab({ url: AT_CHAT, html: shellC(turnC(3), turnC(4)) });
  await tab.clock.advance(3000);
  tab.show(shellC(turnC(1), turnC(2), turnC(3)));
  await tab.clock.advance(3000);
  tab.show(shellC(turnC(3), turnC(4)));

  await tab.clock.advance(15_000);

  assert.deepEqual(ids(tab).toSorted(), [1, 2, 3, 4]);
  assert.equal(last(tab).turns_in_page, 4);
});

test("turns of the chat before, left on the page for a while, are not given to the next one", async () => {
  const tab = await bridgedTab({ url: AT_CHAT, html: turnB(1) });
  await tab.clock.advance(1000);

  tab.goTo(`/c/${OTHER_CHAT}`);
  await tab.clock.advance(12_000);
  tab.show(turnB(7));
  await tab.clock.advance(12_000);

  assert.deepEqual(tab.exchanges().map(({ conversation_id, prompt_id }) => [conversation_id, Number(prompt_id.slice(-4))]), [[CHAT, 1], [OTHER_CHAT, 7]]);
});

test("turns that were seen during a pause stay unread after it", async () => {
  const tab = await bridgedTab({ url: AT_CHAT, html: turnB(1), rules: { paused: true } });
  await tab.clock.advance(5000);

  tab.rules = { ...tab.rules, paused: false };
  await tab.clock.advance(20_000);
  tab.show(turnB(1) + turnB(2));
  await tab.clock.advance(15_000);

  assert.deepEqual(ids(tab), [2]);
});

test("temporary chats and pages without a chat are not looked at", async () => {
  for (const url of ["https://chatgpt.com/?temporary-chat=true", "https://chatgpt.com/gpts", "https://chatgpt.com/share/x"]) {
    const tab = await bridgedTab({ url, html: turnB(1) });
    tab.show(turnB(1) + turnB(2));

    await tab.clock.advance(20_000);

    assert.deepEqual(tab.sent, [], url);
  }
});

test("code that is not drawn makes a partial exchange; a picture makes none", async () => {
  const tab = await bridgedTab({ url: AT_CHAT, html: page("page-c-2026-09.html") });

  await tab.clock.advance(15_000);

  assert.deepEqual(tab.exchanges().map(({ prompt_id, status }) => [prompt_id.slice(-2), status]), [["c1", "complete"], ["c2", "partial"]]);
});

test("an answer written anew is read anew", async () => {
  const tab = await bridgedTab({ url: AT_CHAT });
  tab.show(turnB(1, { done: false }) + BUSY);
  await tab.clock.advance(2000);
  tab.show(turnB(1));
  await tab.clock.advance(12_000);

  tab.show(turnB(1, { reply: "Anoth", done: false }) + BUSY);
  await tab.clock.advance(2000);
  tab.show(turnB(1, { reply: "Another answer." }));
  await tab.clock.advance(12_000);

  assert.deepEqual(tab.exchanges().map(({ reply }) => reply), ["Answer 1.", "Another answer."]);
});

test("a stop button that flickers between two steps does not end an answer", async () => {
  const tab = await bridgedTab({ url: AT_CHAT });
  tab.show(turnB(1, { reply: "Step one", done: false }) + BUSY);
  await tab.clock.advance(2000);
  tab.show(turnB(1, { reply: "Step one", done: false }));
  await tab.clock.advance(4000);
  tab.show(turnB(1, { reply: "Step one, step two", done: false }) + BUSY);
  await tab.clock.advance(4000);

  assert.deepEqual(tab.exchanges(), []);
  tab.show(turnB(1, { reply: "Step one, step two, done" }));
  await tab.clock.advance(12_000);
  assert.deepEqual(tab.exchanges().map(({ reply }) => reply), ["Step one, step two, done"]);
});

test("the prompt of a regenerated answer that nobody knows is read from the page", async () => {
  const tab = await bridgedTab({ url: AT_CHAT, html: turnB(1) });
  const draft = { conversationId: CHAT, promptId: id("a", 1), replyId: id("b", 9), parentId: null, prompt: null, reply: "Answer 1, again.", askedAt: "2026-11-01T12:00:00Z", answeredAt: null, askedAtSource: "observed", model: null, title: null, projectId: null, gizmoId: null, fidelity: "stream_complete", status: "complete", onCurrentPath: true, attachments: [], citations: [], extractor: "x" };

  tab.tap.send({ type: "finished", turn: "t1", draft });
  await tab.clock.advance(500);

  assert.deepEqual([tab.exchanges()[0].prompt, tab.exchanges()[0].reply], ["Question 1?", "Answer 1, again."]);
});

test("after the tap sees answers again, capture is no longer degraded", async () => {
  const tab = await bridgedTab({ url: AT_CHAT });
  tab.show(turnB(1, { reply: "Ans", done: false }) + BUSY);
  await tab.clock.advance(2000);
  tab.show(turnB(1));
  await tab.clock.advance(12_000);
  assert.equal(last(tab).degraded, true);

  tab.tap.send({ type: "failed", turn: "t2", conversationId: CHAT, promptId: null, code: "moderation" });
  await tab.clock.advance(3000);

  assert.equal(last(tab).degraded, false);
});

test("turns that the tap missed are read from the page though it saw another one of the chat", async () => {
  const tab = await bridgedTab({ url: AT_CHAT });
  tab.show(turnB(1, { done: false }) + BUSY);
  await tab.clock.advance(2000);
  tab.show(turnB(1) + turnB(2));

  tab.tap.send({ type: "failed", turn: "t2", conversationId: CHAT, promptId: id("a", 2), code: "moderation" });
  await tab.clock.advance(15_000);

  assert.deepEqual(ids(tab)[0], 1);
  assert.equal(last(tab).replies_finished, 1);
});

test("turns that the page shows on the way to another chat are given to neither", async () => {
  const tab = await bridgedTab({ url: AT_CHAT, html: turnB(1) });
  await tab.clock.advance(1000);
  tab.show(turnB(1) + turnB(2, { done: false }) + BUSY);
  await tab.clock.advance(1000);

  tab.goTo(`/c/${OTHER_CHAT}`);
  await tab.clock.advance(12_000);

  assert.deepEqual(tab.exchanges().map(({ conversation_id, prompt_id }) => [conversation_id, Number(prompt_id.slice(-4))]), [[CHAT, 1]]);
});

test("a turn that was read is handed over though the chat was left before its time of grace", async () => {
  const tab = await bridgedTab({ url: AT_CHAT });
  tab.show(turnB(1, { done: false }) + BUSY);
  await tab.clock.advance(2000);
  tab.show(turnB(1));
  await tab.clock.advance(3000);

  tab.goTo("/");
  tab.show("");
  await tab.clock.advance(15_000);

  assert.deepEqual(tab.exchanges().map(({ conversation_id, fidelity }) => [conversation_id, fidelity]), [[CHAT, "dom"]]);
});
