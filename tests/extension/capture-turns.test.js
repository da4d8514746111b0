import assert from "node:assert/strict";
import { test } from "node:test";

import { send, settle, sse, tappedPage } from "../fixtures/capture/page.js";
import * as s from "../fixtures/capture/stream.js";

const opened = (chat, text, reply = s.REPLY) => s.open(s.message(reply), 0, chat) + s.append(text);
const leg = (...parts) => s.GRAMMAR + s.token() + parts.join("");

/** What is told of a turn whose answer is the given stream. */
async function told(stream, { body = s.sendBody(), response } = {}) {
  const page = tappedPage({ answer: async () => response ?? sse(stream) });
  await send(page.world, body);
  await settle();
  return page;
}

const summary = ({ draft }) => [draft.status, draft.fidelity, draft.reply];

test("a stopped answer is interrupted, with what was written", async () => {
  const page = await told(leg(opened(s.CHAT, "Half"), s.finish("interrupted"), s.DONE));

  assert.deepEqual(page.of("finished").map(summary), [["interrupted", "stream_complete", "Half"]]);
});

test("after the stop button an unfinished stream is interrupted, not partial", async () => {
  let close;
  const bytes = new TextEncoder().encode(leg(opened(s.CHAT, "Half")));
  const body = new ReadableStream({
    start: (controller) => {
      controller.enqueue(bytes);
      close = () => controller.close();
    },
  });
  const page = tappedPage({ answer: async (input) => (String(input).includes("stop") ? new Response("{}") : new Response(body)) });
  const reading = send(page.world, s.sendBody());
  await settle();

  await page.world.fetch("/backend-api/stop_conversation", { method: "POST", body: JSON.stringify({ conversation_id: s.CHAT }) });
  close();
  await reading;
  await settle();

  assert.deepEqual(page.of("finished").map(summary), [["interrupted", "stream_complete", "Half"]]);
});

test("an answer that ran out of room is partial but wholly read", async () => {
  const page = await told(leg(opened(s.CHAT, "Long"), s.finish("max_tokens"), s.DONE));

  assert.deepEqual(page.of("finished").map(summary), [["partial", "stream_complete", "Long"]]);
});

test("an answer with an operation that nobody knows is partial", async () => {
  const page = await told(leg(opened(s.CHAT, "Text"), s.delta({ p: "/message/x", o: "shuffle", v: 1 }), s.finish(), s.DONE));

  assert.deepEqual(page.of("finished").map(summary), [["partial", "stream_partial", "Text"]]);
});

for (const [what, stream, code] of [
  ["an error frame", leg(opened(s.CHAT, "x"), s.event({ message: null, conversation_id: s.CHAT, error: "Something went wrong" }), s.DONE), "error"],
  ["an error beside a message", leg(s.delta({ p: "", o: "add", v: { message: s.message("r"), error: { code: "e" } }, c: 0 }), s.DONE), "error"],
  ["an error event", leg(s.side("error", { message: "x" }), s.DONE), "error"],
  ["a blocked answer", leg(opened(s.CHAT, "x"), s.finish(), s.side("moderation", { moderation_response: { blocked: true } }), s.DONE), "moderation"],
  ["a system error", leg(s.open(s.message("e", { content: { content_type: "system_error", text: "x" } }), 0), s.DONE), "system_error"],
  ["a stream without an answer", leg(s.DONE), "no_answer"],
  ["nothing but thoughts", leg(s.hiddenParts(), s.DONE), "no_answer"],
]) {
  test(`${what} is a failure, and no text of it is told`, async () => {
    const page = await told(stream);

    assert.deepEqual(page.said.map(({ type }) => type), ["send", "failed"]);
    assert.deepEqual([page.of("failed")[0].code, page.of("failed")[0].promptId], [code, s.PROMPT]);
  });
}

