/** Skill claims: confirming, turning down, choosing and undoing, on the topic page and on the page of all proposals. */

import { announce, notify } from "./announce.js";
import { askJson } from "./server.js";
import { refresh } from "./view.js";
import { word } from "./words.js";

/** Milliseconds without a key until the words are looked for. */
const PAUSE = 300;
/** @type {AbortController | null} the search that is under way */
let searching = null;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let pause;

/** @param {HTMLElement} button */
export async function confirmClaim(button) {
  const { concept, instead, label } = button.dataset;
  const body = { verdict: "confirmed", concept, ...(instead ? { instead_of: instead } : {}) };
  await change(button, "", body, `${word("claim-confirmed")} ${label}`);
}

/** @param {HTMLElement} button */
export async function rejectClaim(button) {
  const { concept } = button.dataset;
  await change(button, "", { verdict: "rejected", concept }, word("claim-rejected"));
}

/** @param {HTMLElement} button */
export async function noneFits(button) {
  await change(button, "", { verdict: "none" }, word("claim-none"));
}

/** @param {HTMLElement} button */
export async function withdrawClaim(button) {
  const { concept } = button.dataset;
  await change(button, "/withdraw", concept ? { concept } : {}, word("claim-withdrawn"));
}

/** @param {HTMLElement} button */
export async function undoClaim(button) {
  await send(button.dataset["topic"] ?? "", "/undo", {});
  document.getElementById("claim-news")?.replaceChildren();
  await refresh();
  notify(word("claim-undone"));
  focusOn(button.dataset["topic"] ?? "");
}

/**
 * Looks for concepts while someone types.
 * @param {HTMLFormElement} form
 */
export function typeConcept(form) {
  clearTimeout(pause);
  pause = setTimeout(() => void searchConcepts(form).catch(() => notify(word("failed"))), PAUSE);
}

/** @param {HTMLFormElement} form */
export async function searchConcepts(form) {
  clearTimeout(pause);
  searching?.abort();
  const own = (searching = new AbortController());
  const query = String(new FormData(form).get("query") ?? "").trim();
  const place = form.parentElement?.querySelector("[data-found]");
  if (!place) return;
  if (!query) return place.replaceChildren();
  try {
    const found = await askJson("/api/v1/concepts/search", { method: "POST", body: { query }, signal: own.signal });
    place.replaceChildren(...rows(found.concepts, form));
  } catch (fault) {
    if (!(fault instanceof DOMException)) throw fault;
  }
}

/** @typedef {{key: string, label: string, framework: string, description: string}} Concept */

/**
 * @param {Concept[]} concepts
 * @param {HTMLFormElement} form
 */
function rows(concepts, form) {
  if (concepts.length) return concepts.map((concept) => row(concept, form));
  const nothing = document.createElement("li");
  nothing.textContent = word("claim-nothing");
  return [nothing];
}

/**
 * @param {Concept} concept
 * @param {HTMLFormElement} form
 */
function row(concept, form) {
  const [line, label, about, button] = ["li", "strong", "p", "button"].map((name) => document.createElement(name));
  if (!line || !label || !about || !(button instanceof HTMLButtonElement)) throw new Error("no elements");
  label.textContent = concept.label;
  about.className = "soft";
  about.textContent = `${concept.framework}. ${concept.description}`;
  button.type = "button";
  button.className = "button small";
  button.textContent = word("claim-choose");
  button.setAttribute("aria-label", `${word("claim-choose")}: ${concept.label}`);
  const chosen = { concept: concept.key, label: concept.label, action: "claim-confirm" };
  Object.assign(button.dataset, form.dataset, chosen);
  line.append(label, about, button);
  return line;
}

/**
 * @param {HTMLElement} button
 * @param {string} what
 * @param {unknown} body
 * @param {string} words
 */
async function change(button, what, body, words) {
  const topic = button.dataset["topic"] ?? "";
  button.setAttribute("disabled", "");
  try {
    await send(topic, what, body);
  } finally {
    button.removeAttribute("disabled");
  }
  // The search and what it found are over with the choice.
  for (const opened of document.querySelectorAll(`details[id^="choose-${CSS.escape(topic)}"], #nearest-${CSS.escape(topic)}`)) {
    opened.removeAttribute("open");
  }
  await refresh();
  tell(words, topic);
  focusOn(topic);
}

/**
 * @param {string} topic
 * @param {string} what
 * @param {unknown} body
 */
function send(topic, what, body) {
  return askJson(`/api/v1/topics/${topic}/claims${what}`, { method: "POST", body, demo: false });
}

/**
 * Says what happened, with a way back.
 * @param {string} words
 * @param {string} topic
 */
function tell(words, topic) {
  const undo = document.createElement("button");
  undo.type = "button";
  undo.className = "button small";
  undo.textContent = word("undo");
  Object.assign(undo.dataset, { action: "claim-undo", topic });
  document.getElementById("claim-news")?.replaceChildren(`${words} `, undo);
  announce(words);
}

/**
 * Focus goes to the next thing to decide: on a list the next proposal, else the section's head.
 * @param {string} topic
 */
function focusOn(topic) {
  const card = document.getElementById(`claim-${topic}`);
  const open = document.querySelector('[data-part="claims-open"] [data-action="claim-confirm"]');
  const own = card?.closest('[data-part="claims-open"]') ? card.querySelector('[data-action="claim-confirm"]') : null;
  const head = document.getElementById("claims") ?? document.getElementById("claims-open");
  /** @type {HTMLElement | null} */ (own ?? open ?? head)?.focus();
}
