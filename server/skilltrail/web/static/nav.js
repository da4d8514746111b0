/** The row of pages in the header: what finds no room in it stands behind one button, in the same order. */

/** @param {string} id */
const part = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

/** Puts as many pages into the row as it holds; the rest, and the place of the one that is open, behind the button. */
export function fitNav() {
  const [nav, more, rest] = [part("nav"), part("nav-more"), part("nav-rest")];
  if (nav.hidden) return;
  const focused = document.activeElement;
  close();
  nav.append(...rest.children, more);
  more.hidden = true;
  if (isTooLong(nav)) more.hidden = false;
  while (isTooLong(nav) && more.previousElementSibling) rest.prepend(more.previousElementSibling);
  part("nav-button").classList.toggle("holds-current", rest.querySelector("[aria-current]") !== null);
  if (focused instanceof HTMLElement && nav.contains(focused)) (rest.contains(focused) ? part("nav-button") : focused).focus();
}

/** Fits the row whenever its room changes, and opens and closes what is behind the button. */
export function watchNav() {
  const more = part("nav-more");
  let width = 0;
  new ResizeObserver(([entry]) => {
    // Its height changes by what is done here.
    if (!entry || entry.contentRect.width === width) return;
    width = entry.contentRect.width;
    fitNav();
  }).observe(/** @type {Element} */ (part("nav").parentElement));
  part("nav-button").addEventListener("click", () => (part("nav-rest").hidden ? open() : close()));
  more.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || part("nav-rest").hidden) return;
    close();
    part("nav-button").focus();
  });
  more.addEventListener("focusout", (event) => {
    if (event.relatedTarget instanceof Node && !more.contains(event.relatedTarget)) close();
  });
  document.addEventListener("click", (event) => {
    if (event.target instanceof Node && !part("nav-button").contains(event.target)) close();
  });
  // Letters that come later are wider.
  void document.fonts?.ready.then(fitNav);
}

/** @param {HTMLElement} nav */
function isTooLong(nav) {
  return nav.scrollWidth > nav.clientWidth + 1;
}

function open() {
  part("nav-rest").hidden = false;
  part("nav-button").setAttribute("aria-expanded", "true");
}

function close() {
  part("nav-rest").hidden = true;
  part("nav-button").setAttribute("aria-expanded", "false");
}