test("a moderation that blocks nothing changes nothing", async () => {
  const page = await told(leg(s.side("moderation", { moderation_response: { blocked: false } }), opened(s.CHAT, "Fine."), s.finish(), s.DONE));

  assert.deepEqual(page.of("finished").map(summary), [["complete", "stream_complete", "Fine."]]);
});

test("a system error of a tool does not spoil the answer after it", async () => {
  const toolError = s.open(s.message("e", { author: { role: "tool" }, content: { content_type: "system_error", text: "SECRET" } }), 0);

  const page = await told(leg(toolError, s.open(s.message(s.REPLY), 1), s.append("It works now."), s.finish(), s.DONE));

  assert.deepEqual(page.of("finished").map(summary), [["complete", "stream_complete", "It works now."]]);
});

test("a refused send is a failure", async () => {
  const page = await told("", { response: new Response('{"detail":"slow down"}', { status: 429 }) });

  assert.equal(page.of("failed")[0].code, "refused");
});

test("several visible messages become one answer with the id of the last", async () => {
  const page = await told(leg(opened(s.CHAT, "First.", "r1"), s.finish(), s.open(s.message("r2"), 1), s.append("Second."), s.finish(), s.DONE));

  const { draft } = page.of("finished")[0];
  assert.deepEqual([draft.reply, draft.replyId, draft.status], ["First.\n\nSecond.", "r2", "complete"]);
});

test("the end of a stream that handed over says nothing yet", async () => {
  const page = await told(leg(s.handoff("conversation-turn-1"), s.DONE));

  assert.deepEqual(page.said.map(({ type }) => type), ["send"]);
});

test("an answer by the resume address, from the start, is told once", async () => {
  const streams = [leg(s.handoff("conversation-turn-1"), s.DONE), leg(opened(s.CHAT, "From the second leg."), s.finish(), s.DONE)];
  const page = tappedPage({ answer: async () => sse(streams.shift()) });

  await send(page.world, s.sendBody());
  const resume = { method: "POST", body: JSON.stringify({ conversation_id: s.CHAT, offset: 0 }) };
  await (await page.world.fetch("/backend-api/f/conversation/resume", resume)).text();
  await settle();

  assert.deepEqual(page.of("finished").map(summary), [["complete", "stream_complete", "From the second leg."]]);
  assert.equal(page.of("finished")[0].draft.promptId, s.PROMPT);
});

test("a stream that breaks and goes on at its offset becomes one answer", async () => {
  let breakOff;
  const broken = new ReadableStream({
    start: (controller) => {
      controller.enqueue(new TextEncoder().encode(leg(opened(s.CHAT, "One, "))));
      breakOff = () => controller.error(new TypeError("network error"));
    },
  });
  const answers = [new Response(broken), sse(s.more("two."), s.finish(), s.DONE)];
  const page = tappedPage({ answer: async () => answers.shift() });

  const reading = send(page.world, s.sendBody());
  await settle();
  breakOff();
  await assert.rejects(reading);
  const resume = { method: "POST", body: JSON.stringify({ conversation_id: s.CHAT, offset: 4 }) };
  await (await page.world.fetch("/backend-api/f/conversation/resume", resume)).text();
  await settle();

  assert.deepEqual(page.of("finished").map(summary), [
    ["partial", "stream_partial", "One,"],
    ["complete", "stream_complete", "One, two."],
  ]);
  assert.equal(page.of("finished")[0].turn, page.of("finished")[1].turn);
});

test("a second leg that ends without an answer is a failure", async () => {
  const streams = [leg(s.handoff("t"), s.DONE), leg(s.DONE)];
  const page = tappedPage({ answer: async () => sse(streams.shift()) });

  await send(page.world, s.sendBody());
  const resume = { method: "POST", body: JSON.stringify({ conversation_id: s.CHAT, offset: 0 }) };
  await (await page.world.fetch("/backend-api/f/conversation/resume", resume)).text();
  await settle();

  assert.deepEqual(page.of("failed").map(({ code, promptId }) => [code, promptId]), [["no_answer", s.PROMPT]]);
});

