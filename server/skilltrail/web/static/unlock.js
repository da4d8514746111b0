/** The unlock page: shown while the service cannot open the history without the learner. */

import { agrees, complain, sendForm, typed } from "./keeping.js";
import { askJson, ServerAway } from "./server.js";
import { keepToken } from "./session.js";
import { open, showState } from "./view.js";

const EVERY = 2000;

/** @returns {Promise<boolean>} whether the service is there and its history is locked */
export async function isLocked() {
  try {
    return (await askJson("/api/v1/hello", { demo: false, patience: 5000 })).state === "locked";
  } catch (fault) {
    if (fault instanceof ServerAway) return false;
    throw fault;
  }
}

/** @returns {boolean} whether the unlock page stands there; until it is answered there is nothing else to ask for */
export function lockIsShown() {
  return document.querySelector("form[data-action=unlock]") !== null;
}

/** @typedef {{words: string, passphrase: boolean, recovery: boolean, renew: boolean}} Standing */

/** Shows why it is locked and what opens it, until it is open. */
export async function showLock() {
  // Shown again, it would take away what the learner has typed.
  if (lockIsShown()) return;
  const standing = await askJson("/api/v1/lock", { demo: false });
  showState("state-locked", { words: standing.words });
  document.getElementById("nav")?.setAttribute("hidden", "");
  offer(standing);
  watch();
}

/** @param {Standing} standing */
function offer({ passphrase, recovery, renew }) {
  const offered = new Map(Object.entries({ passphrase, recovery, renew, waiting: !passphrase, nothing: !passphrase && !recovery }));
  const parts = document.querySelectorAll("#view [data-when]");
  for (const part of parts) if (!offered.get(part.getAttribute("data-when") ?? "")) part.remove();
  if (!passphrase) document.querySelector("#view details")?.setAttribute("open", "");
  /** @type {HTMLElement | null} */ (document.querySelector("#view input, #view textarea"))?.focus();
}

/** It may be unlocked at the terminal or in another tab. */
function watch() {
  setTimeout(async () => {
    if (!lockIsShown()) return;
    if (document.hidden || (await isLocked())) watch();
    else await open("start");
  }, EVERY);
}

/** @param {HTMLFormElement} form */
export async function unlock(form) {
  const recoveryKey = (await savedKey(form)) ?? typed(form, "recovery_key");
  if (recoveryKey && form.querySelector("[name=new_passphrase]") && !agrees(form)) return;
  const body = {
    passphrase: recoveryKey ? null : typed(form, "passphrase"),
    recovery_key: recoveryKey,
    new_passphrase: typed(form, "new_passphrase"),
  };
  const answer = await sendForm(form, "/api/v1/lock", { body });
  if (!answer) return;
  complain(form, "");
  keepToken(answer.token);
  await open("start");
}

/**
 * @param {HTMLFormElement} form
 * @returns {Promise<string | null>} the text of the saved recovery key, if one was chosen
 */
async function savedKey(form) {
  const file = new FormData(form).get("file");
  return file instanceof File && file.size ? file.slice(0, 4000).text() : null;
}
