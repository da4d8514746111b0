/**
 * Who has sent a message: one of our own pages, a content script on a listed site, or nobody we
 * listen to.
 */

import { providerOfOrigin } from "../shared/sites.js";

/**
 * @typedef {import("./intake.js").PageSender} PageSender
 * @typedef {{kind: "page"} | {kind: "content", sender: PageSender} | {kind: "stranger"}} Caller
 */

/** @type {Readonly<{kind: "stranger"}>} */
const STRANGER = Object.freeze({ kind: "stranger" });

/**
 * @param {string | undefined} url
 * @returns {string | null}
 */
function originOf(url) {
  return url !== undefined && URL.canParse(url) ? new URL(url).origin : null;
}

/**
 * @param {chrome.runtime.MessageSender} sender
 * @param {{id: string, root: string}} self id and base address of this extension
 * @returns {Caller}
 */
export function callerOf(sender, { id, root }) {
  if (sender.id !== id) return STRANGER;
  if (sender.url?.startsWith(`${root}extension/`)) return { kind: "page" };
  const provider = providerOfOrigin(originOf(sender.url) ?? "");
  // A frame inside a chat page is not the chat page.
  if (provider === null || !sender.tab || sender.frameId !== 0) return STRANGER;
  // `url` is that of the document as it was loaded; the tab knows where the app has gone since.
  const urls = [sender.url, sender.tab.url].filter((url) => url !== undefined);
  const page = sender.documentId ?? `tab-${sender.tab.id}`;
  return { kind: "content", sender: { provider, urls, page, incognito: sender.tab.incognito } };
}
