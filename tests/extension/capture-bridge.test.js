import assert from "node:assert/strict";
import { test } from "node:test";

import { bridgedTab } from "../fixtures/capture/bridged.js";
import { EXTENSION_FILES } from "../fixtures/capture/files.js";
import { plain, runScripts } from "../fixtures/capture/load.js";
import { CHAT, OTHER_CHAT, PROMPT, REPLY } from "../fixtures/capture/stream.js";

const AT_CHAT = `https://chatgpt.com/c/${CHAT}`;

const draftOf = (rest = {}) => ({
  conversationId: CHAT,
  promptId: PROMPT,
  replyId: REPLY,
  parentId: null,
  prompt: "How?",
  reply: "So.",
  askedAt: "2026-11-01T11:59:00.000Z",
  answeredAt: null,
  askedAtSource: "message",
  model: "gpt-5-6",
  title: null,
  projectId: null,
  gizmoId: null,
  fidelity: "stream_complete",
  status: "complete",
  onCurrentPath: true,
  attachments: [],
  citations: [],
  extractor: "chatgpt-stream@1",
  ...rest,
});
const sendOf = (rest = {}) => ({ type: "send", turn: "t1", conversationId: CHAT, promptId: PROMPT, ...rest });
const finishedOf = (rest = {}, turn = "t1") => ({ type: "finished", turn, draft: draftOf(rest) });
const chatOf = (rest = {}) => ({ id: CHAT, title: null, projectId: null, gizmoId: null, createdAt: null, ...rest });

/** A turn that the tap reports in the given tab. */
async function report(tab, ...messages) {
  for (const message of messages) tab.tap.send(message);
  await tab.clock.advance(100);
}

test("a finished exchange reaches the worker with every key of the wire", async () => {
  const tab = await bridgedTab({ url: AT_CHAT });

  await report(tab, sendOf(), finishedOf());

  assert.deepEqual(plain(tab.exchanges()), [
    {
      provider: "chatgpt",
      account: "",
      conversation_id: CHAT,
      prompt_id: PROMPT,
      reply_id: REPLY,
      parent_id: null,
      prompt: "How?",
      reply: "So.",
      asked_at: "2026-11-01T11:59:00.000Z",
      answered_at: null,
      asked_at_source: "message",
      model: "gpt-5-6",
      title: null,
      project_id: null,
      gizmo_id: null,
      origin: "extension",
      fidelity: "stream_complete",
      status: "complete",
      on_current_path: true,
      attachments: [],
      citations: [],
      extractor: "chatgpt-stream@1",
      captured_at: "2026-11-01T12:00:00.000Z",
      truncated: false,
    },
  ]);
});

test("the health row counts sends, answers and failures, and is told seldom", async () => {
  const tab = await bridgedTab({ url: AT_CHAT });

  await report(tab, sendOf(), finishedOf(), sendOf({ turn: "t2" }), { type: "failed", turn: "t2", conversationId: CHAT, promptId: PROMPT, code: "moderation" });
  assert.deepEqual(tab.health(), []);
  await tab.clock.advance(2000);

  const [row] = plain(tab.health());
  assert.equal(tab.health().length, 1);
  assert.deepEqual(row, { provider: "chatgpt", conversation_id: CHAT, sends_seen: 2, replies_finished: 1, turns_in_page: 0, failed: 1, degraded: false, updated_at: row.updated_at });
});

test("an exchange of a new chat waits for the real id", async () => {
  const tab = await bridgedTab();
  await report(tab, sendOf({ conversationId: null }), finishedOf({ conversationId: "WEB:1234" }));

  tab.goTo("/c/WEB:1234");
  await tab.clock.advance(3000);
  assert.deepEqual(tab.exchanges(), []);
  tab.goTo(`/c/${CHAT}`);
  await tab.clock.advance(1000);

  assert.equal(tab.exchanges()[0].conversation_id, CHAT);
});

test("a new chat whose page is left before the id comes is given to no other chat", async () => {
  const tab = await bridgedTab({ url: `https://chatgpt.com/c/${OTHER_CHAT}` });
  tab.goTo("/gpts");

  await report(tab, sendOf({ conversationId: null }), finishedOf({ conversationId: null }));
  await tab.clock.advance(30_000);

  assert.deepEqual(tab.exchanges(), []);
});

