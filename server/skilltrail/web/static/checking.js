/** Checks of answers, on the exchange page and in the review queue: each step acts at once, with a way back. */

import { offer } from "./announce.js";
import { askJson } from "./server.js";
import { refresh } from "./view.js";
import { word } from "./words.js";

/** @param {HTMLElement} button */
export async function sayCheck(button) {
  const { id = "", said = "" } = button.dataset;
  const form = button.closest("form");
  const words = form && ["confirmed", "corrected", "contradicted"].includes(said) ? wordsOf(form) : {};
  const next = neighbour(button);
  button.setAttribute("disabled", "");
  try {
    await send(id, "", { said, ...words });
  } finally {
    button.removeAttribute("disabled");
  }
  await shown(id, word(`said-${said}`), next);
}

/** @param {HTMLFormElement} form */
export async function saveCheckWords(form) {
  const { id = "", said = "" } = form.dataset;
  // Before a result is chosen there is nothing that a source could belong to.
  if (!said) return;
  await send(id, "", { said, ...wordsOf(form) });
  await shown(id, word("check-saved"), null);
}

/** @param {HTMLElement} button */
export async function undoCheck(button) {
  const { id = "" } = button.dataset;
  await undo(id);
}

/** @param {string} id */
async function undo(id) {
  await send(id, "/undo", {});
  await refresh();
  const place = document.getElementById(`review-${id}`)?.querySelector("summary") ?? document.getElementById("check-title");
  /** @type {HTMLElement | null} */ (place ?? document.getElementById("queue-title"))?.focus();
}

/**
 * Shows the new state, offers the way back, and puts the focus where the learner goes on.
 * @param {string} id
 * @param {string} words
 * @param {string | null} next
 */
async function shown(id, words, next) {
  // The answer leaves the queue; an opened form of it must not keep its place.
  document.getElementById(`check-open-${id}`)?.removeAttribute("open");
  await refresh();
  const following = next ? document.getElementById(next)?.querySelector("summary") : null;
  const place = following ?? document.getElementById("check-title") ?? document.getElementById("queue-title");
  /** @type {HTMLElement | null} */ (place)?.focus();
  offer(words, word("undo"), () => undo(id));
}

/**
 * The card in the queue that comes after the one of this button, or else before it.
 * @param {HTMLElement} button
 * @returns {string | null}
 */
function neighbour(button) {
  const card = button.closest(".review-item");
  return (card?.nextElementSibling ?? card?.previousElementSibling)?.id ?? null;
}

/** @param {HTMLFormElement} form */
function wordsOf(form) {
  const data = new FormData(form);
  const dated = String(data.get("dated") ?? "") || null;
  return { source: String(data.get("source") ?? "").trim(), note: String(data.get("note") ?? "").trim(), dated };
}

/**
 * @param {string} id
 * @param {string} what
 * @param {unknown} body
 */
function send(id, what, body) {
  return askJson(`/api/v1/exchanges/${id}/check${what}`, { method: "POST", body, demo: false });
}
