/** What stands in the main part of the page: a fragment, or a state with what to do. */

import { announce } from "./announce.js";
import { drawChart, watchWidth } from "./chart.js";
import { refreshPreview } from "./exporting.js";
import { refreshFragment, showFragment } from "./fragments.js";
import { fitNav, watchNav } from "./nav.js";
import { loadParts } from "./parts.js";
import { placeOf } from "./router.js";
import { restoreSearch } from "./search.js";
import { askText, inDemo, Refused, ServerAway } from "./server.js";
import { dropToken, token } from "./session.js";
import { showLock } from "./unlock.js";
import { noteVisit, showSince } from "./visits.js";
import { fromTemplate, word } from "./words.js";

/** Counts openings, so that a slow answer never overwrites a page opened after it. */
let opening = 0;
/** The last opening whose page has come: until then what is shown is the page before, and must not come back. */
let arrived = 0;
/** The fragment that is shown, "" for a state. */
let shown = "";

/** @returns {HTMLElement} */
function host() {
  return /** @type {HTMLElement} */ (document.getElementById("view"));
}

/** @typedef {{revision: number, live: boolean, staleAfter: number, polls: string | null}} ShownPage `staleAfter` in ms */

/** @returns {ShownPage | null} what the shown page says about itself */
export function shownPage() {
  const root = shown ? host().firstElementChild : null;
  if (!root) return null;
  const revision = Number(root.getAttribute("data-revision") ?? "-1");
  const seconds = Number(root.getAttribute("data-live") ?? "0");
  return { revision, live: seconds > 0, staleAfter: seconds * 1000, polls: root.getAttribute("data-poll") };
}

/**
 * Opens what the address names.
 * @param {"start" | "link" | "history"} how
 */
export async function open(how) {
  opening += 1;
  const own = opening;
  const place = placeOf(location);
  markPlace(place?.nav ?? "");
  if (!token()) return showState("state-signin");
  if (!place) return showState("state-missing");
  const slow = setTimeout(() => own === opening && host().setAttribute("aria-busy", "true"), 150);
  try {
    const html = await askText(place.fragment);
    if (own !== opening) return undefined;
    showFragment(host(), html);
    shown = place.fragment;
    arrived = own;
    afterShow(how);
  } catch (fault) {
    if (own === opening) showFault(fault);
  } finally {
    clearTimeout(slow);
    if (own === opening) host().removeAttribute("aria-busy");
  }
  return undefined;
}

/** Brings the shown page up to date without a jump. */
export async function refresh() {
  if (!shown || arrived !== opening) return;
  const own = opening;
  const html = await askText(shown);
  if (own !== opening || !shown) return;
  refreshFragment(host(), html);
  noteVisit();
  drawChart(host());
  void showSince(host());
  loadParts(host());
}

/**
 * Shows one of the shell's states.
 * @param {string} id
 * @param {Record<string, string>} [slots]
 */
export function showState(id, slots = {}) {
  shown = "";
  // The state says it larger than the banner over an old page would.
  document.querySelector(".banner.warn")?.remove();
  host().replaceChildren(fromTemplate(id, slots));
  afterShow("start");
}

/** @param {unknown} fault */
export function showFault(fault) {
  if (fault instanceof ServerAway) return showState("state-away");
  if (!(fault instanceof Refused)) throw fault;
  if (fault.code === "not_paired" || fault.status === 401) {
    dropToken();
    return showState("state-signin");
  }
  if (fault.code === "key_unavailable") return void showLock();
  if (fault.status === 404) return showState("state-missing");
  const reference = fault.reference ? `(${fault.code}, ${fault.reference})` : "";
  return showState("state-fault", { detail: fault.message || word("failed"), reference });
}

/** @param {"start" | "link" | "history"} how */
function afterShow(how) {
  const title = host().firstElementChild?.getAttribute("data-title") ?? "";
  document.title = title ? `${title} · Skilltrail` : "Skilltrail";
  if (how === "link") {
    scrollTo(0, 0);
    document.getElementById("main")?.focus({ preventScroll: true });
  }
  if (how !== "start") announce(title);
  const named = location.hash ? document.getElementById(location.hash.slice(1)) : null;
  if (named instanceof HTMLDetailsElement) named.open = true;
  named?.scrollIntoView();
  noteVisit();
  drawChart(host());
  void showSince(host());
  refreshPreview(host());
  loadParts(host());
  restoreSearch();
}

/** @param {string} nav */
function markPlace(nav) {
  const demo = inDemo();
  const menu = /** @type {HTMLElement} */ (document.getElementById("nav"));
  menu.hidden = !token();
  const box = /** @type {HTMLElement} */ (document.getElementById("search-box"));
  // On its own page the field stands there already.
  box.hidden = !token() || nav === "search";
  for (const link of [...menu.querySelectorAll("a"), ...box.querySelectorAll("a")]) {
    const path = (link.getAttribute("href") ?? "/").replace(/^\/demo(?=\/)/, "");
    link.setAttribute("href", demo ? `/demo${path}` : path);
    if (link.dataset["nav"] === nav) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  document.documentElement.classList.toggle("is-demo", demo);
  fitNav();
}

watchNav();
watchWidth(() => drawChart(host()));
