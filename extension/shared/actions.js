/**
 * What the one button of a problem does. Some need the learner's click, so the page does them.
 */

import { send } from "./send.js";
import { SITE_PATTERNS } from "./sites.js";

/** Everything the manifest asks for; a browser may have withheld or taken back some of it. */
const WANTED = Object.freeze({ origins: chrome.runtime.getManifest().host_permissions ?? [] });

/**
 * @param {string} path inside the extension
 * @returns {Promise<unknown>}
 */
const openPage = (path) => chrome.tabs.create({ url: chrome.runtime.getURL(path) });

/**
 * Must be the first thing after a click: browsers ask only then.
 *
 * @returns {Promise<boolean>}
 */
export function requestPermission() {
  return chrome.permissions.request({ origins: [...WANTED.origins] });
}

/** Reload the chat page that the learner sees, or else the one used last. */
async function reloadChatPage() {
  const tabs = await chrome.tabs.query({ url: [...SITE_PATTERNS] });
  const latest = tabs.sort((a, b) => Number(b.active) - Number(a.active) || (b.lastAccessed ?? 0) - (a.lastAccessed ?? 0))[0];
  if (latest?.id !== undefined) await chrome.tabs.reload(latest.id);
}

/** @type {Readonly<Record<string, () => Promise<unknown>>>} */
const ACTIONS = {
  "welcome.open": () => openPage("extension/welcome/welcome.html"),
  "options.open": () => chrome.runtime.openOptionsPage(),
  "rejected.show": () => openPage("extension/options/options.html#rejected"),
  "permission.request": requestPermission,
  "page.reload": reloadChatPage,
  "extension.reload": async () => chrome.runtime.reload(),
  "delivery.now": () => send("delivery.now"),
};

/**
 * @param {string} message as a problem's action names it
 * @returns {Promise<"done" | "same" | "unknown">} same: tried, and the problem is still there
 */
export async function act(message) {
  const action = ACTIONS[message];
  if (!action) return "unknown";
  const answer = /** @type {{problem?: unknown} | undefined} */ (await action());
  return message === "delivery.now" && answer?.problem ? "same" : "done";
}
