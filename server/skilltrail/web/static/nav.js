/** The row of pages in the header: what finds no room in it stands behind one button, in the same order. */

/** @param {string} id */
const part = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

/** Puts as many pages into the row as it holds; the rest, and the place of the one that is open, behind the button. */
export function fitNav() {
  const [row, button, rest] = [part("nav-row"), part("nav-button"), part("nav-rest")];
  if (part("nav").hidden) return;
  const focused = document.activeElement;
  close();
  row.append(...rest.children, button);
  button.hidden = true;
  shrinkSearch(row);
  if (isTooLong(row)) button.hidden = false;
  while (isTooLong(row) && button.previousElementSibling) rest.prepend(button.previousElementSibling);
  button.classList.toggle("holds-current", rest.querySelector("[aria-current]") !== null);
  if (focused instanceof HTMLElement && part("nav").contains(focused)) (rest.contains(focused) ? button : focused).focus();
}

/** Fits the row whenever its room or its letters change, and opens and closes what is behind the button. */
export function watchNav() {
  const [nav, row] = [part("nav"), part("nav-row")];
  const room = /** @type {HTMLElement} */ (nav.parentElement);
  let known = "";
  const observer = new ResizeObserver(() => {
    const now = `${room.clientWidth} ${row.clientHeight}`;
    if (now === known) return;
    known = now;
    fitNav();
  });
  for (const one of [room, row]) observer.observe(one);
  part("nav-button").addEventListener("click", () => (part("nav-rest").hidden ? open() : close()));
  nav.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || part("nav-rest").hidden) return;
    close();
    part("nav-button").focus();
  });
  nav.addEventListener("focusout", (event) => {
    const next = event.relatedTarget;
    if (next instanceof Node && !part("nav-rest").contains(next) && next !== part("nav-button")) close();
  });
  document.addEventListener("click", (event) => {
    if (event.target instanceof Node && !part("nav-button").contains(event.target)) close();
  });
  // Letters that come later are wider.
  void document.fonts?.ready.then(fitNav);
}

/** @param {HTMLElement} row of which what finds no room stands in a second line */
function isTooLong(row) {
  const shown = [...row.children].filter((one) => one instanceof HTMLElement && !one.hidden);
  const tops = shown.map((one) => one.getBoundingClientRect().top);
  return Math.max(...tops) - Math.min(...tops) > 8;
}

/**
 * Where words are longer, the search field gives way first: a page behind a button is harder to find than a field.
 * @param {HTMLElement} row
 */
function shrinkSearch(row) {
  const room = /** @type {HTMLElement} */ (part("nav").parentElement);
  room.classList.remove("tight");
  room.classList.toggle("tight", isTooLong(row));
}

function open() {
  part("nav-rest").hidden = false;
  part("nav-button").setAttribute("aria-expanded", "true");
}

function close() {
  part("nav-rest").hidden = true;
  part("nav-button").setAttribute("aria-expanded", "false");
}
