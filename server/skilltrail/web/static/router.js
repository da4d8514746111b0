/** Addresses of the dashboard and the fragment that each shows. */

/** @typedef {{fragment: string, nav: string}} Place */

const PLACES = [
  { pattern: /^\/$/, fragment: "/fragments/home", nav: "home" },
  { pattern: /^\/timeline$/, fragment: "/fragments/timeline", nav: "timeline" },
  { pattern: /^\/skills$/, fragment: "/fragments/skills", nav: "skills" },
  { pattern: /^\/topics\/log$/, fragment: "/fragments/topic-log", nav: "timeline" },
  { pattern: /^\/topics\/hidden$/, fragment: "/fragments/hidden-topics", nav: "timeline" },
  { pattern: /^\/search$/, fragment: "/fragments/search", nav: "search" },
  { pattern: /^\/topics\/([\w-]+)$/, fragment: "/fragments/topics/$1", nav: "timeline" },
  { pattern: /^\/claims$/, fragment: "/fragments/claims", nav: "skills" },
  { pattern: /^\/exchanges\/(\d+)$/, fragment: "/fragments/exchanges/$1", nav: "timeline" },
  { pattern: /^\/verify$/, fragment: "/fragments/verify", nav: "portfolio" },
  { pattern: /^\/review$/, fragment: "/fragments/review", nav: "review" },
  { pattern: /^\/evidence$/, fragment: "/fragments/evidence", nav: "skills" },
  { pattern: /^\/clients$/, fragment: "/fragments/clients", nav: "clients" },
  { pattern: /^\/clients\/(\w+)$/, fragment: "/fragments/clients/$1", nav: "clients" },
  { pattern: /^\/portfolio$/, fragment: "/fragments/portfolios", nav: "portfolio" },
  { pattern: /^\/portfolio\/(\d+)$/, fragment: "/fragments/portfolios/$1", nav: "portfolio" },
  { pattern: /^\/spot-check$/, fragment: "/fragments/spot-check", nav: "portfolio" },
  { pattern: /^\/export$/, fragment: "/fragments/export", nav: "export" },
  { pattern: /^\/health$/, fragment: "/fragments/health", nav: "health" },
  { pattern: /^\/settings$/, fragment: "/fragments/settings", nav: "settings" },
  { pattern: /^\/forget$/, fragment: "/fragments/forget", nav: "settings" },
  { pattern: /^\/redactions$/, fragment: "/fragments/redactions", nav: "settings" },
  { pattern: /^\/imports$/, fragment: "/fragments/imports", nav: "imports" },
  { pattern: /^\/imports\/(\d+)$/, fragment: "/fragments/imports/$1", nav: "imports" },
  { pattern: /^\/pair$/, fragment: "/fragments/pair", nav: "settings" },
];

/**
 * @param {Location | URL} address
 * @returns {Place | null} null when no page has this address
 */
export function placeOf(address) {
  const path = address.pathname.replace(/^\/demo(?=\/|$)/, "") || "/";
  for (const place of PLACES) {
    if (place.pattern.test(path)) {
      return { fragment: path.replace(place.pattern, place.fragment) + searchOf(address), nav: place.nav };
    }
  }
  return null;
}

/**
 * The query, with the entry that the address names after "#": of long lists the service gives the part that holds it.
 * @param {Location | URL} address
 */
function searchOf(address) {
  const entry = /^#entry-(\d{1,9})$/.exec(address.hash)?.[1];
  if (!entry) return address.search;
  return `${address.search}${address.search ? "&" : "?"}entry=${entry}`;
}

/**
 * Shows another page without loading the shell again.
 * @param {string} address
 */
export function navigate(address) {
  history.pushState(null, "", address);
  dispatchEvent(new CustomEvent("skilltrail:moved"));
}

/** @param {(kind: "link" | "history") => void} moved */
export function followMoves(moved) {
  addEventListener("skilltrail:moved", () => moved("link"));
  addEventListener("popstate", () => moved("history"));
  document.addEventListener("click", (event) => {
    const link = ownLink(event);
    if (!link) return;
    event.preventDefault();
    // A short message belongs to the page that is left.
    document.querySelector(".toast:not(.with-offer)")?.remove();
    navigate(link);
  });
}

/**
 * The address of a plainly clicked link to one of our pages; links in charts are SVG links.
 * @param {MouseEvent} event
 * @returns {string | null}
 */
function ownLink(event) {
  const link = event.target instanceof Element ? event.target.closest("a[href]:not([target], [data-native])") : null;
  if (!link || !isPlain(event)) return null;
  const url = new URL(link.getAttribute("href") ?? "", location.href);
  if (url.origin !== location.origin || !placeOf(url)) return null;
  return url.pathname + url.search + url.hash;
}

/** @param {MouseEvent} event */
function isPlain(event) {
  const held = event.metaKey || event.ctrlKey || event.shiftKey || event.altKey;
  return event.button === 0 && !held && !event.defaultPrevented;
}
