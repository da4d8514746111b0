import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { beforeEach, test } from "node:test";
import { JSDOM } from "jsdom";
import { FakeBrowser } from "./support/fake-browser.js";
import { localisePage } from "../../extension/shared/i18n.js";
import { icon, placeIcons } from "../../extension/shared/icons.js";
import { act } from "./support/actions.js";
import { showStatus, showUnreachable } from "../../extension/popup/popup-view.js";
import { connectionReport } from "../../extension/options/connection-report.js";
import { troubleOf } from "../../extension/welcome/trouble.js";

const NOW = Date.parse("2026-10-05T12:00:00Z");

/** Load a page of the extension without its script. */
function open(path) {
  const html = readFileSync(new URL(`../../extension/${path}`, import.meta.url), "utf8");
  globalThis.document = new JSDOM(html).window.document;
  globalThis.Node = document.defaultView.Node;
  localisePage(document);
  placeIcons(document);
  return document;
}

/** A status as the worker answers it. */
const status = (changes = {}) => ({
  paired: true,
  consented: true,
  paused: false,
  pausedUntil: null,
  server: { state: "ok", url: "http://127.0.0.1:8731/" },
  outbox: { waiting: 0 },
  health: { state: "ok", conversations: [] },
  last: { storedAt: NOW - 120_000, today: 4 },
  problem: null,
  ...changes,
});

const PROBLEM = {
  code: "server_away",
  tone: "warning",
  title: "Skilltrail is not running",
  detail: "Start it.",
  action: { label: "Try again", message: "delivery.now" },
};

const textOf = (id) => document.getElementById(id).textContent.trim();

beforeEach(() => new FakeBrowser());

test("the popup says in one line that all is well, and when something was last saved", () => {
  open("popup/popup.html");

  showStatus(status(), NOW);

  assert.equal(textOf("headline"), "Your chats are being saved");
  assert.equal(textOf("subline"), "Last saved 2 minutes ago");
  assert.equal(document.getElementById("problem").hidden, true);
});

test("the popup shows one problem with one button", () => {
  open("popup/popup.html");

  showStatus(status({ problem: PROBLEM, outbox: { waiting: 3 } }), NOW);

  assert.equal(textOf("problem-title"), "Skilltrail is not running");
  assert.equal(textOf("problem-action"), "Try again");
  assert.equal(document.getElementById("problem-action").dataset.message, "delivery.now");
  assert.equal(textOf("subline"), "3 exchanges are kept here until they can be handed over.");
  assert.equal(textOf("waiting"), "3");
});

test("one waiting exchange is told in the singular", () => {
  open("popup/popup.html");

  showStatus(status({ problem: PROBLEM, outbox: { waiting: 1 } }), NOW);

  assert.equal(textOf("subline"), "1 exchange is kept here until it can be handed over.");
});

test("a pause is visible and offers to resume", () => {
  open("popup/popup.html");

  showStatus(status({ paused: true }), NOW);

  assert.equal(textOf("headline"), "Paused");
  assert.equal(document.getElementById("resume").hidden, false);
  assert.equal(document.getElementById("pause-choices").hidden, true);
});

test("before setup the popup offers nothing but setup", () => {
  open("popup/popup.html");

  showStatus(status({ problem: { ...PROBLEM, code: "setup" } }), NOW);

  for (const id of ["counts", "pause", "recent"]) assert.equal(document.getElementById(id).hidden, true);
  assert.equal(textOf("headline"), "Ready when you are");
});

test("titles of conversations are text, whatever they hold", () => {
  open("popup/popup.html");
  const row = { conversation_id: "1", title: "<img src=x>", stored: 2, waiting: 0, rejected: 0, missed: 0, failed: 0, degraded: false, updatedAt: NOW };

  showStatus(status({ health: { state: "ok", conversations: [row] } }), NOW);

  assert.equal(document.querySelector("#recent-list .title").textContent, "<img src=x>");
  assert.equal(document.querySelector("#recent-list img"), null);
  assert.match(textOf("recent-list"), /2 saved/);
});

test("an equal status changes no node, so nothing is read out again", () => {
  open("popup/popup.html");
  showStatus(status({ problem: PROBLEM }), NOW);
  const headline = document.getElementById("headline").firstChild;
  const title = document.querySelector("#problem-title span").firstChild;

  showStatus(status({ problem: PROBLEM }), NOW);

  assert.equal(document.getElementById("headline").firstChild, headline);
  assert.equal(document.querySelector("#problem-title span").firstChild, title);
});

test("a popup whose worker is gone says so", () => {
  open("popup/popup.html");

  showUnreachable();

  assert.equal(textOf("headline"), "Skilltrail was just updated");
});

for (const path of ["popup/popup.html", "options/options.html", "welcome/welcome.html"]) {
  test(`every control of ${path} has a name and every id is there once`, () => {
    open(path);
    const controls = [...document.querySelectorAll("button, input, progress")];
    const named = (node) => node.textContent.trim() || node.getAttribute("aria-label") || document.querySelector(`label[for="${node.id}"]`)?.textContent || node.closest("label");
    const filledLater = new Set(["problem-action", "pause", "again"]);
    const ids = [...document.querySelectorAll("[id]")].map(({ id }) => id);

    assert.deepEqual(controls.filter((node) => !named(node) && !filledLater.has(node.id)).map(({ id }) => id), []);
    assert.equal(new Set(ids).size, ids.length);
    for (const node of document.querySelectorAll("[aria-labelledby], [aria-describedby]")) {
      const id = node.getAttribute("aria-labelledby") ?? node.getAttribute("aria-describedby");
      assert.ok(document.getElementById(id), id);
    }
  });

  test(`every picture of ${path} is drawn`, () => {
    open(path);

    for (const node of document.querySelectorAll("[data-icon]")) {
      assert.notEqual(node.querySelector("svg path").getAttribute("d"), "", node.dataset.icon);
    }
  });
}

test("a picture is hidden from screen readers", () => {
  open("popup/popup.html");

  assert.equal(icon("check").getAttribute("aria-hidden"), "true");
});

test("the connection report shows the raw words of the failure and the fix", () => {
  open("options/options.html");
  const steps = [
    { id: "permission", outcome: "pass", detail: null },
    { id: "service", outcome: "fail", detail: "8731: TypeError: Failed to fetch" },
  ];

  const text = connectionReport({ ok: true, well: false, fix: "server_away", steps, fault: { at: null } })
    .map((node) => node.textContent)
    .join(" ");

  assert.match(text, /8731: TypeError: Failed to fetch/);
  assert.match(text, /skilltrail serve/);
  assert.match(text, /failed/);
});

test("trouble that has no text of its own still has a title, words and a button", () => {
  assert.deepEqual(troubleOf("constructor"), { title: "trouble_other_title", detail: "trouble_other_detail", action: "trouble_again", startHint: false });
  assert.equal(troubleOf("server_away").startHint, true);
});

test("a button asks for what its problem names, and an unknown one for nothing", async () => {
  const { asked, run } = await act();

  assert.equal(await run("delivery.now"), "same");
  assert.equal(await run("no.such"), "unknown");
  assert.deepEqual(asked, ["delivery.now"]);
});