test("a project in the address becomes the project of the exchange", async () => {
  const tab = await bridgedTab({ url: `https://chatgpt.com/g/g-p-12ab-my-client/c/${CHAT}` });

  await report(tab, sendOf(), finishedOf());

  assert.equal(tab.exchanges()[0].project_id, "g-p-12ab");
});

for (const [what, rules] of [
  ["paused", { paused: true }],
  ["not paired", { paired: false }],
  ["without consent", { consented: false }],
]) {
  test(`while ${what} nothing is handed over or counted`, async () => {
    const tab = await bridgedTab({ url: AT_CHAT, rules });

    await report(tab, sendOf(), finishedOf(), { type: "failed", turn: "t2", conversationId: CHAT, promptId: null, code: "error" });
    await tab.clock.advance(10_000);

    assert.deepEqual(tab.sent, []);
  });
}

test("what was asked during a pause is not kept when the answer comes after it", async () => {
  const tab = await bridgedTab({ url: AT_CHAT, rules: { paused: true } });
  await report(tab, sendOf());

  tab.rules = { ...tab.rules, paused: false };
  await tab.clock.advance(20_000);
  await report(tab, finishedOf());

  assert.deepEqual(tab.exchanges(), []);
});

test("an old chat that comes in several messages is handed over in its own order", async () => {
  const tab = await bridgedTab({ url: AT_CHAT });
  const old = (first) => [0, 1, 2].map((step) => draftOf({ promptId: `p${first + step}`, prompt: `Question ${first + step}`, fidelity: "api_full" }));

  await report(tab, ...[0, 3, 6].map((first) => ({ type: "conversation", chat: chatOf(), drafts: old(first) })));

  assert.deepEqual(plain(tab.exchanges().map((exchange) => exchange.prompt_id)), ["p0", "p1", "p2", "p3", "p4", "p5", "p6", "p7", "p8"]);
});

test("what was answered during a pause is not taken from a chat document after it", async () => {
  const tab = await bridgedTab({ url: AT_CHAT });
  await report(tab, sendOf());
  tab.rules = { ...tab.rules, paused: true };
  await tab.clock.advance(20_000);
  await report(tab, finishedOf());

  tab.rules = { ...tab.rules, paused: false };
  await tab.clock.advance(20_000);
  await report(tab, { type: "conversation", chat: chatOf(), drafts: [draftOf({ fidelity: "api_full" })] });

  assert.deepEqual(tab.exchanges(), []);
});

test("what was asked during a pause is not taken from a chat document of the same page either", async () => {
  const tab = await bridgedTab({ url: AT_CHAT, rules: { paused: true } });
  await report(tab, sendOf(), finishedOf());

  tab.rules = { ...tab.rules, paused: false };
  await tab.clock.advance(20_000);
  await report(tab, { type: "conversation", chat: chatOf(), drafts: [draftOf({ fidelity: "api_full" }), draftOf({ fidelity: "api_full", promptId: "p2" })] });

  assert.deepEqual(tab.exchanges().map(({ prompt_id }) => prompt_id), ["p2"]);
});

for (const [what, excluded, draft] of [
  ["title", { titles: ["tax"] }, { title: "My Taxes 2025" }],
  ["project", { projects: ["g-p-12ab"] }, { projectId: "g-p-12ab" }],
  ["address", { urls: [`chatgpt.com/c/${CHAT}`] }, {}],
]) {
  test(`an exchange excluded by its ${what} is not handed over`, async () => {
    const tab = await bridgedTab({ url: "https://chatgpt.com/", rules: { excluded: { titles: [], projects: [], urls: [], ...excluded } } });

    await report(tab, sendOf(), finishedOf({ title: "Other", ...draft }));
    await report(tab, finishedOf({ title: "Other", conversationId: OTHER_CHAT, promptId: "p2" }, "t2"));

    assert.deepEqual(tab.exchanges().map(({ conversation_id }) => conversation_id), [OTHER_CHAT]);
  });
}

test("with excluded titles an exchange waits until its title is known", async () => {
  const tab = await bridgedTab({ url: AT_CHAT, rules: { excluded: { titles: ["tax"], projects: [], urls: [] } } });
  await report(tab, sendOf(), finishedOf());
  assert.deepEqual(tab.exchanges(), []);

  await report(tab, { type: "chats", chats: [chatOf({ title: "Taxes" })] });
  await tab.clock.advance(10_000);

  assert.deepEqual(tab.exchanges(), []);
});

