/** Learning or work handed over: the learner's word about an exchange, with a way back. */

import { notify, offer } from "./announce.js";
import { askJson, Refused, ServerAway } from "./server.js";
import { refresh } from "./view.js";
import { word } from "./words.js";

/** @param {HTMLElement} button */
export async function sayKind(button) {
  await say(button, { part: "kind", value: button.dataset["value"] });
}

/** @param {HTMLFormElement} form */
export async function sayIntent(form) {
  await say(form, { part: "intent", value: String(new FormData(form).get("intent") ?? "") || null });
}

/** @param {HTMLElement} button */
export async function leaveToUs(button) {
  await send(button, "", { part: "intent", value: null });
  await say(button, { part: "kind", value: null }, 2);
}

/** @param {HTMLElement} button */
export async function undoSaid(button) {
  await takeBack(button, 1);
}

/**
 * @param {HTMLElement} source names the exchange
 * @param {unknown} body
 * @param {number} [words] how many words of the learner it was
 */
async function say(source, body, words = 1) {
  const told = await send(source, "", body);
  press(source, told.kind);
  await refreshKept(source);
  offer(told.words, word("undo"), () => attemptUndo(source, words));
}

/**
 * @param {HTMLElement} source
 * @param {number} words
 */
async function attemptUndo(source, words) {
  try {
    await takeBack(source, words);
  } catch (fault) {
    if (!(fault instanceof Refused) && !(fault instanceof ServerAway)) throw fault;
    notify(fault.message || word("failed"));
  }
}

/**
 * @param {HTMLElement} source
 * @param {number} words
 */
async function takeBack(source, words) {
  let told = { words: "", kind: "" };
  for (let count = 0; count < words; count += 1) told = await send(source, "/undo", {});
  press(source, told.kind);
  await refreshKept(source);
  notify(`${word("learning-undone")} ${told.words}`);
}

/**
 * Shows at once what an exchange is now: a list that was made longer is not asked for anew.
 * @param {HTMLElement} source
 * @param {string} kind
 */
function press(source, kind) {
  const { id } = source.dataset;
  for (const button of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(`[data-action="learning-say"][data-id="${id}"]`))) {
    button.setAttribute("aria-pressed", String(button.dataset["value"] === kind));
  }
  document.querySelector(`[data-unsure="${id}"]`)?.toggleAttribute("hidden", kind !== "unsure");
}

/**
 * Brings the page up to date; focus stays on what was pressed, or goes to the section's head.
 * @param {HTMLElement} source
 */
async function refreshKept(source) {
  const { id } = source;
  await refresh();
  const place = (id && document.getElementById(id)) || document.getElementById("learning");
  place?.focus();
}

/**
 * @param {HTMLElement} source
 * @param {string} what
 * @param {unknown} body
 * @returns {Promise<{words: string, kind: string}>}
 */
function send(source, what, body) {
  return askJson(`/api/v1/exchanges/${source.dataset["id"]}/learning${what}`, { method: "POST", body, demo: false });
}