test("a resumed stream with a gap is not called complete", async () => {
  const answers = [leg(s.handoff("t"), s.DONE), opened(s.CHAT, "Somewhere in the middle") + s.finish() + s.DONE];
  const page = tappedPage({ answer: async () => sse(answers.shift()) });

  await send(page.world, s.sendBody());
  const resume = { method: "POST", body: JSON.stringify({ conversation_id: s.CHAT, offset: 40 }) };
  await (await page.world.fetch("/backend-api/f/conversation/resume", resume)).text();
  await settle();

  assert.deepEqual(page.of("finished").map(summary), [["partial", "stream_partial", "Somewhere in the middle"]]);
});

test("a refused resume says nothing about the answer", async () => {
  const answers = [sse(leg(s.handoff("t"), s.DONE)), new Response("", { status: 404 })];
  const page = tappedPage({ answer: async () => answers.shift() });

  await send(page.world, s.sendBody());
  await page.world.fetch("/backend-api/f/conversation/resume", { method: "POST", body: JSON.stringify({ conversation_id: s.CHAT, offset: 0 }) });
  await settle();

  assert.deepEqual(page.said.map(({ type }) => type), ["send"]);
});

/** Two chats that handed over to one socket. */
async function twoChatsOnOneSocket() {
  const streams = [
    leg(s.handoff("turn-a"), s.DONE),
    s.GRAMMAR + s.token(s.OTHER_CHAT) + s.handoff("turn-b", s.OTHER_CHAT) + s.DONE,
  ];
  const page = tappedPage({ answer: async () => sse(streams.shift()) });
  const [message] = s.sendBody().messages;
  const other = { ...message, id: "aaaaaaaa-0000-4000-8000-000000000002", content: { content_type: "text", parts: ["Another question"] } };
  await send(page.world, s.sendBody());
  await send(page.world, s.sendBody({ conversation_id: s.OTHER_CHAT, messages: [other] }));
  await settle();
  return { page, socket: new page.world.WebSocket("wss://ws.chatgpt.com/p1") };
}

test("answers of two chats that come interleaved on one socket are kept apart", async () => {
  const { page, socket } = await twoChatsOnOneSocket();
  const a = (text, id, parent) => s.socketItem("turn-a", s.CHAT, text, id, parent);
  const b = (text, id, parent) => s.socketItem("turn-b", s.OTHER_CHAT, text, id, parent);

  socket.receive([a(s.GRAMMAR, "a1"), b(s.GRAMMAR, "b1")]);
  socket.receive([a(opened(s.CHAT, "Alpha "), "a2", "a1"), b(opened(s.OTHER_CHAT, "Beta ", "r-b"), "b2", "b1")]);
  socket.receive([b(s.more("two."), "b3", "b2"), a(s.more("one."), "a3", "a2"), a(s.finish(), "a4", "a3")]);
  socket.receive([s.socketDone("turn-a", s.CHAT), b(s.finish(), "b4", "b3"), s.socketDone("turn-b", s.OTHER_CHAT)]);

  const drafts = page.of("finished").map(({ draft }) => [draft.conversationId, draft.prompt, draft.reply, draft.status]);
  assert.deepEqual(drafts, [
    [s.CHAT, "How do I find a lost commit?", "Alpha one.", "complete"],
    [s.OTHER_CHAT, "Another question", "Beta two.", "complete"],
  ]);
});

test("items that the socket sends twice are read once", async () => {
  const { page, socket } = await twoChatsOnOneSocket();
  const item = (text, id, parent) => s.socketItem("turn-a", s.CHAT, text, id, parent);

  socket.receive([item(s.GRAMMAR + opened(s.CHAT, "Once "), "1")]);
  socket.receive([item(s.GRAMMAR + opened(s.CHAT, "Once "), "1"), item(s.more("only."), "2", "1"), item(s.more("only."), "2", "1")]);
  socket.receive([item(s.finish(), "3", "2"), s.socketDone("turn-a", s.CHAT)]);

  assert.deepEqual(page.of("finished").map(summary), [["complete", "stream_complete", "Once only."]]);
});

