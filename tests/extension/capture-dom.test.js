import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { JSDOM } from "jsdom";

import { EXTENSION_FILES } from "../fixtures/capture/files.js";
import { loadParts, plain } from "../fixtures/capture/load.js";

const parts = loadParts(EXTENSION_FILES.slice(0, -1));
const FIXTURES = new URL("../fixtures/capture/", import.meta.url);

/** jsdom lays nothing out: what has no box is marked in the fixtures. */
const isShown = (element) => !element.closest('[style*="display:none"], [data-zero-size]');

const documentOf = (name) => new JSDOM(readFileSync(new URL(name, FIXTURES), "utf8")).window.document;
const readerOf = (document) => new parts.DomReader({ document, format: parts.CHATGPT.dom, isShown });
const markdown = (html) => parts.toMarkdown(new JSDOM(`<div id="root">${html}</div>`).window.document.getElementById("root"), parts.CHATGPT.dom.content);

test("generation A gives the prompt with its white space and the answer as Markdown", () => {
  const page = readerOf(documentOf("page-a-2026-02.html")).read();

  const [turn] = page.turns;
  assert.equal(page.turns.length, 1);
  assert.equal(page.busy, false);
  assert.deepEqual([turn.promptId, turn.replyId, turn.model, turn.hasActions], ["aaaaaaaa-0000-4000-8000-0000000000a1", "bbbbbbbb-0000-4000-8000-0000000000a1", "gpt-5-4", true]);
  assert.equal(turn.prompt(), "Why is my\n  index not used?");
  assert.equal(
    turn.reply().text,
    "Because of the **function** around `created_at`.\n\n```sql\nCREATE INDEX ON jobs (date(created_at));\nSELECT 1;\n```\n\n2. Measure *first*\n   - with EXPLAIN\n3. Then change",
  );
});

test("generation B gives all messages of a turn, formulas as TeX and citations apart", () => {
  const page = readerOf(documentOf("page-b-2026-07.html")).read();

  const turn = page.turns.find(({ promptId }) => promptId?.endsWith("b1"));
  const reply = turn.reply();
  assert.equal(turn.replyId, "bbbbbbbb-0000-4000-8000-0000000000b2");
  assert.equal(turn.prompt(), "What does Euler say?");
  assert.deepEqual(plain(turn.attachments()), [{ name: "brief.pdf", mime: null, size: null }]);
  assert.equal(
    reply.text,
    "Let me look.\n\nIt is $e^{i\\pi}+1=0$.\n\n$$\na^2+b^2=c^2\n$$\n\n| x | y\\|z |\n| --- | --- |\n| 1 | **2** |\n\n> Quoted\n> \n> twice\n\n### More\n\nSee [the docs](https://docs.example/e).\nBye",
  );
  assert.deepEqual(plain(reply.citations), [{ url: "https://euler.example/a#:~:text=e", title: "euler.example" }]);
});

test("in generation B an answer whose prompt was taken away belongs to no other prompt", () => {
  const page = readerOf(documentOf("page-b-2026-07.html")).read();

  const ids = page.turns.map(({ promptId }) => promptId.slice(-2));
  assert.deepEqual(plain(ids), ["b1", "b3", "b4"]);
  assert.doesNotMatch(page.turns.map((turn) => turn.reply().text).join(), /taken away/);
});

test("a gap between mounted turns separates prompt and answer", () => {
  const document = documentOf("page-b-2026-07.html");
  document.querySelector('[data-testid="conversation-turn-4"]').remove();
  const late = document.querySelector('[data-testid="conversation-turn-10"] [data-message-author-role]').cloneNode(true);
  document.querySelector('[data-testid="conversation-turn-8"] .agent-turn').replaceWith(late);
  document.querySelector('[data-testid="conversation-turn-7"]').remove();

  const page = readerOf(document).read();

  assert.equal(page.turns.find(({ promptId }) => promptId.endsWith("b1")).reply().text, "");
});

test("a picture is no answer, and a turn that is being written has no row of buttons", () => {
  const page = readerOf(documentOf("page-b-2026-07.html")).read();

  const [, picture, running] = page.turns;
  assert.equal(page.busy, true);
  assert.deepEqual([picture.hasActions, picture.reply().text], [false, ""]);
  assert.deepEqual([running.hasActions, running.reply().text], [false, "Half a sen"]);
});

