import assert from "node:assert/strict";
import { test } from "node:test";

import { PAGE_FILES } from "../fixtures/capture/files.js";
import { loadParts, plain } from "../fixtures/capture/load.js";
import { send, settle, sse, tappedPage } from "../fixtures/capture/page.js";
import * as s from "../fixtures/capture/stream.js";

const { conversationJson } = loadParts(PAGE_FILES.slice(0, 13));
const READING = { extractor: "chatgpt-json@1", now: "2026-11-01T00:00:00.000Z" };

const says = (role, id, text, rest = {}) => ({
  id,
  author: { role },
  create_time: 1790000000,
  update_time: null,
  content: { content_type: "text", parts: [text] },
  status: "finished_successfully",
  end_turn: role === "assistant",
  metadata: role === "assistant" ? { model_slug: "gpt-5-6" } : {},
  recipient: "all",
  channel: null,
  ...rest,
});

/** A document out of [id, parent, message] rows. */
function treeOf(rows, rest = {}) {
  const mapping = {};
  for (const [id, parent, message] of rows) mapping[id] = { id, parent, message, children: rows.filter(([, of]) => of === id).map(([child]) => child) };
  return { conversation_id: s.CHAT, title: "A chat", create_time: 1789990000, update_time: 1790001000, mapping, current_node: rows.at(-1)?.[0], ...rest };
}

const read = (json) => plain(conversationJson.readTree(json, READING));
const pairs = (drafts) => drafts.map((draft) => [draft.promptId, draft.replyId, draft.reply, draft.onCurrentPath]);

const ROOT = ["client-created-root", null, null];
const SIMPLE = [ROOT, ["p1", "client-created-root", says("user", "p1", "One?")], ["r1", "p1", says("assistant", "r1", "One.")]];

test("a tree gives each prompt with the answer under it", () => {
  const [draft] = read(treeOf(SIMPLE));

  assert.deepEqual(draft, {
    conversationId: s.CHAT,
    promptId: "p1",
    replyId: "r1",
    parentId: "client-created-root",
    prompt: "One?",
    reply: "One.",
    askedAt: "2026-09-21T14:13:20.000Z",
    askedAtSource: "message",
    answeredAt: "2026-09-21T14:13:20.000Z",
    model: "gpt-5-6",
    title: "A chat",
    projectId: null,
    gizmoId: null,
    fidelity: "api_full",
    status: "complete",
    onCurrentPath: true,
    attachments: [],
    citations: [],
    extractor: "chatgpt-json@1",
  });
});

test("regenerated and edited branches are there, and not on the path", () => {
  const rows = [
    ...SIMPLE,
    ["r1b", "p1", says("assistant", "r1b", "One again.")],
    ["p2old", "r1b", says("user", "p2old", "Two (old)?")],
    ["r2old", "p2old", says("assistant", "r2old", "Two, old.")],
    ["p2", "r1b", says("user", "p2", "Two?")],
    ["r2", "p2", says("assistant", "r2", "Two.")],
  ];

  const drafts = read(treeOf(rows));

  assert.deepEqual(pairs(drafts), [
    ["p1", "r1", "One.", false],
    ["p1", "r1b", "One again.", true],
    ["p2old", "r2old", "Two, old.", false],
    ["p2", "r2", "Two.", true],
  ]);
});

test("hidden context, thoughts and tools are walked through and left out", () => {
  const rows = [
    ROOT,
    ["sys", "client-created-root", says("system", "sys", "SECRET", { create_time: null, metadata: { is_visually_hidden_from_conversation: true } })],
    ["ctx", "sys", says("user", "ctx", "", { content: { content_type: "user_editable_context", user_profile: "SECRET" }, create_time: null })],
    ["mem", "ctx", says("assistant", "mem", "", { content: { content_type: "model_editable_context", model_set_context: "SECRET" } })],
    ["p1", "mem", says("user", "p1", "Look it up")],
    ["th", "p1", says("assistant", "th", "", { content: { content_type: "thoughts", thoughts: [{ content: "SECRET" }] } })],
    ["call", "th", says("assistant", "call", "SECRET", { recipient: "web" })],
    ["tool", "call", says("tool", "tool", "SECRET")],
    ["recap", "tool", says("assistant", "recap", "", { content: { content_type: "reasoning_recap", content: "SECRET" } })],
    ["r1", "recap", says("assistant", "r1", "Found it.")],
    ["r2", "r1", says("assistant", "r2", "And this.")],
  ];

  const drafts = read(treeOf(rows));

  assert.deepEqual(pairs(drafts), [["p1", "r2", "Found it.\n\nAnd this.", true]]);
  assert.doesNotMatch(JSON.stringify(drafts), /SECRET/);
});