test("a missing item makes the answer partial", async () => {
  const { page, socket } = await twoChatsOnOneSocket();
  const item = (text, id, parent) => s.socketItem("turn-a", s.CHAT, text, id, parent);

  socket.receive([item(s.GRAMMAR + opened(s.CHAT, "One "), "1"), item(s.more("three."), "3", "2")]);
  socket.receive([item(s.finish(), "4", "3"), s.socketDone("turn-a", s.CHAT)]);

  assert.deepEqual(page.of("finished").map(summary), [["partial", "stream_partial", "One three."]]);
});

test("an answer of another tab is not hung onto a finished one of this tab", async () => {
  const page = await told(s.wholeAnswer());
  const socket = new page.world.WebSocket("wss://ws.chatgpt.com/p1");

  socket.receive([s.socketItem("turn-z", s.CHAT, s.GRAMMAR + opened(s.CHAT, "Of another tab.", "r-z") + s.finish(), "1"), s.socketDone("turn-z", s.CHAT)]);

  const [, other] = page.of("finished").map(({ draft }) => draft);
  assert.deepEqual([other.reply, other.promptId, other.prompt], ["Of another tab.", null, null]);
});

test("frames that are none of ours leave no trace", async () => {
  const { page, socket } = await twoChatsOnOneSocket();
  const before = page.said.length;

  socket.dispatchEvent(new MessageEvent("message", { data: "conversation-turn, but no json" }));
  socket.dispatchEvent(new MessageEvent("message", { data: new ArrayBuffer(4) }));
  socket.receive({ type: "pong" });
  socket.receive([{ type: "message", topic_id: "turn-a", payload: { type: "conversation-turn-stream", payload: { type: "stream-item" } } }]);

  assert.deepEqual(page.said.slice(before).map(({ type }) => type), ["fault"]);
});

test("nothing of a temporary chat leaves the page", async () => {
  const page = await told(s.wholeAnswer(), { body: s.sendBody({ history_and_training_disabled: true, conversation_id: undefined }) });

  assert.deepEqual(page.said.map(({ type }) => type), ["dropped", "temporary"]);
  assert.doesNotMatch(JSON.stringify(page.said), /lost commit|reflog|Rescuing/);
});

test("a page whose address says temporary counts as temporary", async () => {
  const page = tappedPage({ url: "https://chatgpt.com/?temporary-chat=true", answer: async () => sse(s.wholeAnswer()) });

  await send(page.world, s.sendBody());
  await settle();

  assert.deepEqual(page.of("finished"), []);
});

test("a chat that turns out to be temporary in the stream is dropped", async () => {
  const page = await told(leg(opened(s.CHAT, "x"), s.side("conversation_detail_metadata", { conversation_id: s.CHAT, is_temporary: true }), s.finish(), s.DONE));

  assert.deepEqual(page.said.map(({ type }) => type), ["send", "temporary", "dropped"]);
});

test("a custom GPT and a project are told by their ids", async () => {
  const gpt = await told(s.wholeAnswer(), { body: s.sendBody({ conversation_mode: { gizmo_id: "g-abc123" } }) });
  const project = await told(s.wholeAnswer(), { body: s.sendBody({ conversation_mode: { gizmo_id: "g-p-0f3e-my-client" } }) });

  assert.deepEqual([gpt.of("finished")[0].draft.gizmoId, gpt.of("finished")[0].draft.projectId], ["g-abc123", null]);
  assert.deepEqual([project.of("finished")[0].draft.gizmoId, project.of("finished")[0].draft.projectId], [null, "g-p-0f3e"]);
});
