/** Parts of a page that take a while are fetched after it is shown. */

import { showFragment } from "./fragments.js";
import { askText, Refused, ServerAway } from "./server.js";
import { word } from "./words.js";

/** @param {Element} host */
export function loadParts(host) {
  for (const place of host.querySelectorAll("[data-load]")) void load(place);
}

/** @param {Element} place */
async function load(place) {
  const path = place.getAttribute("data-load") ?? "";
  place.removeAttribute("data-load");
  try {
    showFragment(place, await askText(path));
  } catch (fault) {
    if (!(fault instanceof Refused) && !(fault instanceof ServerAway)) throw fault;
    place.textContent = fault.message || word("failed");
  }
}
