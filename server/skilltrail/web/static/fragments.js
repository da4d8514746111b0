/**
 * The only door through which HTML enters the page. The server renders and sanitises it; here it passes once more through
 * the browser's own sanitiser with our allow-list, or, where that is missing, through one named Trusted Types policy.
 */

const SVG = "http://www.w3.org/2000/svg";

const HTML_ELEMENTS = [
  "a", "article", "aside", "b", "bdi", "blockquote", "br", "button", "caption", "code", "dd", "details", "div", "dl", "dt", "em",
  "fieldset", "figcaption", "figure", "form", "h1", "h2", "h3", "h4", "header", "hr", "input", "label", "legend", "li", "mark", "nav", "ol",
  "option", "p", "pre", "progress", "s", "section", "select", "span", "strong", "summary", "table", "tbody", "td", "th", "thead",
  "textarea", "time", "tr", "ul",
];
const SVG_ELEMENTS = ["svg", "g", "path", "line", "rect", "circle", "text", "tspan", "title", "a"];
const ATTRIBUTES = [
  "aria-checked", "aria-current", "aria-describedby", "autocomplete", "aria-hidden", "aria-label", "aria-labelledby", "aria-live", "aria-pressed", "aria-sort", "checked", "class", "colspan", "cx", "cy",
  "d", "datetime", "dir", "fill", "fill-opacity", "font-size", "font-weight", "for", "height", "hidden", "href", "id", "lang", "max", "maxlength", "name",
  "opacity", "open", "preserveAspectRatio", "r", "rel", "role", "rows", "rx", "scope", "selected", "spellcheck", "start", "stroke", "stroke-dasharray",
  "stroke-linecap", "stroke-linejoin", "stroke-opacity", "stroke-width", "tabindex", "target", "text-anchor", "title", "transform", "type", "value",
  "viewBox", "width", "x", "x1", "x2", "y", "y1", "y2",
];

const SANITIZER = {
  elements: [...HTML_ELEMENTS, ...SVG_ELEMENTS.map((name) => ({ name, namespace: SVG }))],
  attributes: ATTRIBUTES,
  dataAttributes: true,
};

/** @type {WeakMap<Element, Node>} each part as it came, before the learner opened or scrolled anything in it */
const asItCame = new WeakMap();

/** @typedef {{createHTML: (html: string) => unknown}} Policy */
/** @type {Policy | null} */
let policy = null;

/**
 * @param {Element} host
 * @param {string} html
 */
function fill(host, html) {
  const target = /** @type {any} */ (host);
  if (typeof target.setHTML === "function") {
    target.setHTML(html, { sanitizer: SANITIZER });
    return;
  }
  const makers = /** @type {any} */ (globalThis).trustedTypes;
  policy ??= makers ? makers.createPolicy("skilltrail", { createHTML: (/** @type {string} */ text) => text }) : null;
  target.innerHTML = policy ? policy.createHTML(html) : html;
}

/**
 * @param {string} html
 * @returns {HTMLElement} a holder outside the page
 */
function parsed(html) {
  const raw = document.createElement("div");
  fill(raw, html);
  const holder = document.createElement("div");
  // Chromium 150 leaves <details>, <progress> and the like from setHTML without their inner works; copies have them.
  holder.append(...[...raw.childNodes].map((node) => document.importNode(node, true)));
  for (const part of partsOf(holder)) asItCame.set(part, part.cloneNode(true));
  return holder;
}

/** @param {Element} host */
function partsOf(host) {
  return [...host.querySelectorAll("[data-part]")];
}

/**
 * Puts a fragment in place of what `host` holds.
 * @param {Element} host
 * @param {string} html
 */
export function showFragment(host, html) {
  host.replaceChildren(...parsed(html).childNodes);
}

/**
 * Adds a fragment after what `host` holds.
 * @param {Element} host
 * @param {string} html
 * @returns {Element | null} the first element added
 */
export function appendFragment(host, html) {
  const nodes = [...parsed(html).childNodes];
  host.append(...nodes);
  return /** @type {Element | null} */ (nodes.find((node) => node instanceof Element) ?? null);
}

/**
 * Brings a shown fragment up to date: only parts that differ are exchanged, and focus, opened details and scroll stay.
 * @param {Element} host
 * @param {string} html
 * @returns {boolean} whether anything changed
 */
export function refreshFragment(host, html) {
  const fresh = parsed(html);
  const [before, after] = [partsOf(host), partsOf(fresh)];
  const names = (/** @type {Element[]} */ parts) => parts.map((part) => part.getAttribute("data-part")).join(" ");
  if (names(before) !== names(after)) {
    keepingFocus(host, () => host.replaceChildren(...fresh.childNodes));
    return true;
  }
  let changed = false;
  before.forEach((part, index) => {
    const next = /** @type {Element} */ (after[index]);
    // A list that the learner made longer stays as it is: exchanging it would take away what they are reading.
    if (part.hasAttribute("data-grown") || asItCame.get(part)?.isEqualNode(/** @type {Node} */ (asItCame.get(next)))) return;
    keepingFocus(part, () => part.replaceWith(next), next);
    changed = true;
  });
  const [root, newRoot] = [host.firstElementChild, fresh.firstElementChild];
  // How soon it must be asked for again is news too: what has begun to run changes by the second.
  for (const name of ["data-revision", "data-live"]) root?.setAttribute(name, newRoot?.getAttribute(name) ?? "");
  return changed;
}

/**
 * @param {Element} old
 * @param {() => void} exchange
 * @param {Element} [next] what stands in its place afterwards; by default `old` itself
 */
function keepingFocus(old, exchange, next = old) {
  const focused = document.activeElement && old.contains(document.activeElement) ? document.activeElement : null;
  const opened = [...old.querySelectorAll("details[id][open]")].map((details) => details.id);
  exchange();
  for (const id of opened) next.querySelector(`#${CSS.escape(id)}`)?.setAttribute("open", "");
  if (focused) sameElement(next, focused)?.focus({ preventScroll: true });
}

/**
 * @param {Element} host
 * @param {Element} lost
 * @returns {HTMLElement | null}
 */
function sameElement(host, lost) {
  const href = lost.getAttribute("href");
  const byId = lost.id ? host.querySelector(`#${CSS.escape(lost.id)}`) : null;
  return /** @type {HTMLElement | null} */ (byId) ?? (href ? host.querySelector(`a[href="${CSS.escape(href)}"]`) : null);
}
