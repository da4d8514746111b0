/** What learners write themselves: kept, changed and removed at once, with a way back. */

import { notify, offer } from "./announce.js";
import { askJson, Refused, ServerAway } from "./server.js";
import { refresh } from "./view.js";
import { word } from "./words.js";

/** Bytes. The browser must hold a file whole to work out its fingerprint. */
const LARGEST = 512_000_000;

/** @param {HTMLFormElement} form */
export async function keepEntry(form) {
  const { kind = "", entry } = form.dataset;
  const kept = await send(`/${kind}`, bodyOf(form));
  showAnew(form);
  if (entry) form.closest("details")?.removeAttribute("open");
  else form.reset();
  await told(kept.id, word(entry ? "entry-changed" : "entry-kept"), entry ? null : placeOf(form));
}

/** @param {HTMLElement} button */
export async function removeEntry(button) {
  const { id = "" } = button.dataset;
  const heading = /** @type {HTMLElement | null} */ (button.closest("section")?.querySelector("h2"))?.id ?? null;
  await send(`/entries/${id}/remove`, {});
  showAnew(button);
  await told(id, word("entry-removed"), heading);
}

/** @param {HTMLElement} button */
export async function reachGoal(button) {
  const { id = "" } = button.dataset;
  const done = await send(`/goals/${id}/reached`, {});
  showAnew(button);
  await told(id, word(done.reached_on ? "goal-reached" : "goal-open"), null);
}

/** Files that are dropped on, or chosen in, the place for deliverables. */
export function watchDeliverables() {
  document.addEventListener("dragover", (event) => {
    if (dropPlace(event)) event.preventDefault();
  });
  document.addEventListener("drop", (event) => {
    const place = dropPlace(event);
    const file = event.dataTransfer?.files[0];
    if (!place || !file) return;
    event.preventDefault();
    void attempt(() => deliver(file, place.dataset["deliver"] ?? ""));
  });
  document.addEventListener("change", (event) => {
    const input = event.target;
    if (!(input instanceof HTMLInputElement) || !input.dataset["deliverFile"]) return;
    const file = input.files?.[0];
    const topic = input.dataset["deliverFile"];
    if (file) void attempt(() => deliver(file, topic)).finally(() => (input.value = ""));
  });
}

/** @param {() => Promise<void>} act */
async function attempt(act) {
  try {
    await act();
  } catch (fault) {
    say("");
    if (!(fault instanceof Refused) && !(fault instanceof ServerAway) && !(fault instanceof DOMException)) throw fault;
    notify((!(fault instanceof DOMException) && fault.message) || word("deliver-unreadable"));
  }
}

/**
 * @param {File} file
 * @param {string} topic
 */
async function deliver(file, topic) {
  if (file.size > LARGEST) {
    notify(word("deliver-large"));
    return;
  }
  say(word("deliver-hashing"));
  const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
  const sha256 = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const day = /** @type {HTMLInputElement | null} */ (document.getElementById("day-file"))?.value || null;
  const body = { form: "file", title: file.name.slice(-200), size: file.size, sha256, dated: day, topic_id: topic };
  const kept = await send("/deliverables", body);
  say("");
  await told(kept.id, word("entry-kept"), "deliver-file");
}

/** @param {DragEvent} event */
function dropPlace(event) {
  const place = event.target instanceof Element ? event.target.closest("[data-deliver]") : null;
  return place instanceof HTMLElement ? place : null;
}

/** @param {string} words */
function say(words) {
  const place = document.getElementById("deliver-state");
  if (place) place.textContent = words;
}

/** @type {Record<string, string>} fields that may be empty, and what they are called in what is sent */
const OPTIONAL = { topic: "topic_id", by: "by", dated: "dated" };

/** @param {HTMLFormElement} form */
function bodyOf(form) {
  const { entry, exchange, topic, form: kind } = form.dataset;
  /** @type {Record<string, unknown>} */
  const body = {};
  for (const [name, value] of new FormData(form)) {
    const text = String(value);
    const optional = OPTIONAL[name];
    if (optional) body[optional] = text || null;
    else body[name] = name === "size" ? Number(text) : text;
  }
  if (entry) body["entry_id"] = Number(entry);
  if (exchange) body["exchange_id"] = Number(exchange);
  if (topic) body["topic_id"] = topic;
  if (kind) body["form"] = kind;
  return body;
}

/**
 * A list that was made longer is left as it is by refreshing; what was changed in it must be seen all the same.
 * @param {Element} element
 */
function showAnew(element) {
  element.closest("[data-part]")?.removeAttribute("data-grown");
}

/** @param {HTMLFormElement} form */
function placeOf(form) {
  return /** @type {HTMLElement | null} */ (form.querySelector("textarea, input"))?.id ?? null;
}

/**
 * Shows the new state with a way back, and keeps the focus near.
 * @param {number | string} id
 * @param {string} words
 * @param {string | null} focus
 */
async function told(id, words, focus) {
  await refresh();
  if (focus) document.getElementById(focus)?.focus();
  offer(words, word("undo"), async () => {
    await send(`/entries/${id}/undo`, {});
    await refresh();
  });
}

/**
 * @param {string} path
 * @param {unknown} body
 */
function send(path, body) {
  return askJson(`/api/v1${path}`, { method: "POST", body, demo: false });
}
