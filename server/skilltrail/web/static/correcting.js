/** Correcting topics: each change acts at once, and is followed by a way back. */

import { notify, offer } from "./announce.js";
import { showFragment } from "./fragments.js";
import { ask, askJson, Refused, ServerAway } from "./server.js";
import { open, refresh } from "./view.js";
import { word } from "./words.js";

const AGAIN_AFTER = 400;

/** In ms. Longer only where the topic changes all the while: each time it is divided anew. */
const PARTS_PATIENCE = 180_000;

/** @typedef {{id: number | null, topic_id: string | null, words: string}} Corrected */

/** @param {HTMLFormElement} form */
export async function renameTopic(form) {
  await correctTopic(form, "name", { name: text(form, "name") });
}

/** @param {HTMLElement} button */
export async function renameBack(button) {
  await correctTopic(button, "name", { name: null }, false);
}

/** @param {HTMLElement} button a switch */
export async function keepTopic(button) {
  const kept = button.getAttribute("aria-checked") !== "true";
  await correctTopic(button, "kept", { kept }, kept);
}

/** @param {HTMLElement} button a switch, or "Show again" */
export async function standTopic(button) {
  const standing = button.getAttribute("aria-checked") === "true" ? "shown" : button.dataset["standing"];
  await correctTopic(button, "standing", { standing }, standing !== "shown");
}

/** @param {HTMLElement} button */
export async function colourTopic(button) {
  await correctTopic(button, "colour", { colour: Number(button.dataset["colour"]) });
}

/** @param {HTMLFormElement} form */
export async function areaOfTopic(form) {
  await correctTopic(form, "area", { area: text(form, "area") });
}

/** @param {HTMLFormElement} form */
export async function mergeTopic(form) {
  const other = text(form, "other");
  if (other) await correctTopic(form, "merge", { topics: [other] });
  else notify(word("choose-topic"));
}

/** @param {HTMLElement} button */
export async function divideTopic(button) {
  const place = /** @type {HTMLElement} */ (document.getElementById("topic-parts"));
  button.setAttribute("disabled", "");
  place.textContent = word("looking-for-parts");
  try {
    showFragment(place, await partsWorkedOut(`/fragments/topics/${button.dataset["topic"]}/parts`));
    place.querySelector("h2")?.focus();
  } catch (fault) {
    place.replaceChildren();
    throw fault;
  } finally {
    button.removeAttribute("disabled");
  }
}

/**
 * Asks until the parts are worked out: of a topic with thousands of exchanges that takes some seconds.
 * @param {string} path
 */
async function partsWorkedOut(path) {
  const until = Date.now() + PARTS_PATIENCE;
  while (Date.now() < until) {
    const response = await ask(path);
    if (response.status !== 202) return response.text();
    await new Promise((resolve) => setTimeout(resolve, AGAIN_AFTER));
  }
  throw new Refused(503, { detail: word("parts-given-up") });
}

/** @param {HTMLFormElement} form */
export async function splitTopic(form) {
  const parts = new FormData(form).getAll("part").map(Number);
  if (parts.length === 0) {
    notify(word("tick-part"));
    return;
  }
  await correctTopic(form, "split", { parts });
  leaveParts();
}

export function leaveParts() {
  document.getElementById("topic-parts")?.replaceChildren();
  document.getElementById("divide")?.focus();
}

/** @param {HTMLFormElement} form */
export async function moveChosen(form) {
  await aboutChosen("/api/v1/exchanges/move", { topic: text(form, "topic") || null });
}

/** @param {HTMLFormElement} form */
export async function splitChosen(form) {
  await aboutChosen("/api/v1/exchanges/split", { name: text(form, "name") });
}

/** @param {HTMLFormElement} form on the page of one exchange */
export async function moveShown(form) {
  const body = { exchanges: [Number(form.dataset["id"])], topic: text(form, "topic") || null };
  await correct("/api/v1/exchanges/move", body);
}

/** @param {HTMLElement} button */
export async function undoCorrection(button) {
  await takeBack(Number(button.dataset["id"]));
}

/** Follows what the learner ticks. */
export function watchTicks() {
  document.addEventListener("change", (event) => {
    if (event.target instanceof Element && event.target.matches("input.tick")) countChosen();
  });
}

/** Says how many exchanges are ticked, and shows what can be done with them. */
function countChosen() {
  const count = chosen().length;
  const line = document.getElementById("chosen-count");
  if (!line) return;
  line.textContent = count === 0 ? word("tick-exchanges") : word("ticked").replace("{n}", String(count));
  document.querySelector("[data-when-chosen]")?.toggleAttribute("hidden", count === 0);
  // What is ticked must not go under the learner's hand when the page brings itself up to date.
  line.closest("[data-part]")?.toggleAttribute("data-grown", count > 0);
}

/** @returns {number[]} the exchanges that are ticked */
function chosen() {
  return [.../** @type {NodeListOf<HTMLInputElement>} */ (document.querySelectorAll("input.tick:checked"))].map((box) => Number(box.value));
}

/**
 * @param {string} path
 * @param {Record<string, unknown>} body
 */
async function aboutChosen(path, body) {
  await correct(path, { exchanges: chosen(), ...body });
}

/**
 * @param {HTMLElement} source names the topic
 * @param {string} what
 * @param {Record<string, unknown>} body
 * @param {boolean} [undoable] what takes something back is made again rather than undone
 */
async function correctTopic(source, what, body, undoable = true) {
  await correct(`/api/v1/topics/${source.dataset["topic"]}/${what}`, body, undoable);
}

/**
 * @param {string} path
 * @param {Record<string, unknown>} body
 * @param {boolean} [undoable]
 */
async function correct(path, body, undoable = true) {
  const done = /** @type {Corrected} */ (await askJson(path, { method: "POST", body, demo: false }));
  await showAnew();
  if (done.id === null || !undoable) notify(done.words);
  else offer(done.words, word("undo"), () => attemptUndo(Number(done.id)));
}

/** @param {number} id */
async function takeBack(id) {
  const done = /** @type {Corrected} */ (await askJson(`/api/v1/corrections/${id}/undo`, { method: "POST", demo: false }));
  await showAnew();
  notify(done.words);
}

/** @param {number} id */
async function attemptUndo(id) {
  try {
    await takeBack(id);
  } catch (fault) {
    if (!(fault instanceof Refused) && !(fault instanceof ServerAway)) throw fault;
    notify(fault.message || word("failed"));
  }
}

/** Shows the page as it is now; a topic that is gone shows what to do next. */
async function showAnew() {
  for (const part of document.querySelectorAll("[data-grown]")) part.removeAttribute("data-grown");
  for (const box of /** @type {NodeListOf<HTMLInputElement>} */ (document.querySelectorAll("input.tick:checked"))) box.checked = false;
  countChosen();
  try {
    await refresh();
  } catch (fault) {
    if (!(fault instanceof Refused) || fault.status !== 404) throw fault;
    await open("link");
  }
}

/**
 * @param {HTMLFormElement} form
 * @param {string} name
 */
function text(form, name) {
  return String(new FormData(form).get(name) ?? "").trim();
}
