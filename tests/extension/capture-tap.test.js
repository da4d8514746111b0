import assert from "node:assert/strict";
import { test } from "node:test";

import { PAGE_FILES } from "../fixtures/capture/files.js";
import { runScripts } from "../fixtures/capture/load.js";
import { makePage, send, settle, sse, tappedPage } from "../fixtures/capture/page.js";
import * as s from "../fixtures/capture/stream.js";

const ANSWER = s.wholeAnswer();
const open = (chat, text, reply = s.REPLY) => s.GRAMMAR + s.token(chat) + s.open(s.message(reply), 0, chat) + s.append(text);

test("a finished answer is told with its prompt, ids, model, time and title", async () => {
  const page = tappedPage({ answer: async () => sse(ANSWER) });

  await send(page.world, s.sendBody());
  await settle();

  const [finished] = page.of("finished");
  assert.deepEqual(page.said.map(({ type }) => type), ["send", "finished"]);
  assert.equal(finished.turn, page.of("send")[0].turn);
  const { answeredAt, ...draft } = finished.draft;
  assert.match(answeredAt, /^\d{4}-.*Z$/);
  assert.deepEqual(draft, {
    conversationId: s.CHAT,
    promptId: s.PROMPT,
    prompt: "How do I find a lost commit?",
    parentId: "cccccccc-0000-4000-8000-000000000001",
    attachments: [],
    askedAt: "2026-09-21T14:13:20.250Z",
    askedAtSource: "message",
    replyId: s.REPLY,
    reply: s.WHOLE_TEXT,
    model: "gpt-5-6-thinking",
    title: "Rescuing a branch",
    projectId: null,
    gizmoId: null,
    fidelity: "stream_complete",
    status: "complete",
    onCurrentPath: true,
    citations: [],
    extractor: "chatgpt-stream@1",
  });
});

test("nothing that is hidden leaves the page's world", async () => {
  const page = tappedPage({ answer: async () => sse(ANSWER) });

  await send(page.world, s.sendBody());
  await settle();

  assert.equal(page.of("finished").length, 1);
  assert.doesNotMatch(JSON.stringify(page.said), /SECRET/);
});

test("the page's copy of a stream is the same to the byte, in odd chunks", async () => {
  const bytes = new TextEncoder().encode(ANSWER);
  const chunks = Array.from({ length: Math.ceil(bytes.length / 7) }, (_, index) => bytes.subarray(index * 7, index * 7 + 7));
  const page = tappedPage({ answer: async () => sse(...chunks) });

  const response = await page.world.fetch("/backend-api/f/conversation", { method: "POST", body: JSON.stringify(s.sendBody()) });
  const copy = new Uint8Array(await response.arrayBuffer());
  await settle();

  assert.deepEqual(copy, bytes);
  assert.equal(page.of("finished").length, 1);
});

test("the page gets the very promise and response of its own fetch, and the request is passed on untouched", async () => {
  const seen = [];
  const response = sse(ANSWER);
  const promise = Promise.resolve(response);
  const page = makePage();
  page.world.fetch = (...args) => {
    seen.push(args);
    return promise;
  };
  runScripts(PAGE_FILES, page.world);
  const init = { method: "POST", body: JSON.stringify(s.sendBody()), extra: Symbol("mine") };

  const answer = page.world.fetch("/backend-api/f/conversation", init);

  assert.equal(answer, promise);
  assert.equal(await answer, response);
  assert.equal(seen[0][1], init);
});

