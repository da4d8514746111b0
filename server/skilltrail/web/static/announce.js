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
