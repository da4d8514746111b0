/** Backups, restores and the key of the history: what the settings' forms do. */

import { notify } from "./announce.js";
import { saveText } from "./exporting.js";
import { showFragment } from "./fragments.js";
import { askJson, askText, Refused } from "./server.js";
import { refresh } from "./view.js";
import { fromTemplate, word } from "./words.js";

/** A copy of ten years takes a minute or two; a slow disk takes its time. */
const PATIENCE = 1_800_000;

/**
 * Sends a form's fields; its button waits meanwhile, and what the service says against it stands in the form.
 * @param {HTMLFormElement} form
 * @param {string} path
 * @param {{method?: string, body: unknown}} question
 * @returns {Promise<any>} null when it was refused
 */
export async function sendForm(form, path, { method = "POST", body }) {
  const button = form.querySelector("button:not([type=button])");
  button?.setAttribute("disabled", "");
  complain(form, "");
  try {
    return await askJson(path, { method, body, demo: false, patience: PATIENCE });
  } catch (fault) {
    if (!(fault instanceof Refused) || fault.status === 401) throw fault;
    complain(form, fault.message || word("failed"));
    return null;
  } finally {
    button?.removeAttribute("disabled");
  }
}

/**
 * @param {HTMLFormElement} form
 * @param {string} words nothing takes the complaint away
 * @param {string} role "" where it is said aloud elsewhere
 */
export function complain(form, words, role = "alert") {
  form.querySelector(".complaint")?.remove();
  if (!words) return;
  const line = document.createElement("p");
  line.className = "complaint";
  if (role) line.setAttribute("role", role);
  line.textContent = words;
  form.append(line);
}

/**
 * @param {HTMLFormElement} form
 * @param {string} name
 * @returns {string | null} what was typed; null where the form has no such field or it is empty
 */
export function typed(form, name) {
  const value = new FormData(form).get(name);
  return typeof value === "string" && value ? value : null;
}

/**
 * @param {HTMLFormElement} form with new_passphrase and again
 * @returns {boolean} whether the two are the same; if not, the form says so
 */
export function agrees(form) {
  const same = typed(form, "new_passphrase") === typed(form, "again");
  complain(form, same ? "" : word("not-the-same"));
  return same;
}

/** @param {HTMLFormElement} form */
export async function moveKey(form) {
  const place = form.dataset["place"];
  if (place === "passphrase" && !agrees(form)) return;
  const body = { place, passphrase: typed(form, "passphrase"), new_passphrase: typed(form, "new_passphrase") };
  if (await sendForm(form, "/api/v1/key", { method: "PUT", body })) await done(form, "done");
}

/** @param {HTMLFormElement} form */
export async function changeKey(form) {
  const body = { passphrase: typed(form, "passphrase") };
  if (await sendForm(form, "/api/v1/key/change", { body })) await done(form, "key-changed");
}

/** @param {HTMLFormElement} form */
export async function makeRecoveryKey(form) {
  const answer = await sendForm(form, "/api/v1/key/recovery", { body: { passphrase: typed(form, "passphrase") } });
  if (!answer) return;
  const shown = fromTemplate("recovery-key", { key: answer.recovery_key });
  // A refresh of the page must not take away what is shown once.
  form.closest("[data-part]")?.setAttribute("data-grown", "");
  shown.querySelector("[data-action=copy]")?.setAttribute("data-copy", answer.recovery_key);
  form.replaceWith(shown);
  shown.querySelector("h3")?.focus();
}

/** @param {HTMLElement} button */
export function saveRecoveryKey(button) {
  const paper = button.closest(".recovery-paper");
  const lines = [...(paper?.querySelectorAll("[data-line]") ?? [])].map((line) => line.textContent ?? "");
  saveText("skilltrail-recovery-key.txt", `${lines.join("\n\n")}\n`);
}

export function printRecoveryKey() {
  document.documentElement.classList.add("printing-key");
  print();
  document.documentElement.classList.remove("printing-key");
}

/** @param {HTMLElement} button */
export async function keptRecoveryKey(button) {
  button.closest("[data-part]")?.removeAttribute("data-grown");
  button.closest(".recovery-paper")?.remove();
  notify(word("done"));
  await refresh();
}

/** @param {HTMLElement} button */
export async function backUp(button) {
  button.setAttribute("disabled", "");
  notify(word("backing-up"));
  try {
    await askJson("/api/v1/backups", { method: "POST", demo: false, patience: PATIENCE });
  } finally {
    button.removeAttribute("disabled");
  }
  notify(word("backed-up"));
  await refresh();
}

/** @param {HTMLElement} button */
export async function planRestore(button) {
  const host = /** @type {HTMLElement | null} */ (button.parentElement?.querySelector(".plan"));
  if (!host) return;
  showFragment(host, await askText(button.dataset["href"] ?? ""));
  button.closest("[data-part]")?.setAttribute("data-grown", "");
  /** @type {HTMLElement | null} */ (host.querySelector("input, button"))?.focus();
}

/** @param {HTMLElement} button */
export function leaveRestore(button) {
  const row = button.closest("li");
  row?.querySelector(".plan")?.replaceChildren();
  if (!document.querySelector(".plan > *")) button.closest("[data-part]")?.removeAttribute("data-grown");
  /** @type {HTMLElement | null | undefined} */ (row?.querySelector("[data-action=restore-plan]"))?.focus();
}

/** @param {HTMLFormElement} form */
export async function restore(form) {
  notify(word("restoring"));
  const body = { passphrase: typed(form, "passphrase"), recovery_key: typed(form, "recovery_key") };
  const told = await sendForm(form, form.dataset["href"] ?? "", { body });
  if (told) await done(form, told["identity"] ? "restored-identity" : "restored");
}

/**
 * Says that a form was carried out, and shows the page anew.
 * @param {HTMLFormElement} form
 * @param {string} name of the word to say
 */
export async function done(form, name) {
  form.closest("[data-part]")?.removeAttribute("data-grown");
  notify(word(name));
  await refresh();
}