test("fetch, XMLHttpRequest and WebSocket look as before, and no global is left", () => {
  const page = makePage();
  const before = { open: page.world.XMLHttpRequest.prototype.open.length, keys: Object.keys(page.world) };
  const Native = page.world.WebSocket;

  runScripts(PAGE_FILES, page.world);

  assert.equal(page.world.fetch.name, "fetch");
  assert.equal(page.world.fetch.length, 1);
  assert.match(Function.prototype.toString.call(page.world.fetch), /native code/);
  assert.equal(page.world.XMLHttpRequest.prototype.open.length, before.open);
  const socket = new page.world.WebSocket("wss://ws.chatgpt.com/x");
  assert.ok(socket instanceof page.world.WebSocket);
  assert.ok(socket instanceof Native);
  assert.equal(socket.constructor, page.world.WebSocket);
  assert.equal(page.world.WebSocket.OPEN, 1);
  assert.equal(page.world.WebSocket.prototype, Native.prototype);
  assert.deepEqual(Object.keys(page.world), before.keys);
  assert.equal("skilltrailCapture" in page.world, false);
});

for (const [what, input] of Object.entries({
  "a URL object": (world) => [new world.URL("https://chatgpt.com/backend-api/f/conversation"), { method: "POST", body: JSON.stringify(s.sendBody()) }],
  "a Request": (world) => [new world.Request("https://chatgpt.com/backend-api/f/conversation", { method: "POST", body: JSON.stringify(s.sendBody()) })],
  "the older address": () => ["/backend-api/conversation", { method: "post", body: JSON.stringify(s.sendBody()) }],
  "the address without an account": () => ["/backend-anon/f/conversation", { method: "POST", body: JSON.stringify(s.sendBody()) }],
  "the address of the side bar": () => ["/backend-api/sidebar/conversation", { method: "POST", body: JSON.stringify(s.sendBody()) }],
  "a body in bytes": () => ["/backend-api/f/conversation", { method: "POST", body: new TextEncoder().encode(JSON.stringify(s.sendBody())) }],
})) {
  test(`a send by ${what} is seen`, async () => {
    const page = tappedPage({ answer: async () => sse(ANSWER) });

    await (await page.world.fetch(...input(page.world))).text();
    await settle();

    assert.equal(page.of("finished")[0].draft.promptId, s.PROMPT);
    assert.equal(page.of("finished")[0].draft.reply, s.WHOLE_TEXT);
  });
}

test("a Request that was looked at still carries its body", async () => {
  const bodies = [];
  const page = tappedPage({ answer: async (request) => (bodies.push(await request.text()), sse(ANSWER)) });
  const body = JSON.stringify(s.sendBody());

  await page.world.fetch(new page.world.Request("https://chatgpt.com/backend-api/f/conversation", { method: "POST", body }));

  assert.deepEqual(bodies, [body]);
});

test("requests that are no send are left alone", async () => {
  const page = tappedPage({ answer: async () => sse(ANSWER) });
  const post = { method: "POST", body: JSON.stringify(s.sendBody()) };

  await page.world.fetch("/backend-api/f/conversation/prepare", post);
  await page.world.fetch("https://elsewhere.example/backend-api/f/conversation", post);
  await page.world.fetch("/backend-api/sentinel/chat-requirements", post);
  await page.world.fetch("/backend-api/f/conversation");
  await settle();

  assert.deepEqual(page.said, []);
});

test("a send by XMLHttpRequest is seen while it arrives", async () => {
  const page = tappedPage();
  const xhr = new page.world.XMLHttpRequest();
  xhr.open("POST", "/backend-api/f/conversation");
  xhr.send(JSON.stringify(s.sendBody()));

  xhr.responseText = ANSWER.slice(0, 700);
  xhr.dispatchEvent(new Event("progress"));
  xhr.responseText = ANSWER;
  xhr.status = 200;
  xhr.dispatchEvent(new Event("load"));
  xhr.dispatchEvent(new Event("loadend"));
  await settle();

  assert.equal(page.of("finished")[0].draft.reply, s.WHOLE_TEXT);
  assert.equal(page.of("finished")[0].draft.status, "complete");
});

