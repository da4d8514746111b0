/**
 * The search page and the box in the header. What is looked for travels in bodies of requests and in this tab's own
 * history state, never in an address.
 */

import { announce } from "./announce.js";
import { appendFragment, showFragment } from "./fragments.js";
import { askText, inDemo, Refused, ServerAway } from "./server.js";
import { word } from "./words.js";

const PAUSE = 160;
const AGAIN = 2000;

/** @type {AbortController | null} */
let asking = null;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let soon;
let order = "best";

/** @returns {HTMLInputElement | null} */
function field() {
  return /** @type {HTMLInputElement | null} */ (document.getElementById("search-text"));
}

/** Opens the search page with what the header's box holds. @param {HTMLFormElement} form */
export function goSearch(form) {
  const box = /** @type {HTMLInputElement} */ (form.elements.namedItem("query"));
  const text = box.value;
  box.value = "";
  if (field()) return setText(text);
  history.pushState({ search: text }, "", inDemo() ? "/demo/search" : "/search");
  dispatchEvent(new CustomEvent("skilltrail:moved"));
  return undefined;
}

/** The search page was opened: what was looked for here before comes back. */
export function restoreSearch() {
  const input = field();
  if (!input) return;
  order = history.state?.order ?? "best";
  input.value = history.state?.search ?? "";
  input.focus({ preventScroll: true });
  void run(false);
}

/** @param {HTMLFormElement} _form */
export function submitSearch(_form) {
  return run(false);
}

/** @param {HTMLElement} button one that names a whole query */
export function setSearch(button) {
  return setText(button.dataset["query"] ?? "");
}

/** @param {HTMLElement} button */
export function orderSearch(button) {
  order = button.dataset["order"] ?? "best";
  return run(false);
}

/** @param {HTMLElement} button */
export async function moreSearch(button) {
  const html = await askText("/fragments/search-results", { method: "POST", body: { ...wish(), offset: Number(button.dataset["offset"]) } });
  const line = /** @type {Element} */ (button.closest("p"));
  const added = appendFragment(/** @type {Element} */ (line.parentElement), html);
  line.remove();
  /** @type {HTMLElement | null | undefined} */ (added?.querySelector("a"))?.focus();
  announce(word("more-loaded"));
}

/** Listens to typing, to menus and to the key "/". */
export function watchSearch() {
  document.addEventListener("input", (event) => {
    if (event.target !== field()) return;
    clearTimeout(soon);
    soon = setTimeout(() => void run(true), PAUSE);
  });
  document.addEventListener("change", (event) => {
    const menu = event.target;
    if (!(menu instanceof HTMLSelectElement) || !menu.hasAttribute("data-adds") || !menu.value) return;
    const added = menu.value;
    menu.value = "";
    void setText(`${field()?.value.trim() ?? ""} ${added}`.trim(), menu);
  });
  document.addEventListener("keydown", (event) => {
    const held = event.ctrlKey || event.metaKey || event.altKey;
    if (event.key === "/" && !held && !isWriting(event.target)) toField(event);
  });
}

/** Goes to the field, or to the page where it stands. @param {KeyboardEvent} event */
function toField(event) {
  const box = field() ?? /** @type {HTMLElement | null} */ (document.querySelector("#search-box:not([hidden]) input"));
  if (!box) return;
  event.preventDefault();
  if (box.getClientRects().length) box.focus();
  else /** @type {HTMLElement | null} */ (document.querySelector("#search-box a"))?.click();
}

/** @param {EventTarget | null} target */
function isWriting(target) {
  return target instanceof Element && target.closest("input, textarea, select, [contenteditable]") !== null;
}

/**
 * @param {string} text
 * @param {HTMLElement | null} [then] what is focused afterwards
 */
function setText(text, then = field()) {
  const input = field();
  if (input) input.value = text;
  then?.focus();
  return run(false);
}

/** @returns {{query: string, order: string}} */
function wish() {
  return { query: field()?.value ?? "", order };
}

/** @param {boolean} typing the last word may be the beginning of one */
async function run(typing) {
  clearTimeout(soon);
  asking?.abort();
  const own = new AbortController();
  asking = own;
  history.replaceState({ ...history.state, search: wish().query, order }, "");
  try {
    const html = await askText("/fragments/search-results", { method: "POST", body: { ...wish(), typing }, signal: own.signal });
    if (own === asking) show(html);
  } catch (fault) {
    if (fault instanceof DOMException && fault.name === "AbortError") return;
    if (!(fault instanceof Refused) && !(fault instanceof ServerAway)) throw fault;
    announce(fault.message || word("failed"));
  }
}

/** @param {string} html */
function show(html) {
  const host = document.getElementById("search-results");
  if (!host) return;
  const chosen = host.querySelector("[data-order]:focus")?.getAttribute("data-order");
  showFragment(host, html);
  if (chosen) /** @type {HTMLElement | null} */ (host.querySelector(`[data-order="${chosen}"]`))?.focus();
  const found = /** @type {HTMLElement} */ (host.querySelector("[data-found]"));
  announce(found.dataset["found"] ?? "");
  if (found.dataset["again"]) soon = setTimeout(() => void askAgain(host), AGAIN);
}

/**
 * The index fills up meanwhile: what is shown is asked for again, unless somebody reads in it.
 * @param {HTMLElement} host
 */
async function askAgain(host) {
  const isRead = host.querySelector(".more-page") || host.contains(document.activeElement);
  if (field() && !isRead) await run(false);
}
