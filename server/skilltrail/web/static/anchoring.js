/** Anchors of the evidence log: files for an authority, its answer, and where a checkpoint was pushed to. */

import { notify, offer } from "./announce.js";
import { saveBytes, saveText } from "./exporting.js";
import { complain } from "./keeping.js";
import { askJson } from "./server.js";
import { refresh } from "./view.js";
import { word } from "./words.js";

/** Bytes; the service takes no more either. */
const LARGEST = 500_000;

/** @param {HTMLElement} _button */
export async function requestAnchor(_button) {
  const made = await send("/request", {});
  saveText(`${made.stem}.txt`, made.checkpoint);
  saveBytes(`${made.stem}.tsq`, Uint8Array.from(atob(made.query), (sign) => sign.charCodeAt(0)));
  const line = /** @type {HTMLElement} */ (document.getElementById("anchor-send"));
  line.textContent = made.send;
  const size = /** @type {HTMLInputElement} */ (document.getElementById("anchor-size"));
  size.value = String(made.size);
  notify(word("anchor-written"));
}

/** @param {HTMLFormElement} form */
export async function takeAnchor(form) {
  const token = await read(form, "token");
  const certificate = await read(form, "certificate");
  if (token === null || certificate === null) {
    notify(word("anchor-files"));
    return;
  }
  await told(await send("", { token, certificate }), word("anchor-taken"));
}

/** @param {HTMLFormElement} form */
export async function notePush(form) {
  const fields = new FormData(form);
  const body = { address: String(fields.get("address")), size: Number(fields.get("size")) || 0 };
  if (!body.address || !body.size) return complain(form, word("anchor-fields"));
  await told(await send("/pushed", body), word("entry-kept"));
  return undefined;
}

/** @param {HTMLElement} button */
export async function removeAnchor(button) {
  await told(await send(`/${button.dataset["id"]}/remove`, {}), word("entry-removed"), true);
}

/**
 * A chosen file in base64; null where there is none, or one that is too large.
 * @param {HTMLFormElement} form
 * @param {string} name
 */
async function read(form, name) {
  const file = /** @type {HTMLInputElement} */ (form.elements.namedItem(name)).files?.[0];
  if (!file || file.size > LARGEST) return null;
  return btoa([...new Uint8Array(await file.arrayBuffer())].map((byte) => String.fromCharCode(byte)).join(""));
}

/**
 * Shows the new state with a way back.
 * @param {{ id: number }} anchor
 * @param {string} words
 * @param {boolean} [removed]
 */
async function told(anchor, words, removed = false) {
  await refresh();
  document.getElementById("anchors")?.focus();
  offer(words, word("undo"), async () => {
    await send(`/${anchor.id}/${removed ? "undo" : "remove"}`, {});
    await refresh();
  });
}

/**
 * @param {string} path
 * @param {unknown} body
 */
function send(path, body) {
  return askJson(`/api/v1/evidence-log/anchors${path}`, { method: "POST", body, demo: false });
}