test("generation C reads the active page only, without hidden pages and frozen copies", () => {
  const page = readerOf(documentOf("page-c-2026-09.html")).read();

  const everything = page.turns.map((turn) => turn.prompt() + turn.reply().text).join();
  assert.deepEqual(plain(page.turns.map(({ key }) => key.slice(-2))), ["c1", "c2", "c3"]);
  assert.doesNotMatch(everything, /STALE|FROZEN|Thinking about/);
  assert.equal(page.conversationId, "11111111-2222-4333-8444-555555555555");
});

test("generation C gives the last listed message as the reply, code and prompts with code whole", () => {
  const [first, second] = readerOf(documentOf("page-c-2026-09.html")).read().turns;

  assert.deepEqual([first.promptId.slice(-2), first.replyId.slice(-2), first.hasActions], ["c1", "c1", true]);
  assert.equal(first.prompt(), "Does `git gc`\ndelete it?");
  assert.equal(first.reply().text, 'Not yet.\n\nRun `git reflog`:\n\n````bash\ngit reflog\necho "``` done"\n````\n\n- one\n- two');
  assert.deepEqual(plain(first.reply().citations), [{ url: "https://git.example/gc", title: "git.example" }]);
  assert.equal(second.prompt(), "Fix this:\n\n```python\nprint(1)\n```");
});

test("code that the editor has not drawn makes the answer incomplete", () => {
  const [first, second] = readerOf(documentOf("page-c-2026-09.html")).read().turns;

  assert.equal(first.reply().incomplete, false);
  assert.deepEqual(plain(second.reply()), { text: "Like so:\n\n```python\ndef f():\n    return 1\n```", incomplete: true, citations: [] });
});

test("a fresh answer without an id of its own has none", () => {
  const document = documentOf("page-b-2026-07.html");
  for (const message of document.querySelectorAll('[data-testid="conversation-turn-4"] [data-message-id]')) message.setAttribute("data-message-id", "request-WEB:1-0");

  const turn = readerOf(document).read().turns[0];

  assert.equal(turn.replyId, null);
});

test("translating every label of the page changes nothing that is read", () => {
  for (const name of ["page-a-2026-02.html", "page-b-2026-07.html", "page-c-2026-09.html"]) {
    const [before, after] = [documentOf(name), documentOf(name)];
    for (const label of after.querySelectorAll("h4, h5, h6, button, [role=status]")) label.textContent = "번역";
    for (const label of after.querySelectorAll("[aria-label]")) label.setAttribute("aria-label", "번역");

    const read = (document) => readerOf(document).read().turns.map((turn) => [turn.key, turn.prompt(), turn.reply()]);
    assert.deepEqual(plain(read(after)), plain(read(before)), name);
  }
});

test("a page without turns has none", () => {
  const page = readerOf(new JSDOM("<main></main>").window.document).read();

  assert.deepEqual(plain(page), { busy: false, conversationId: null, turns: [] });
});

test("the fingerprint of a turn changes with its text only", () => {
  const document = documentOf("page-c-2026-09.html");
  const reader = readerOf(document);
  const before = reader.read().turns[0].fingerprint();

  document.querySelector(".turn-action-controls").append("x");
  const same = reader.read().turns[0].fingerprint();
  document.querySelectorAll("[data-turn-key$=c1] [data-markdown-text-style] p")[1].append(" more");
  const other = reader.read().turns[0].fingerprint();

  assert.equal(same, before);
  assert.notEqual(other, before);
});

for (const [html, text] of [
  ["<p>a  b\n c</p><p>d</p>", "a b c\n\nd"],
  ["loose <b>text</b><div><p>x</p></div>", "loose **text**\n\nx"],
  ["<p>a</p><hr><p><del>b</del></p>", "a\n\n---\n\n~~b~~"],
  ["<ul><li><input type=checkbox checked> done</li><li><input type=checkbox> open</li></ul>", "- [x] done\n- [ ] open"],
  ["<ul><li>a<pre><code>x\ny</code></pre></li></ul>", "- a\n\n  ```\n  x\n  y\n  ```"],
  ["<p><code>a`b</code></p>", "`` a`b ``"],
  ["<p><a href='javascript:alert(1)'>x</a> <img src='https://x.example/i.png' alt='y'></p>", "x"],
  ["<pre>no code element</pre>", "```\nno code element\n```"],
  ["<script>evil()</script><style>x{}</style><p>ok</p>", "ok"],
]) {
  test(`${html} becomes ${JSON.stringify(text)}`, () => {
    assert.equal(markdown(html).text, text);
  });
}