test("without a current node the newest leaf is on the path", () => {
  const rows = [
    ...SIMPLE,
    ["r1b", "p1", says("assistant", "r1b", "Newer.", { create_time: 1790000500 })],
  ];

  const missing = read(treeOf(rows, { current_node: undefined }));
  const dangling = read(treeOf(rows, { current_node: "gone" }));

  assert.deepEqual(pairs(missing), [["p1", "r1", "One.", false], ["p1", "r1b", "Newer.", true]]);
  assert.deepEqual(pairs(dangling), pairs(missing));
});

test("a cycle and a dangling parent end the walk", () => {
  const json = treeOf([...SIMPLE, ["p9", "nowhere", says("user", "p9", "Lost?")], ["r9", "p9", says("assistant", "r9", "Found.")]]);
  json.mapping.r1.children = ["p1", "r1", "missing"];
  json.mapping.p1.parent = "r1";

  const drafts = read({ ...json, current_node: "r1" });

  assert.deepEqual(pairs(drafts), [["p1", "r1", "One.", true], ["p9", "r9", "Found.", false]]);
});

test("a document without a mapping, with null messages or foreign shapes gives nothing", () => {
  assert.deepEqual(read({ conversation_id: s.CHAT }), []);
  assert.deepEqual(read({ mapping: { a: null, b: { message: null }, c: { message: { author: null, content: 7 } } } }), []);
});

test("a time that is missing is taken from above, else from the conversation", () => {
  const untimed = (role, id, text) => says(role, id, text, { create_time: null });
  const below = [...SIMPLE, ["p2", "r1", untimed("user", "p2", "Two?")], ["r2", "p2", untimed("assistant", "r2", "Two.")]];
  const alone = [ROOT, ["p1", "client-created-root", untimed("user", "p1", "One?")], ["r1", "p1", untimed("assistant", "r1", "One.")]];

  const [, inherited] = read(treeOf(below));
  const [ofConversation] = read(treeOf(alone, { create_time: "2026-01-02T03:04:05Z" }));

  assert.deepEqual([inherited.askedAt, inherited.askedAtSource, inherited.answeredAt], ["2026-09-21T14:13:20.000Z", "conversation", null]);
  assert.deepEqual([ofConversation.askedAt, ofConversation.askedAtSource], ["2026-01-02T03:04:05.000Z", "conversation"]);
});

test("messages without metadata, and spoken words, are read", () => {
  const spoken = { content_type: "multimodal_text", parts: [{ content_type: "audio_transcription", text: "Spoken words" }, null, { content_type: "audio_asset_pointer" }] };
  const rows = [
    ROOT,
    ["p1", "client-created-root", says("user", "p1", "", { content: spoken, metadata: undefined })],
    ["r1", "p1", says("assistant", "r1", "", { content: { ...spoken, parts: [{ content_type: "audio_transcription", text: "Spoken answer" }] }, metadata: undefined })],
  ];

  const [draft] = read(treeOf(rows));

  assert.deepEqual([draft.prompt, draft.reply, draft.model], ["Spoken words", "Spoken answer", null]);
});

test("an answer that is still being written is not taken, a stopped one is", () => {
  const running = [ROOT, ["p1", "client-created-root", says("user", "p1", "?")], ["r1", "p1", says("assistant", "r1", "Ha", { status: "in_progress" })]];
  const stopped = [ROOT, ["p1", "client-created-root", says("user", "p1", "?")], ["r1", "p1", says("assistant", "r1", "Ha", { status: "finished_partial_completion", metadata: { finish_details: { type: "interrupted" } } })]];

  assert.deepEqual(read(treeOf(running)), []);
  assert.equal(read(treeOf(stopped))[0].status, "interrupted");
});

/** The page loads something for itself. */
async function loaded(answers) {
  const page = tappedPage({ answer: async (input) => Response.json(answers[String(input).split("?")[0]] ?? {}) });
  for (const path of Object.keys(answers)) await (await page.world.fetch(path)).text();
  await new Promise((resolve) => setTimeout(resolve, 20));
  return page;
}

