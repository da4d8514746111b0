import assert from "node:assert/strict";
import { test } from "node:test";

import { PAGE_FILES } from "../fixtures/capture/files.js";
import { loadParts, plain } from "../fixtures/capture/load.js";
import * as s from "../fixtures/capture/stream.js";

const parts = loadParts(PAGE_FILES.slice(0, 7));

/** @param {Uint8Array[]} chunks */
function readChunks(chunks) {
  const reducer = new parts.StreamReducer(parts.CHATGPT.stream);
  const parser = new parts.SseParser((event) => reducer.feed(event));
  const decoder = new TextDecoder();
  for (const chunk of chunks) parser.push(decoder.decode(chunk, { stream: true }));
  parser.push(decoder.decode());
  parser.end();
  return reducer;
}

const read = (...texts) => readChunks(texts.map((text) => new TextEncoder().encode(text)));
const textsOf = (reducer) => plain(reducer.replies()).map(({ id, text }) => [id, text]);

test("a recorded answer reads the same whichever byte it is cut at", () => {
  const bytes = new TextEncoder().encode(s.wholeAnswer());

  for (let cut = 0; cut <= bytes.length; cut += 1) {
    const reducer = readChunks([bytes.subarray(0, cut), bytes.subarray(cut)]);
    assert.deepEqual(textsOf(reducer), [[s.REPLY, s.WHOLE_TEXT]], `cut at byte ${cut}`);
    assert.equal(reducer.uncertain, false, `cut at byte ${cut}`);
    assert.equal(reducer.counted, 20, `cut at byte ${cut}`);
  }
});

test("an answer in single bytes with carriage returns reads the same", () => {
  const bytes = new TextEncoder().encode(s.wholeAnswer().replaceAll("\n", "\r\n"));

  const reducer = readChunks([...bytes].map((byte) => Uint8Array.of(byte)));

  assert.deepEqual(textsOf(reducer), [[s.REPLY, s.WHOLE_TEXT]]);
  assert.equal(reducer.endOfLeg, true);
});

test("a cut between carriage return and line feed ends no event", () => {
  const events = [];
  const parser = new parts.SseParser((event) => events.push({ ...event }));

  for (const piece of ["event: delta\r", "\ndata: one\r", "\n", "data: two\r\n\r", "\n", "data: three"]) parser.push(piece);
  const midway = parser.end();

  assert.deepEqual(events, [{ event: "delta", data: "one\ntwo" }, { event: "", data: "three" }]);
  assert.equal(midway, true);
});

test("lone carriage returns end lines too", () => {
  const reducer = read(s.wholeAnswer().replaceAll("\n", "\r"));

  assert.deepEqual(textsOf(reducer), [[s.REPLY, s.WHOLE_TEXT]]);
});

test("a title between two pieces of text does not disturb the text", () => {
  const reducer = read(s.GRAMMAR, s.open(s.message("r"), 0), s.append("one "), s.side("title_generation", { title: "T", v: "x", p: "/y", o: "add" }), s.more("two"));

  assert.deepEqual(textsOf(reducer), [["r", "one two"]]);
  assert.equal(reducer.title, "T");
});

test("thoughts, notes to tools and memory are no part of the answer", () => {
  const reducer = read(s.GRAMMAR, s.hiddenParts(), s.open(s.message("r"), 9), s.append("Visible."), s.finish());

  assert.deepEqual(textsOf(reducer), [["r", "Visible."]]);
});

test("messages that are hidden, preliminary or meant for a tool are no part of the answer", () => {
  const hidden = s.message("a", { metadata: { is_visually_hidden_from_conversation: true }, content: { content_type: "text", parts: ["SECRET"] } });
  const preamble = s.message("b", { metadata: { is_thinking_preamble_message: true }, content: { content_type: "text", parts: ["SECRET"] } });
  const canvas = s.message("c", { recipient: "canmore.create_textdoc", content: { content_type: "text", parts: ["SECRET"] } });

  const reducer = read(s.GRAMMAR, s.open(hidden, 0), s.open(preamble, 1), s.open(canvas, 2));

  assert.deepEqual(textsOf(reducer), []);
});

test("several visible messages stay in order", () => {
  const reducer = read(s.GRAMMAR, s.open(s.message("one", { channel: null }), 0), s.append("First."), s.open(s.message("two"), 1), s.append("Second."));

  assert.deepEqual(textsOf(reducer), [["one", "First."], ["two", "Second."]]);
});

test("a new message opened by the carried operation needs no pointer of its own", () => {
  const second = s.delta({ v: { message: s.message("two"), conversation_id: s.CHAT, error: null }, c: 1 });

  const reducer = read(s.GRAMMAR, s.open(s.message("one"), 0), s.append("First."), second, s.append("Second."));

  assert.deepEqual(textsOf(reducer), [["one", "First."], ["two", "Second."]]);
  assert.equal(reducer.uncertain, false);
});

