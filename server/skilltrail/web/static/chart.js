/** A page's picture and its table twin: the table is there at once, the picture follows when it is drawn. */

import { showFragment } from "./fragments.js";
import { ask, Refused, ServerAway } from "./server.js";

const CHOICE = "skilltrail.twin";
const NARROW = matchMedia("(max-width: 46rem)");
const AGAIN_AFTER = 400;

/** @type {ReturnType<typeof setTimeout> | undefined} */
let again;

/** @param {() => void} changed */
export function watchWidth(changed) {
  NARROW.addEventListener("change", changed);
}

/**
 * Loads the picture for a page that has a place for it.
 * @param {Element} host
 */
export async function drawChart(host) {
  clearTimeout(again);
  const place = /** @type {HTMLElement | null} */ (host.querySelector("[data-chart]"));
  if (!place) return;
  arrange(place);
  try {
    const response = await ask(`${place.dataset["chartPath"] ?? "/fragments/timeline-chart"}?${address(place)}`);
    if (response.status === 202) {
      // The model process is starting; the table says the same meanwhile.
      again = setTimeout(() => void drawChart(host), AGAIN_AFTER);
      return;
    }
    const html = await response.text();
    if (!place.isConnected) return;
    showFragment(place, html);
    place.setAttribute("data-drawn", "");
  } catch (fault) {
    if (!(fault instanceof Refused) && !(fault instanceof ServerAway)) throw fault;
    // Without a picture the table stays: nothing is missing but the look.
    again = setTimeout(() => void drawChart(host), AGAIN_AFTER * 25);
  }
  arrange(place);
}

/**
 * The learner chose picture or table.
 * @param {HTMLElement} button
 */
export function chooseTwin(button) {
  localStorage.setItem(CHOICE, button.dataset["show"] ?? "picture");
  const place = /** @type {HTMLElement | null} */ (document.querySelector("[data-chart]"));
  if (place) arrange(place);
}

/** @param {HTMLElement} place */
function address(place) {
  const wanted = new URLSearchParams(place.dataset["chart"]);
  if (NARROW.matches) wanted.set("narrow", "1");
  return wanted.toString();
}

/** @param {HTMLElement} place */
function arrange(place) {
  const choice = localStorage.getItem(CHOICE) ?? "picture";
  const section = place.closest("[data-twin]");
  const drawn = place.hasAttribute("data-drawn");
  section?.setAttribute("data-twin", drawn || choice === "table" ? choice : "both");
  for (const button of section?.querySelectorAll("[data-show]") ?? []) {
    button.setAttribute("aria-pressed", String(button.getAttribute("data-show") === choice));
  }
}