test("the tree that the page loads is told, with the chat's facts", async () => {
  const page = await loaded({ [`/backend-api/conversation/${s.CHAT}`]: treeOf(SIMPLE, { gizmo_id: "g-p-77aa" }) });

  const [told] = page.of("conversation");
  assert.deepEqual(told.chat, { id: s.CHAT, title: "A chat", projectId: "g-p-77aa", gizmoId: null, createdAt: "2026-09-21T11:26:40.000Z" });
  assert.deepEqual(pairs(told.drafts), [["p1", "r1", "One.", true]]);
});

test("the page's copy of a chat document is the same to the byte", async () => {
  const text = JSON.stringify(treeOf(SIMPLE));
  const page = tappedPage({ answer: async () => new Response(text) });

  const copy = await (await page.world.fetch(`/backend-api/conversation/${s.CHAT}`)).text();

  assert.equal(copy, text);
});

test("a window is told as such, and an older one is joined where it was cut", async () => {
  const window = { conversation_id: s.CHAT, title: "A chat", messages: [says("assistant", "r1", "One."), says("user", "p2", "Two?"), says("assistant", "r2", "Two.")], page_info: { has_previous_page: true, start_cursor: "c" } };
  const older = { messages: [says("user", "p0", "Zero?"), says("assistant", "r0", "Zero."), says("user", "p1", "One?")], page_info: { has_previous_page: false } };

  const page = await loaded({ [`/backend-api/conversations/${s.CHAT}`]: window, [`/backend-api/conversations/${s.CHAT}/messages`]: older });

  const [newest, oldest] = page.of("conversation");
  assert.deepEqual(pairs(newest.drafts), [["p2", "r2", "Two.", true]]);
  assert.deepEqual(pairs(oldest.drafts), [["p0", "r0", "Zero.", true], ["p1", "r1", "One.", true]]);
  assert.equal(newest.drafts[0].fidelity, "api_window");
});

test("a long chat is told in several messages", async () => {
  const rows = [ROOT];
  for (let turn = 0; turn < 45; turn += 1) {
    rows.push([`p${turn}`, rows.at(-1)[0], says("user", `p${turn}`, `Question ${turn}`)]);
    rows.push([`r${turn}`, `p${turn}`, says("assistant", `r${turn}`, `Answer ${turn}`)]);
  }

  const page = await loaded({ [`/backend-api/conversation/${s.CHAT}`]: treeOf(rows) });

  assert.deepEqual(page.of("conversation").map(({ drafts }) => drafts.length), [20, 20, 5]);
});

test("a temporary chat's document is told as nothing but temporary", async () => {
  const page = await loaded({ [`/backend-api/conversation/${s.CHAT}`]: treeOf(SIMPLE, { is_temporary: true }) });

  assert.deepEqual(page.said, [{ type: "temporary", conversationId: s.CHAT }]);
});

test("lists give titles and times of chats, also those inside projects", async () => {
  const chats = { items: [{ id: s.CHAT, title: "First", create_time: "2026-01-02T03:04:05.678Z", gizmo_id: null }, { id: "not-an-id", title: "x" }] };
  const projects = { items: [{ gizmo: { gizmo: { id: "g-p-1" } }, conversations: { items: [{ id: s.OTHER_CHAT, title: "In a project", gizmo_id: "g-p-1ab" }] } }] };

  const page = await loaded({ "/backend-api/conversations": chats, "/backend-api/gizmos/snorlax/sidebar": projects });

  const told = page.of("chats").flatMap((message) => message.chats);
  assert.deepEqual(told, [
    { id: s.CHAT, title: "First", projectId: null, gizmoId: null, createdAt: "2026-01-02T03:04:05.678Z" },
    { id: s.OTHER_CHAT, title: "In a project", projectId: "g-p-1ab", gizmoId: null, createdAt: null },
  ]);
});

test("a regenerated answer finds its prompt in the document that was loaded before", async () => {
  const rows = [ROOT, [s.PROMPT, "client-created-root", says("user", s.PROMPT, "Asked long ago")], ["r1", s.PROMPT, says("assistant", "r1", "Old.")]];
  const page = tappedPage({ answer: async (_input, init) => (init ? sse(s.wholeAnswer()) : Response.json(treeOf(rows))) });
  await (await page.world.fetch(`/backend-api/conversation/${s.CHAT}`)).text();
  await new Promise((resolve) => setTimeout(resolve, 20));

  await send(page.world, s.sendBody({ action: "variant", messages: [], parent_message_id: s.PROMPT }));
  await settle();

  assert.equal(page.of("finished")[0].draft.prompt, "Asked long ago");
});

