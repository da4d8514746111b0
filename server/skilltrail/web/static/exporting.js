/** The export page: shows what a file will say before it is saved, and saves it. */

import { notify } from "./announce.js";
import { showFragment } from "./fragments.js";
import { ask, askText, Refused, ServerAway } from "./server.js";
import { word } from "./words.js";

/** @type {AbortController | null} */
let asking = null;

/**
 * Shows the preview of what the form names.
 * @param {Element} host
 */
export async function refreshPreview(host) {
  const body = host.querySelector("#preview-body");
  const form = host.querySelector("form.export");
  if (!body || !(form instanceof HTMLFormElement)) return;
  asking?.abort();
  asking = new AbortController();
  try {
    showFragment(body, await askText(`/fragments/export-preview?${formQuery(form)}`, { signal: asking.signal }));
  } catch (fault) {
    if (fault instanceof DOMException && fault.name === "AbortError") return;
    if (!(fault instanceof Refused) && !(fault instanceof ServerAway)) throw fault;
    body.textContent = fault.message || word("failed");
  }
}

/**
 * @param {HTMLFormElement} form
 * @returns {string} its filled-in fields as a query
 */
export function formQuery(form) {
  const query = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (typeof value === "string" && value) query.set(name, query.has(name) ? `${query.get(name)},${value}` : value);
  return query.toString();
}

/**
 * Fetches a file with the session's credential and hands it to the browser's downloads.
 * @param {HTMLElement} button
 */
export async function download(button) {
  await saveResponse(await ask(button.dataset["href"] ?? ""));
}

/**
 * Hands a file that the service made to the browser's downloads.
 * @param {Response} response
 */
export async function saveResponse(response) {
  const named = /filename="?([\w.-]+)"?/.exec(response.headers.get("Content-Disposition") ?? "")?.[1];
  save(named ?? "skilltrail-export", await response.blob());
}

/**
 * @param {string} name
 * @param {string} text
 * @param {string} [type]
 */
export function saveText(name, text, type = "text/plain") {
  save(name, new Blob([text], { type: `${type};charset=utf-8` }));
}

/**
 * @param {string} name
 * @param {Uint8Array<ArrayBuffer>} bytes
 */
export function saveBytes(name, bytes) {
  save(name, new Blob([bytes], { type: "application/octet-stream" }));
}

/**
 * @param {string} name
 * @param {Blob} content
 */
export function save(name, content) {
  const address = URL.createObjectURL(content);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
  notify(word("saved"));
}
