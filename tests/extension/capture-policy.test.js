import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { EXTENSION_FILES, PAGE_FILES } from "../fixtures/capture/files.js";
import { loadParts, plain } from "../fixtures/capture/load.js";
import { CHAT } from "../fixtures/capture/stream.js";

const parts = loadParts(EXTENSION_FILES.slice(0, -1));
const ROOT = new URL("../../", import.meta.url);

/** A policy with a clock that the test sets. */
function policyAt(start) {
  const clock = { now: start };
  const reads = [];
  const policy = new parts.ReadPolicy({ now: () => clock.now, send: (id) => reads.push(id) });
  return { clock, reads, policy };
}

test("one read runs at a time, and each exchange has one", () => {
  const { policy, reads } = policyAt(0);

  assert.equal(policy.request("a", "x"), true);
  assert.equal(policy.request("b", "y"), false);
  policy.done({ status: 200, retryAfter: null });
  assert.equal(policy.request("a", "x"), false);
  assert.equal(policy.request("b", "y"), true);

  assert.deepEqual(reads, ["a", "b"]);
});

test("after a refusal the time that the site names is waited", () => {
  const { policy, clock } = policyAt(0);
  policy.request("a", "x");
  policy.done({ status: 429, retryAfter: 90 });

  clock.now = 89_000;
  assert.equal(policy.request("a", "y"), false);
  clock.now = 91_000;
  assert.equal(policy.request("a", "y"), true);
});

test("after two refusals in a row nothing is read until the next day", () => {
  const noon = new Date(2026, 10, 1, 12).getTime();
  const { policy, clock } = policyAt(noon);
  policy.request("a", "x");
  policy.done({ status: 403, retryAfter: null });
  clock.now += 31_000;
  policy.request("a", "y");
  policy.done({ status: 429, retryAfter: 1 });

  clock.now = new Date(2026, 10, 1, 23, 59).getTime();
  assert.equal(policy.request("a", "z"), false);
  clock.now = new Date(2026, 10, 2, 0, 1).getTime();
  assert.equal(policy.request("a", "z"), true);
});

for (const [path, expected] of [
  ["/", { kind: "new" }],
  [`/c/${CHAT}`, { kind: "chat", conversationId: CHAT }],
  [`/c/${CHAT.toUpperCase()}`, { kind: "chat", conversationId: CHAT }],
  ["/c/WEB:1-2", { kind: "new" }],
  ["/c/WEB%3A1-2", { kind: "new" }],
  ["/c/local-7", { kind: "new" }],
  ["/c/not-an-id", { kind: "none" }],
  [`/g/g-abc12-writer/c/${CHAT}`, { kind: "chat", conversationId: CHAT, gizmoId: "g-abc12" }],
  [`/g/g-p-0a1b-my-client/c/${CHAT}`, { kind: "chat", conversationId: CHAT, projectId: "g-p-0a1b" }],
  ["/g/g-p-0a1b-my-client/project", { kind: "new", projectId: "g-p-0a1b" }],
  ["/?temporary-chat=true", { kind: "new", temporary: true }],
  [`/share/${CHAT}`, { kind: "none" }],
  ["/gpts", { kind: "none" }],
]) {
  test(`the address ${path} is understood`, () => {
    const url = `https://chatgpt.com${path}`;

    const route = plain(parts.routeOf(url, parts.CHATGPT.urls));

    assert.deepEqual(route, { kind: "none", conversationId: null, projectId: null, gizmoId: null, temporary: false, url, ...expected });
  });
}

for (const [what, excluded, chat, expected] of [
  ["a part of a title, in any case", { titles: ["TAX"] }, { titles: ["My taxes"] }, true],
  ["another title", { titles: ["tax"] }, { titles: ["Recipes", null] }, false],
  ["a project by its id", { projects: ["g-p-1"] }, { ids: ["g-p-1", null] }, true],
  ["a project in the address, with its name", { projects: ["g-p-1"] }, { urls: ["https://chatgpt.com/g/g-p-1-client/c/x"] }, true],
  ["a project whose id only begins alike", { projects: ["g-p-1"] }, { urls: ["https://chatgpt.com/g/g-p-12/c/x"] }, false],
  ["an address and all below it", { urls: ["https://www.chatgpt.com/g/g-abc/"] }, { urls: ["https://chatgpt.com/g/g-abc/c/1"] }, true],
  ["an address that only begins alike", { urls: ["chatgpt.com/c/12"] }, { urls: ["https://chatgpt.com/c/123"] }, false],
]) {
  test(`exclusion: ${what} ${expected ? "fits" : "does not fit"}`, () => {
    const rules = { titles: [], projects: [], urls: [], ...excluded };

    assert.equal(parts.isExcluded(rules, { titles: [], ids: [], urls: [], ...chat }), expected);
  });
}

test("the manifest runs the files in this order, in both worlds", () => {
  const { content_scripts: entries } = JSON.parse(readFileSync(new URL("manifest.json", ROOT), "utf8"));
  const listed = (world) => entries.filter((entry) => (entry.world ?? "ISOLATED") === world).map(({ js, run_at }) => [js, run_at]);
  const paths = (files) => files.map((file) => `extension/capture/${file}`);

  assert.deepEqual(listed("MAIN"), [[paths(PAGE_FILES), "document_start"]]);
  assert.deepEqual(listed("ISOLATED"), [[paths(EXTENSION_FILES), "document_start"]]);
});

test("no file stands in both entries, for a browser would run it in one world only", () => {
  assert.deepEqual(PAGE_FILES.filter((file) => EXTENSION_FILES.includes(file)), []);
});

test("only the site's own files name a selector, an attribute or an address of the site", () => {
  const files = [...new Set([...PAGE_FILES, ...EXTENSION_FILES])].filter((file) => !file.startsWith("sites/"));

  for (const file of files) {
    const source = readFileSync(new URL(`extension/capture/${file}`, ROOT), "utf8");
    assert.doesNotMatch(source, /data-[a-z]+-|backend-api|backend-anon|chatgpt\.com|\.markdown|\.katex|\.cm-|stop-button|stream-item|\[DONE\]/, file);
  }
});