test("slots keep messages apart that are written in turns", () => {
  const at = (slot, text) => s.delta({ p: "/message/content/parts/0", o: "append", v: text, c: slot });

  const reducer = read(s.GRAMMAR, s.open(s.message("one"), 0), s.open(s.message("two"), 1), at(0, "a"), at(1, "x"), at(0, "b"), s.more("c"), at(1, "y"));

  assert.deepEqual(textsOf(reducer), [["one", "abc"], ["two", "xy"]]);
});

test("every operation of the grammar changes the document as it says", () => {
  const ops = [
    s.append("abcdef"),
    s.delta({ o: "truncate", v: 4 }),
    s.delta({ p: "/message/metadata/made~1up/de~0ep", o: "add", v: [1] }),
    s.delta({ p: "/message/metadata/made~1up/de~0ep", o: "append", v: [2, 3] }),
    s.delta({ p: "/message/metadata/made~1up/de~0ep/0", o: "remove" }),
    s.delta({ p: "/message/content/parts/0", o: "replace", v: "wxyz" }),
    s.delta({ p: "/message/content", o: "patch", v: [{ p: "/parts/1", o: "add", v: "more" }] }),
  ];

  const reducer = read(s.GRAMMAR, s.open(s.message("r"), 0), ...ops);

  const [document] = plain(reducer.messages());
  assert.deepEqual(document.content.parts, ["wxyz", "more"]);
  assert.deepEqual(document.metadata["made/up"], { "de~ep": [2, 3] });
  assert.equal(reducer.uncertain, false);
});

for (const [what, frame] of Object.entries({
  "an unknown operation": { p: "/message/content/parts/0", o: "shuffle", v: "x" },
  "a pointer that fits nothing": { p: "/message/content/parts/7/x", o: "append", v: "x" },
  "a pointer without a slash": { p: "message", o: "append", v: "x" },
  "a key that reaches for the prototype": { p: "/__proto__/polluted", o: "add", v: true },
  "an append of a list to text": { p: "/message/content/parts/0", o: "append", v: ["x"] },
  "a batch that is no list": { p: "", o: "patch", v: "x" },
})) {
  test(`${what} makes the answer uncertain, and reading goes on`, () => {
    const reducer = read(s.GRAMMAR, s.open(s.message("r"), 0), s.append("kept "), s.delta(frame), s.append("and more"));

    assert.equal(reducer.uncertain, true);
    assert.deepEqual(textsOf(reducer), [["r", "kept and more"]]);
    assert.equal(Object.prototype.polluted, undefined);
  });
}

test("a broken frame makes the answer uncertain, and reading goes on", () => {
  const reducer = read(s.GRAMMAR, s.open(s.message("r"), 0), s.event('{"v": "cut', "delta"), s.append("after"));

  assert.equal(reducer.uncertain, true);
  assert.deepEqual(textsOf(reducer), [["r", "after"]]);
});

test("another grammar than the known one makes the answer uncertain", () => {
  assert.equal(read(s.event('"v2"', "delta_encoding")).uncertain, true);
});

test("unknown events are counted and change nothing", () => {
  const reducer = read(s.GRAMMAR, s.open(s.message("r"), 0), s.append("a"), s.side("something_of_december", { v: "x" }), s.more("b"));

  assert.equal(reducer.unknownEvents, 1);
  assert.deepEqual(textsOf(reducer), [["r", "ab"]]);
});

test("in the older grammar the last snapshot of a message wins", () => {
  const snapshot = (id, text, rest) => s.event({ message: s.message(id, { content: { content_type: "text", parts: [text] }, channel: undefined, ...rest }), conversation_id: s.CHAT, error: null });

  const reducer = read(snapshot("one", "Fi"), snapshot("one", "First."), snapshot("two", "Sec"), snapshot("two", "Second.", { status: "finished_successfully", end_turn: true }), s.DONE);

  assert.deepEqual(textsOf(reducer), [["one", "First."], ["two", "Second."]]);
  assert.equal(reducer.conversationId, s.CHAT);
});

test("citation marks become their readable form, or go", () => {
  const mark = "\ue200cite\ue202turn0search1\ue201";
  const other = "\ue200cite\ue202turn0search2\ue201";
  const references = [{ matched_text: mark, start_idx: 5, end_idx: 30, type: "grouped_webpages", alt: "([Docs](https://docs.example/x))", items: [{ url: "https://docs.example/x", title: "Docs" }] }];

  const reducer = read(s.GRAMMAR, s.open(s.message("r"), 0), s.append(`Text ${mark} and ${other}rest\u3010 5\u2020source\u3011.`), s.finish("stop", { content_references: references }));

  const [reply] = plain(reducer.replies());
  assert.equal(reply.text, "Text ([Docs](https://docs.example/x)) and rest.");
  assert.deepEqual(reply.citations, [{ url: "https://docs.example/x", title: "Docs" }]);
});

test("a citation mark cut off at the end leaves no debris", () => {
  const reducer = read(s.GRAMMAR, s.open(s.message("r"), 0), s.append("Text \ue200cite\ue202turn0sea"));

  assert.deepEqual(textsOf(reducer), [["r", "Text"]]);
});
