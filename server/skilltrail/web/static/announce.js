/** Says what happened: to screen readers always, to the eye where it matters. */

/**
 * For screen readers: a page was opened.
 * @param {string} text
 */
export function announce(text) {
  const place = document.getElementById("announcer");
  if (place) place.textContent = text;
}

/**
 * For everyone: the result of an action that can be taken back, with a button for it; shown for ten seconds.
 * @param {string} text
 * @param {string} label
 * @param {() => unknown} act
 */
export function offer(text, label, act) {
  document.querySelector(".toast")?.remove();
  const toast = document.createElement("div");
  toast.className = "toast with-offer";
  toast.setAttribute("role", "region");
  toast.setAttribute("aria-label", text);
  const words = document.createElement("span");
  words.textContent = text;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button small";
  button.textContent = label;
  /** @type {Element | null} where the focus was before it came here */
  let from = null;
  toast.addEventListener("focusin", ({ relatedTarget }) => (from ??= relatedTarget instanceof Element ? relatedTarget : null));
  button.addEventListener("click", async () => {
    toast.remove();
    await act();
    if (document.activeElement === document.body) goBack(from);
  });
  toast.append(words, button);
  document.body.append(toast);
  announce(`${text} ${label}?`);
  const timer = setTimeout(() => toast.remove(), 10_000);
  // Whoever has reached the button is not to lose it under the finger.
  for (const kind of ["focusin", "pointerenter"]) toast.addEventListener(kind, () => clearTimeout(timer));
}

/**
 * The button that was pressed is gone: the focus goes where it was before, or to the page.
 * @param {Element | null} from
 */
function goBack(from) {
  const place = from?.isConnected ? from : document.getElementById(from?.id || "main");
  /** @type {HTMLElement | null} */ (place ?? document.getElementById("main"))?.focus({ preventScroll: true });
}

/**
 * For everyone: the result of an action, shown for a few seconds.
 * @param {string} text
 */
export function notify(text) {
  document.querySelector(".toast")?.remove();
  const toast = document.createElement("p");
  toast.className = "toast";
  toast.textContent = text;
  // The announcer says it; read from here it would be said twice, and outside of every part of the page.
  toast.setAttribute("aria-hidden", "true");
  document.body.append(toast);
  announce(text);
  setTimeout(() => toast.remove(), 5000);
}
