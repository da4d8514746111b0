/**
 * The interface's small pictures: 24 × 24, drawn with one line. Decoration only; words stand beside them.
 */

const SVG = "http://www.w3.org/2000/svg";

/** @type {Readonly<Record<string, string>>} name → path */
const PATHS = Object.freeze({
  alert: "M12 3.5 2.8 19.5h18.4L12 3.5ZM12 10v4.5M12 17.2v.1",
  check: "m4.5 12.5 5 5 10-11",
  clock: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM12 7v5l3.2 2",
  computer: "M4 5h16v11H4zM2.5 20h19M12 16v4",
  cross: "m6 6 12 12M18 6 6 18",
  dash: "M7 12h10",
  discard: "M4 6.5h16M9 6.5V4h6v2.5M6.5 6.5 7.5 20h9l1-13.5M10 10.5v6M14 10.5v6",
  chats: "M4 4.5h16v11.5h-9l-4.5 4V16H4zM8 8.5h8M8 12h5",
  hidden: "m3.5 3.5 17 17M9.9 5.4A9.5 9.5 0 0 1 12 5.2c5.5 0 9 6.8 9 6.8a15 15 0 0 1-2.9 3.7M6.2 7.3A15 15 0 0 0 3 12s3.5 6.8 9 6.8a9 9 0 0 0 3.7-.8M10 10a2.9 2.9 0 0 0 4 4",
  link: "M10 14a4.2 4.2 0 0 0 6 0l3.3-3.3a4.2 4.2 0 0 0-6-6L12 6M14 10a4.2 4.2 0 0 0-6 0l-3.3 3.3a4.2 4.2 0 0 0 6 6L12 18",
  open: "M14 4h6v6M20 4l-9 9M18 14v6H4V6h6",
  pause: "M8.5 5v14M15.5 5v14",
  play: "M8 5v14l11-7L8 5Z",
  retry: "M20 12a8 8 0 1 1-2.6-5.9M20 3.5V8h-4.5",
  settings: "M4 7h9M17 7h3M4 17h3M11 17h9M15 4.5v5M9 14.5v5",
  shield: "M12 3 4.5 6v5.5c0 4.6 3.1 8 7.5 9.5 4.4-1.5 7.5-4.9 7.5-9.5V6L12 3ZM9 12l2.2 2.2L15.3 10",
});

/**
 * @param {string} name
 * @returns {SVGSVGElement}
 */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name] ?? "");
  svg.append(path);
  return svg;
}

/**
 * Put the pictures into a page that names them with `data-icon`.
 *
 * @param {Document} page
 */
export function placeIcons(page) {
  for (const node of page.querySelectorAll("[data-icon]")) node.prepend(icon(node.getAttribute("data-icon") ?? ""));
}
