/** The page about what is hidden: own words, allowances, personal data. */

import { notify } from "./announce.js";
import { showFragment } from "./fragments.js";
import { navigate } from "./router.js";
import { askJson, askText, inDemo } from "./server.js";
import { refresh } from "./view.js";
import { word } from "./words.js";

const MARK = /^(?:secret|personal):([a-z0-9_-]{1,40}):([0-9a-f]{4})$/;

/**
 * A mark in an exchange was chosen.
 * @param {HTMLElement} button
 */
export function openMark(button) {
  const base = inDemo() ? "/demo" : "";
  const [, kind, digits] = MARK.exec(button.dataset["mark"] ?? "") ?? [];
  navigate(kind && digits ? `${base}/redactions?kind=${kind}&mark=${digits}` : `${base}/redactions#words`);
}

/** @param {HTMLElement} button */
export async function allowMark(button) {
  const { kind, mark } = button.dataset;
  await askJson("/api/v1/redactions/allowances", { method: "POST", body: { kind, mark }, demo: false });
  await done();
}

/** @param {HTMLElement} button */
export async function disallowMark(button) {
  const { kind, mark } = button.dataset;
  await askJson(`/api/v1/redactions/allowances/${kind}/${mark}`, { method: "DELETE", demo: false });
  await done();
}

/** @param {HTMLFormElement} form */
export async function addOwnWord(form) {
  const added = await askJson("/api/v1/redactions/words", { method: "POST", body: entered(form), demo: false });
  form.reset();
  await refresh();
  await showFound(added.word.id);
}

/** @param {HTMLElement} button */
export async function lookForOwnWord(button) {
  await showFound(Number(button.dataset["id"]));
}

/** @param {HTMLElement} button */
export async function replaceOwnWord(button) {
  button.setAttribute("disabled", "");
  try {
    await askJson(`/api/v1/redactions/words/${button.dataset["id"]}/replace`, { method: "POST", demo: false });
  } finally {
    button.removeAttribute("disabled");
  }
  leaveFound();
  await done();
}

export function leaveFound() {
  document.getElementById("own-word-found")?.replaceChildren();
}

/** @param {HTMLElement} button */
export async function removeOwnWord(button) {
  await askJson(`/api/v1/redactions/words/${button.dataset["id"]}`, { method: "DELETE", demo: false });
  leaveFound();
  await done();
}

/** @param {HTMLElement} button */
export async function maskPersonal(button) {
  const on = button.getAttribute("aria-checked") !== "true";
  await askJson("/api/v1/redactions/personal", { method: "PUT", body: { mask_at_capture: on }, demo: false });
  button.setAttribute("aria-checked", String(on));
}

/** @param {HTMLFormElement} form */
export async function addOwnData(form) {
  await askJson("/api/v1/redactions/own-data", { method: "POST", body: entered(form), demo: false });
  form.reset();
  await done();
}

/** @param {HTMLElement} button */
export async function removeOwnData(button) {
  const value = button.dataset["value"];
  await askJson("/api/v1/redactions/own-data/remove", { method: "POST", body: { value }, demo: false });
  await done();
}

/** @param {number} id */
async function showFound(id) {
  const place = document.getElementById("own-word-found");
  if (!place) return;
  showFragment(place, await askText(`/fragments/redactions/words/${id}`, { demo: false }));
  /** @type {HTMLElement | null} */ (place.querySelector("button"))?.focus();
}

/** @param {HTMLFormElement} form */
function entered(form) {
  return Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, String(value).trim()]));
}

async function done() {
  notify(word("done"));
  await refresh();
}
