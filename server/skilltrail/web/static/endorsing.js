/** Endorsements: the page that is sent, and the file that comes back. */

import { notify, offer } from "./announce.js";
import { saveText } from "./exporting.js";
import { askJson } from "./server.js";
import { refresh } from "./view.js";
import { word } from "./words.js";

/** Bytes; the service takes no more either. */
const LARGEST = 262_144;

/** @param {HTMLFormElement} form */
export async function askForEndorsement(form) {
  const fields = new FormData(form);
  const body = {
    topic_id: form.dataset["topic"],
    person: String(fields.get("person")),
    skill: String(fields.get("skill")),
    note: String(fields.get("note")),
    language: String(fields.get("language")),
    allowed: fields.has("allowed"),
    deliverables: fields.getAll("work").map(String),
    since: String(fields.get("since")),
    until: String(fields.get("until")),
  };
  const asked = await send("/endorsements/requests", body);
  saveText(asked.name, asked.page, "text/html");
  form.closest("details")?.removeAttribute("open");
  await told(asked.request.id, word("endorsement-asked"), "endorsements");
}

/** @param {HTMLFormElement} form */
export async function takeEndorsement(form) {
  const file = /** @type {HTMLInputElement} */ (form.querySelector("input[type=file]")).files?.[0];
  const text = /** @type {HTMLTextAreaElement} */ (form.querySelector("textarea")).value;
  if (file && file.size > LARGEST) {
    notify(word("endorsement-none"));
    return;
  }
  const document_ = file ? await file.text() : text;
  const taken = await send("/endorsements", { document: document_, topic_id: form.dataset["topic"] });
  form.reset();
  form.closest("details")?.removeAttribute("open");
  await told(taken.id, word("endorsement-taken"), "endorsements");
}

/** @param {HTMLElement} button */
export async function removeEndorsement(button) {
  const { id = "" } = button.dataset;
  await send(`/endorsements/${id}/remove`, {});
  await told(id, word("entry-removed"), "evidence");
}

/**
 * Shows the new state with a way back, and keeps the focus near.
 * @param {number | string} id
 * @param {string} words
 * @param {string} focus
 */
async function told(id, words, focus) {
  await refresh();
  (document.getElementById(focus) ?? document.getElementById("evidence"))?.focus();
  offer(words, word("undo"), async () => {
    await send(`/endorsements/${id}/undo`, {});
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