test("an edit names the message that it hangs under; attachments go by name", async () => {
  const page = tappedPage({ answer: async () => sse(ANSWER) });
  const [message] = s.sendBody().messages;
  const content = { content_type: "multimodal_text", parts: [{ content_type: "image_asset_pointer", asset_pointer: "sediment://file_1" }, "What is", "this?"] };
  const metadata = { attachments: [{ id: "file_1", name: "chart.png", size: 512, mime_type: "image/png" }] };

  await send(page.world, s.sendBody({ parent_message_id: "dddddddd-0000-4000-8000-000000000009", messages: [{ ...message, content, metadata }] }));
  await settle();

  const { draft } = page.of("finished")[0];
  assert.equal(draft.parentId, "dddddddd-0000-4000-8000-000000000009");
  assert.equal(draft.prompt, "What is\n\nthis?");
  assert.deepEqual(draft.attachments, [{ name: "chart.png", mime: "image/png", size: 512 }]);
});

test("a regenerated answer keeps the prompt that was sent earlier", async () => {
  const answers = [ANSWER, s.wholeAnswer({ reply: "bbbbbbbb-0000-4000-8000-000000000002" })];
  const page = tappedPage({ answer: async () => sse(answers.shift()) });

  await send(page.world, s.sendBody());
  await send(page.world, s.sendBody({ action: "variant", messages: [], parent_message_id: s.PROMPT }));
  await settle();

  const [first, second] = page.of("finished").map(({ draft }) => draft);
  assert.equal(second.promptId, first.promptId);
  assert.equal(second.prompt, first.prompt);
  assert.equal(second.parentId, first.parentId);
  assert.equal(second.replyId, "bbbbbbbb-0000-4000-8000-000000000002");
});

test("a regenerated answer takes an unknown prompt from the echo in the stream", async () => {
  const echo = s.side("input_message", { input_message: { ...s.sendBody().messages[0], create_time: 1790000000 } });
  const page = tappedPage({ answer: async () => sse(s.GRAMMAR, echo, open(s.CHAT, "Again."), s.finish(), s.DONE) });

  await send(page.world, s.sendBody({ action: "variant", messages: [], parent_message_id: s.PROMPT }));
  await settle();

  const { draft } = page.of("finished")[0];
  assert.deepEqual([draft.promptId, draft.prompt, draft.reply], [s.PROMPT, "How do I find a lost commit?", "Again."]);
});

test("a continued answer is joined to its beginning", async () => {
  const answers = [
    open(s.CHAT, "First half") + s.finish("max_tokens") + s.DONE,
    open(s.CHAT, "second half.", "bbbbbbbb-0000-4000-8000-000000000002") + s.finish() + s.DONE,
  ];
  const page = tappedPage({ answer: async () => sse(answers.shift()) });

  await send(page.world, s.sendBody());
  await send(page.world, s.sendBody({ action: "continue", messages: [], parent_message_id: s.REPLY }));
  await settle();

  const [first, second] = page.of("finished").map(({ draft }) => draft);
  assert.deepEqual([first.status, first.reply], ["partial", "First half"]);
  assert.deepEqual([second.promptId, second.status, second.reply], [s.PROMPT, "complete", "First half\n\nsecond half."]);
});

test("a send without a readable body is told as partial, not lost", async () => {
  const page = tappedPage({ answer: async () => sse(ANSWER) });

  await (await page.world.fetch("/backend-api/f/conversation", { method: "POST", body: "not json" })).text();
  await settle();

  const { draft } = page.of("finished")[0];
  assert.deepEqual([draft.promptId, draft.prompt, draft.fidelity, draft.status], [null, null, "stream_partial", "partial"]);
});

