// Dresses an excerpt for reading: code in monospace, bold, lists. Not a sign is added, changed or left out; where it is
// in doubt the text stays plain. Elements are built with textContent alone.

const FENCE = /^ {0,3}(`{3,}|~{3,})/;
const ITEM = /^\s{0,8}(?:[-*+]|\d{1,3}[.)])\s/;
const INLINE = /(`[^`\n]+`)|(\*\*[^*\n]+\*\*)/g;

/** @param {Document} page @param {string} kind @param {string} text */
function part(page, kind, text) {
  const element = page.createElement(kind === "code" ? "code" : kind === "bold" ? "strong" : "span");
  element.textContent = text;
  if (kind !== "code" && kind !== "bold") element.className = kind;
  return element;
}

/** Appends a line of prose. @param {Document} page @param {HTMLElement} to @param {string} line */
function prose(page, to, line) {
  const target = ITEM.test(line) ? to.appendChild(part(page, "item", "")) : to;
  let from = 0;
  for (const found of line.matchAll(INLINE)) {
    target.append(line.slice(from, found.index), part(page, found[1] ? "code" : "bold", found[0]));
    from = found.index + found[0].length;
  }
  target.append(line.slice(from));
}

/** Takes a line in; tells whether it closes the block. @param {{open: string}} fence @param {string} sign @param {string} line */
function turned(fence, sign, line) {
  const closes = fence.open !== "" && sign.startsWith(fence.open) && line.trim() === sign;
  fence.open = closes ? "" : fence.open || sign;
  return closes;
}

/**
 * Returns a paragraph with the very text. ``fence`` goes from one paragraph to the next: the sign that opened a block of code.
 * @param {Document} page @param {string} text @param {{open: string}} fence @returns {HTMLElement}
 */
export function dressed(page, text, fence) {
  const element = page.createElement("p");
  element.className = "text";
  element.dir = "auto";
  let code = "";
  const close = () => {
    if (code) element.append(part(page, "block", code));
    code = "";
  };
  for (const line of text.trimEnd().split(/(?<=\n)/)) {
    const sign = FENCE.exec(line)?.[1] ?? "";
    if (fence.open || sign) code += line;
    else prose(page, element, line);
    if (turned(fence, sign, line)) close();
  }
  close();
  return element;
}
