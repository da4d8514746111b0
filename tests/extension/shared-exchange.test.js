import assert from "node:assert/strict";
import { test } from "node:test";
import { ITEM_BYTES_MAX, TEXT_MAX, checkExchange, cut, fitItem, jsonBytes } from "../../extension/shared/exchange.js";
import { isExcluded } from "../../extension/shared/exclusions.js";
import { fromBase64url, toBase64url } from "../../extension/shared/base64url.js";
import { exchange, item } from "./support/samples.js";

test("a whole exchange passes as it is", () => {
  assert.deepEqual(checkExchange(exchange()), { ok: true, exchange: exchange() });
});

for (const [field, value] of [
  ["provider", "somebody"],
  ["conversation_id", ""],
  ["conversation_id", "WEB:provisional"],
  ["conversation_id", "local-7"],
  ["conversation_id", "x".repeat(201)],
  ["prompt", null],
  ["reply", 7],
  ["asked_at", "yesterday"],
  ["asked_at", "2026-10-05T11:59:00+02:00"],
  ["asked_at", "2026-13-45T11:59:00Z"],
  ["answered_at", ""],
  ["asked_at_source", "guess"],
  ["origin", "import"],
  ["fidelity", "export"],
  ["status", "done"],
  ["on_current_path", "yes"],
  ["attachments", null],
  ["truncated", undefined],
]) {
  test(`an exchange whose ${field} is ${JSON.stringify(value)?.slice(0, 30)} is refused by the name of the field`, () => {
    assert.deepEqual(checkExchange(exchange({ [field]: value })), { ok: false, code: "invalid_exchange", detail: field });
  });
}

test("what the contract does not list is left behind", () => {
  const checked = checkExchange({ ...exchange(), cookies: "x", attachments: [{ name: "a", mime: null, size: 1, path: "/home" }] });

  assert.ok(!("cookies" in checked.exchange));
  assert.deepEqual(checked.exchange.attachments, [{ name: "a", mime: null, size: 1 }]);
});

test("a broken or surplus addition does not cost the exchange", () => {
  const citations = [{ title: 7, url: "https://a" }, ...Array.from({ length: 120 }, () => ({ title: null, url: "https://b" }))];

  const checked = checkExchange(exchange({ citations, title: "t".repeat(5_000) }));

  assert.equal(checked.exchange.citations.length, 100);
  assert.equal(checked.exchange.citations[0].url, "https://b");
  assert.equal(checked.exchange.title.length, 2_000);
});

test("a text beyond a million characters is cut and marked", () => {
  const fitted = fitItem(item(1, { reply: "x".repeat(TEXT_MAX + 5) }));

  assert.equal(fitted.reply.length, TEXT_MAX);
  assert.equal(fitted.truncated, true);
});

for (const [name, changes] of [
  ["two long texts", { prompt: "p".repeat(TEXT_MAX), reply: "r".repeat(TEXT_MAX) }],
  ["a text in a wide script", { reply: "漢".repeat(TEXT_MAX) }],
  ["two texts in wide scripts", { prompt: "漢".repeat(TEXT_MAX), reply: "字".repeat(TEXT_MAX) }],
  ["a text of control characters", { reply: "\u0001".repeat(TEXT_MAX) }],
]) {
  test(`${name} are made to fit one request`, () => {
    const fitted = fitItem(item(1, changes));

    assert.ok(jsonBytes(fitted) <= ITEM_BYTES_MAX);
    assert.ok(jsonBytes(fitted) > ITEM_BYTES_MAX * 0.5, "more than needed was cut");
    assert.equal(fitted.truncated, true);
  });
}

test("an ordinary exchange is not touched", () => {
  const ordinary = item(1);

  assert.equal(fitItem(ordinary), ordinary);
});

test("a cut never leaves half a character", () => {
  assert.equal(cut("ab😀", 3), "ab");
  assert.equal(cut("ab😀", 4), "ab😀");
});

test("an address excludes what lies below it, not what only begins like it", () => {
  const excluded = { titles: [], projects: [], urls: ["chatgpt.com/c/12"] };
  const at = (url) => isExcluded(excluded, { title: null, projectId: null, gizmoId: null, urls: [url] });

  assert.equal(at("https://www.chatgpt.com/c/12/"), true);
  assert.equal(at("https://chatgpt.com/c/12?model=x"), true);
  assert.equal(at("https://chatgpt.com/c/123"), false);
});

test("a project is known by its id in the address even with a readable tail", () => {
  const excluded = { titles: [], projects: ["g-p-1"], urls: [] };
  const at = (url) => isExcluded(excluded, { title: null, projectId: null, gizmoId: null, urls: [url] });

  assert.equal(at("https://chatgpt.com/g/g-p-1-my-client/c/9"), true);
  assert.equal(at("https://chatgpt.com/g/g-p-12/c/9"), false);
});

test("base64url goes there and back, and refuses what it is not", () => {
  const bytes = new Uint8Array([0, 251, 255, 62, 63]);

  assert.equal(toBase64url(bytes), Buffer.from(bytes).toString("base64url"));
  assert.deepEqual(fromBase64url(toBase64url(bytes)), bytes);
  for (const wrong of ["a+b", "a=", "abcde"]) assert.throws(() => fromBase64url(wrong), RangeError);
});