test("after a reload the resumed answer finds the prompt that still waits", async () => {
  const rows = [ROOT, [s.PROMPT, "client-created-root", says("user", s.PROMPT, "Asked before the reload")]];
  const page = tappedPage({ answer: async (_input, init) => (init ? sse(s.wholeAnswer()) : Response.json(treeOf(rows))) });
  await (await page.world.fetch(`/backend-api/conversation/${s.CHAT}`)).text();
  await new Promise((resolve) => setTimeout(resolve, 20));

  const resume = { method: "POST", body: JSON.stringify({ conversation_id: s.CHAT, offset: 0 }) };
  await (await page.world.fetch("/backend-api/f/conversation/resume", resume)).text();
  await settle();

  const { draft } = page.of("finished")[0];
  assert.deepEqual([draft.promptId, draft.prompt, draft.reply], [s.PROMPT, "Asked before the reload", s.WHOLE_TEXT]);
});

test("an extra read is made with the page's session, which never leaves the page", async () => {
  const requests = [];
  const page = tappedPage({
    answer: async (input, init) => {
      requests.push([String(input), init?.headers ?? null]);
      if (String(input) === "/api/auth/session") return Response.json({ accessToken: "TOKEN" });
      return String(input).startsWith("/backend-api/conversation/") ? new Response("", { status: 404 }) : Response.json({ conversation_id: s.CHAT, messages: SIMPLE.slice(1).map(([, , one]) => one) });
    },
  });

  page.line.send({ type: "read", conversationId: s.CHAT });
  await settle();

  assert.deepEqual(plain(requests), [
    ["/api/auth/session", null],
    [`/backend-api/conversation/${s.CHAT}`, { Authorization: "Bearer TOKEN" }],
    [`/backend-api/conversations/${s.CHAT}?include_has_versions=true&num_turns=20`, { Authorization: "Bearer TOKEN" }],
  ]);
  assert.deepEqual(page.said.map(({ type }) => type), ["conversation", "read"]);
  assert.deepEqual(page.of("read")[0], { type: "read", conversationId: s.CHAT, status: 200, retryAfter: null });
  assert.doesNotMatch(JSON.stringify(page.said), /TOKEN/);
});

test("an extra read that is refused tells for how long; one without a real id is not made", async () => {
  let requests = 0;
  const page = tappedPage({
    answer: async (input) => {
      requests += 1;
      return String(input).includes("session") ? Response.json({}) : new Response("", { status: 429, headers: { "Retry-After": "120" } });
    },
  });

  page.line.send({ type: "read", conversationId: "../../evil" });
  await settle();
  assert.equal(requests, 0);
  page.line.send({ type: "read", conversationId: s.CHAT });
  await settle();

  assert.deepEqual(page.of("read").at(-1), { type: "read", conversationId: s.CHAT, status: 429, retryAfter: 120 });
});

test("a batch of whole chats is told chat by chat, without temporary ones", async () => {
  const other = { ...treeOf(SIMPLE), conversation_id: s.OTHER_CHAT, is_temporary: true };
  const page = tappedPage({ answer: async () => Response.json([treeOf(SIMPLE), other]) });

  await (await page.world.fetch("/backend-api/conversations/batch", { method: "POST", body: "{}" })).text();
  await new Promise((resolve) => setTimeout(resolve, 20));

  assert.deepEqual(page.said.map(({ type, chat, conversationId }) => [type, chat?.id ?? conversationId]), [["conversation", s.CHAT], ["temporary", s.OTHER_CHAT]]);
});

test("a document that the page loads by XMLHttpRequest is told too", async () => {
  const page = tappedPage();
  const xhr = new page.world.XMLHttpRequest();
  xhr.open("GET", `/backend-api/conversation/${s.CHAT}`);
  xhr.send();

  xhr.status = 200;
  xhr.responseText = JSON.stringify(treeOf(SIMPLE));
  xhr.dispatchEvent(new Event("load"));

  assert.deepEqual(page.of("conversation").flatMap(({ drafts }) => pairs(drafts)), [["p1", "r1", "One.", true]]);
});

test("a document that is no JSON disturbs nobody", async () => {
  const page = tappedPage({ answer: async () => new Response("<html>Just a moment…</html>") });

  const copy = await (await page.world.fetch(`/backend-api/conversation/${s.CHAT}`)).text();
  await new Promise((resolve) => setTimeout(resolve, 20));

  assert.equal(copy, "<html>Just a moment…</html>");
  assert.deepEqual(page.said.map(({ type }) => type), ["fault"]);
});