test("a title that never comes does not hold an exchange for ever", async () => {
  const tab = await bridgedTab({ url: AT_CHAT, rules: { excluded: { titles: ["tax"], projects: [], urls: [] } } });

  await report(tab, sendOf(), finishedOf());
  await tab.clock.advance(7000);

  assert.equal(tab.exchanges().length, 1);
});

test("a temporary chat is dropped whatever the page says of it later", async () => {
  const tab = await bridgedTab({ url: AT_CHAT });

  await report(tab, { type: "temporary", conversationId: CHAT }, sendOf(), finishedOf(), { type: "conversation", chat: chatOf(), drafts: [draftOf({ fidelity: "api_full" })] });
  await tab.clock.advance(10_000);

  assert.deepEqual(tab.sent, []);
});

test("a turn that was dropped is not kept", async () => {
  const tab = await bridgedTab({ url: AT_CHAT });

  await report(tab, { ...sendOf(), conversationId: null }, { type: "dropped", turn: "t1" }, finishedOf());

  assert.deepEqual(tab.exchanges(), []);
});

test("a partial answer waits for the rest, and the rest alone is handed over", async () => {
  const tab = await bridgedTab({ url: AT_CHAT });
  await report(tab, sendOf(), finishedOf({ status: "partial", fidelity: "stream_partial", reply: "S" }));

  await tab.clock.advance(2000);
  await report(tab, finishedOf());
  await tab.clock.advance(10_000);

  assert.deepEqual(tab.exchanges().map(({ reply, status }) => [reply, status]), [["So.", "complete"]]);
});

test("a cut without text that is followed by the answer is no failure", async () => {
  const tab = await bridgedTab({ url: AT_CHAT });
  await report(tab, sendOf(), { type: "failed", turn: "t1", conversationId: CHAT, promptId: PROMPT, code: "cut" });

  await report(tab, finishedOf());
  await tab.clock.advance(10_000);

  assert.deepEqual([tab.health().at(-1).failed, tab.health().at(-1).replies_finished], [0, 1]);
});

test("chat documents are handed over once, with the chat's title", async () => {
  const tab = await bridgedTab({ url: AT_CHAT });
  const old = (id) => draftOf({ promptId: id, replyId: `r-${id}`, fidelity: "api_full" });
  const document = { type: "conversation", chat: chatOf({ title: "T" }), drafts: [old("p1"), old("p2")] };

  await report(tab, document, document);

  assert.deepEqual(tab.exchanges().map(({ prompt_id, title, fidelity }) => [prompt_id, title, fidelity]), [["p1", "T", "api_full"], ["p2", "T", "api_full"]]);
});

test("the exchange of the moment does not queue behind a long history", async () => {
  const tab = await bridgedTab({ url: AT_CHAT, worker: (message) => (message.type === "exchange.captured" ? new Promise((resolve) => tab.clock.setTimeout(() => resolve({ ok: true }), 100)) : { ok: true }) });
  const drafts = Array.from({ length: 20 }, (_, index) => draftOf({ promptId: `p${index}`, fidelity: "api_full" }));

  await report(tab, { type: "conversation", chat: chatOf(), drafts });
  await report(tab, sendOf(), finishedOf());
  await tab.clock.advance(5000);

  const place = tab.exchanges().findIndex(({ prompt_id }) => prompt_id === PROMPT);
  assert.ok(place <= 3, `place ${place}`);
  assert.equal(tab.exchanges().length, 21);
});

test("an exchange that the worker cannot take now is offered again, one that it refuses is not", async () => {
  const answers = [{ ok: false, code: "outbox_full" }, { ok: true }, { ok: false, code: "invalid_exchange" }];
  const tab = await bridgedTab({ url: AT_CHAT, worker: (message) => (message.type === "exchange.captured" ? answers.shift() : { ok: true }) });

  await report(tab, sendOf(), finishedOf(), finishedOf({ promptId: "p2" }, "t2"));
  await tab.clock.advance(60_000);

  assert.deepEqual(tab.exchanges().map(({ prompt_id }) => prompt_id), [PROMPT, PROMPT, "p2"]);
});

