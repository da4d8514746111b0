/** When the learner was last here: kept in this browser alone, as two moments. */

import { showFragment } from "./fragments.js";
import { askText, Refused, ServerAway } from "./server.js";

const KEPT = "skilltrail.visit";
/** A pause after which coming back is another visit. */
const PAUSE = 30 * 60 * 1000;

/** @typedef {{last: number, before: number | null}} Visit `last`: seen last; `before`: when the visit before this one ended */

/** Notes that the learner is here. */
export function noteVisit() {
  const now = Date.now();
  const known = visit();
  const before = known && now - known.last > PAUSE ? known.last : (known?.before ?? null);
  localStorage.setItem(KEPT, JSON.stringify({ last: now, before }));
}

/**
 * Fills the home page's place for what happened since the last visit.
 * @param {Element} host
 */
export async function showSince(host) {
  const place = /** @type {HTMLElement | null} */ (host.querySelector("[data-since]"));
  if (!place) return;
  const wanted = new URLSearchParams(place.dataset["since"]);
  const before = visit()?.before;
  if (before) wanted.set("at", new Date(before).toISOString());
  try {
    const html = await askText(`/fragments/since?${wanted}`);
    if (place.isConnected) showFragment(place, html);
  } catch (fault) {
    if (!(fault instanceof Refused) && !(fault instanceof ServerAway)) throw fault;
    // The page says all else; what happened lately comes with its next refresh.
    place.replaceChildren();
  }
}

/** @returns {Visit | null} */
function visit() {
  try {
    const found = JSON.parse(localStorage.getItem(KEPT) ?? "null");
    return typeof found?.last === "number" ? found : null;
  } catch {
    return null;
  }
}