test("a fault inside the tap reaches neither the page's fetch nor its promise", async () => {
  const page = makePage({ answer: async (input) => (input.headers?.get("x-never") ? new Promise(() => {}) : sse(ANSWER)) });
  const broken = PAGE_FILES.slice(0, -1);
  runScripts(broken, page.world);
  const parts = page.world.skilltrailCapture;
  for (const name of ["TurnTracker", "Traffic", "ConversationWatch"]) {
    const Whole = parts[name];
    parts[name] = new Proxy(Whole, { construct: () => new Proxy({}, { get: (_, key) => () => { throw new Error(`no ${String(key)}`); } }) });
  }
  const unhandled = [];
  process.on("unhandledRejection", (error) => unhandled.push(error));

  runScripts(PAGE_FILES.slice(-1), page.world);
  const text = await send(page.world, s.sendBody());
  page.world.fetch(new page.world.Request("https://chatgpt.com/backend-api/f/conversation", { method: "POST", body: "{}", headers: { "x-never": "1" } }));
  const whole = await page.world.fetch(new page.world.Request("https://chatgpt.com/backend-api/f/conversation", { method: "POST", body: "{}" }));
  await settle();

  assert.equal(text, ANSWER);
  assert.equal(await whole.text(), ANSWER);
  assert.deepEqual(unhandled, []);
  process.removeAllListeners("unhandledRejection");
});

test("a rejected fetch stays rejected with the page's own error", async () => {
  const error = new TypeError("Failed to fetch");
  const page = tappedPage({ answer: async () => { throw error; } });

  await assert.rejects(send(page.world, s.sendBody()), (thrown) => thrown === error);
  await settle();

  assert.equal(page.of("failed")[0].code, "refused");
});

test("an answer beyond the cap is told as partial, and the page still reads all of it", async () => {
  const big = s.more("x".repeat(1024 * 1024));
  const pieces = [open(s.CHAT, "start "), ...Array.from({ length: 10 }, () => big), s.finish(), s.DONE];
  const page = tappedPage({ answer: async () => sse(...pieces) });

  const copy = await send(page.world, s.sendBody());
  await settle();

  const { draft } = page.of("finished")[0];
  assert.equal(copy.length, pieces.join("").length);
  assert.deepEqual([draft.status, draft.fidelity], ["partial", "stream_partial"]);
  assert.ok(draft.reply.length < 8 * 1024 * 1024);
});

test("a tap that nobody listens to any more reads nothing", async () => {
  const page = tappedPage({ answer: async () => sse(ANSWER) });
  page.line.send({ type: "watch", on: false });

  await send(page.world, s.sendBody());
  await settle();

  assert.deepEqual(page.said, []);
});

test("the line is found whichever side starts first", async () => {
  const page = makePage({ answer: async () => sse(ANSWER) });
  const said = [];
  runScripts(PAGE_FILES, page.world);
  const ear = { document: page.window.document, EventTarget: page.window.EventTarget, Event: page.window.Event, CustomEvent: page.window.CustomEvent, JSON };
  runScripts(["channel-accept.js"], ear).skilltrailCapture.acceptChannel(ear, (message) => said.push(message.type));

  await send(page.world, s.sendBody());
  await settle();

  assert.deepEqual(said, ["send", "finished"]);
});

test("an abort by the page reaches the tap as a cut, with what was read", async () => {
  let fail;
  const start = new TextEncoder().encode(open(s.CHAT, "Half an ans"));
  const body = new ReadableStream({
    start: (controller) => {
      controller.enqueue(start);
      fail = () => controller.error(new DOMException("Aborted", "AbortError"));
    },
  });
  const page = tappedPage({ answer: async () => new Response(body) });

  const reading = send(page.world, s.sendBody());
  await settle();
  fail();
  await assert.rejects(reading);
  await settle();

  const { draft } = page.of("finished")[0];
  assert.deepEqual([draft.reply, draft.status, draft.fidelity], ["Half an ans", "partial", "stream_partial"]);
});

test("when the page goes away, what has been read is told", async () => {
  const body = new ReadableStream({ start: (controller) => controller.enqueue(new TextEncoder().encode(open(s.CHAT, "So far"))) });
  const page = tappedPage({ answer: async () => new Response(body) });
  send(page.world, s.sendBody());
  await settle();

  page.window.dispatchEvent(new page.window.Event("pagehide"));

  assert.deepEqual(page.of("finished").map(({ draft }) => [draft.reply, draft.status]), [["So far", "partial"]]);
});