test("when the page goes away everything that waits is sent at once", async () => {
  const tab = await bridgedTab({ url: AT_CHAT });
  await report(tab, sendOf(), finishedOf({ status: "partial", fidelity: "stream_partial" }));
  assert.deepEqual(tab.exchanges(), []);

  tab.window.dispatchEvent(new tab.window.Event("pagehide"));
  await tab.clock.advance(0);

  assert.equal(tab.exchanges().length, 1);
});

test("after an update of the extension the orphaned script stops quietly", async () => {
  const tab = await bridgedTab({ url: AT_CHAT });
  tab.runtime.id = undefined;
  tab.runtime.sendMessage = async () => {
    throw new Error("Extension context invalidated.");
  };

  await report(tab, sendOf());
  await tab.clock.advance(60_000);
  tab.tap.send(finishedOf());
  await tab.clock.advance(60_000);

  assert.deepEqual(tab.sent, []);
  assert.deepEqual(plain(tab.said.at(-1)), { type: "watch", on: false });
});

test("the tap is silenced until pairing and consent, and then told to watch", async () => {
  const tab = await bridgedTab({ url: AT_CHAT, rules: { consented: false } });
  assert.deepEqual(plain(tab.said), [{ type: "ready" }, { type: "watch", on: false }]);

  tab.rules = { ...tab.rules, consented: true };
  await tab.clock.advance(10_000);

  assert.deepEqual(plain(tab.said.at(-1)), { type: "watch", on: true });
});

test("scripts that run twice in one document make one bridge", async () => {
  const tab = await bridgedTab({ url: AT_CHAT });

  runScripts(EXTENSION_FILES, tab.context);
  await report(tab, sendOf(), finishedOf());

  assert.equal(tab.exchanges().length, 1);
});

test("messages of the wrong shape, size or type are not acted on", async () => {
  const tab = await bridgedTab({ url: AT_CHAT });
  const wrong = [
    null,
    "finished",
    { type: "finished" },
    { type: "__proto__", turn: "t1" },
    finishedOf({ reply: "" }),
    finishedOf({ reply: 7 }),
    finishedOf({ askedAt: "yesterday" }),
    finishedOf({ status: "excellent" }),
    finishedOf({ fidelity: "export" }),
    finishedOf({ fidelity: "dom" }),
    finishedOf({ attachments: [{ name: 1 }] }),
    finishedOf({ promptId: "x".repeat(201) }),
    { type: "conversation", chat: chatOf({ id: "https://evil.example/" }), drafts: [draftOf()] },
    { type: "temporary", conversationId: "../x" },
  ];

  await report(tab, ...wrong);
  await tab.clock.advance(10_000);

  assert.deepEqual(tab.sent, []);
});

test("half a surrogate pair and a text without measure are made fit for the wire", async () => {
  const tab = await bridgedTab({ url: AT_CHAT });

  await report(tab, sendOf(), finishedOf({ prompt: "a\ud83d", reply: "x".repeat(5_000_001) }));

  const [exchange] = tab.exchanges();
  assert.deepEqual([exchange.prompt, exchange.reply.length, exchange.truncated], ["a\ufffd", 5_000_000, true]);
});

test("an extra read is asked for only when switched on, once per unfinished answer", async () => {
  const partial = { status: "partial", fidelity: "stream_partial" };
  const off = await bridgedTab({ url: AT_CHAT });
  const on = await bridgedTab({ url: AT_CHAT, rules: { activeReads: true } });

  for (const tab of [off, on]) {
    await report(tab, sendOf(), finishedOf(partial));
    await tab.clock.advance(5000);
    await report(tab, { type: "read", conversationId: CHAT, status: 200, retryAfter: null }, finishedOf({ ...partial, reply: "So" }));
    await tab.clock.advance(5000);
  }

  const reads = (tab) => plain(tab.said.filter(({ type }) => type === "read"));
  assert.deepEqual(reads(off), []);
  assert.deepEqual(reads(on), [{ type: "read", conversationId: CHAT }]);
});

test("an answer that was cut off comes before the next one of its chat", async () => {
  const tab = await bridgedTab({ url: AT_CHAT });
  await report(tab, sendOf(), finishedOf({ status: "partial", fidelity: "stream_partial" }));

  await report(tab, sendOf({ turn: "t2", promptId: "p2" }), finishedOf({ promptId: "p2" }, "t2"));
  await tab.clock.advance(1000);

  assert.deepEqual(tab.exchanges().map(({ prompt_id }) => prompt_id), [PROMPT, "p2"]);
});
