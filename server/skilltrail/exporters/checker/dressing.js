// Dresses an excerpt for reading: code in monospace, emphasis, headings, lists. Not a sign is added, changed or left out;
// those that only mark something up are hidden from sight by the style and stay in the text. Where it is in doubt the
// text stays plain. Elements are built with textContent alone.

const FENCE = /^ {0,3}(`{3,}|~{3,})/;
/** A fence that holds nothing to be read but the name of a language. */
const BARE = /^ {0,3}(?:`{3,}|~{3,})[A-Za-z0-9+#.-]{0,20}[ \t]*\n?$/;
const ITEM = /^\s{0,8}(?:[-*+]|\d{1,3}[.)])\s/;
const HEAD = /^ {0,3}#{1,6} +(?=\S)/;
const INLINE = /(`[^`\n]+`)|(\*\*[^*\n]+\*\*)|(?<![\p{L}\p{N}_*])(\*[^\s*](?:[^*\n]*[^\s*])?\*)(?![\p{L}\p{N}_*])/gu;
const CODE = /`[^`\n]+`/g;
const NAMES = /** @type {Record<string, string>} */ ({ code: "code", bold: "strong", slanted: "em" });

/** @param {Document} page @param {string} kind @param {string} text */
function part(page, kind, text) {
  const element = page.createElement(NAMES[kind] ?? "span");
  element.textContent = text;
  if (!NAMES[kind]) element.className = kind;
  return element;
}

/** Appends what stands between two marks, and the marks. @param {Document} page @param {HTMLElement} to @param {string} kind @param {string} text @param {number} signs */
function marked(page, to, kind, text, signs) {
  const element = to.appendChild(part(page, kind, ""));
  const inner = text.slice(signs, -signs);
  let from = 0;
  element.append(part(page, "mark", text.slice(0, signs)));
  for (const found of kind === "code" ? [] : inner.matchAll(CODE)) {
    element.append(inner.slice(from, found.index));
    marked(page, element, "code", found[0], 1);
    from = found.index + found[0].length;
  }
  element.append(inner.slice(from), part(page, "mark", text.slice(-signs)));
}

/** Appends a line of prose. @param {Document} page @param {HTMLElement} to @param {string} line */
function prose(page, to, line) {
  const head = HEAD.exec(line)?.[0] ?? "";
  const kind = head ? "head" : ITEM.test(line) ? "item" : "";
  const target = kind ? to.appendChild(part(page, kind, "")) : to;
  if (head) target.append(part(page, "mark", head));
  emphasised(page, target, line.slice(head.length));
}

/** @param {Document} page @param {HTMLElement} to @param {string} text */
function emphasised(page, to, text) {
  let from = 0;
  for (const found of text.matchAll(INLINE)) {
    to.append(text.slice(from, found.index));
    if (found[2]) marked(page, to, "bold", found[0], 2);
    else marked(page, to, found[1] ? "code" : "slanted", found[0], 1);
    from = found.index + found[0].length;
  }
  to.append(text.slice(from));
}

/** Takes a line in; tells whether it closes the block. @param {{open: string}} fence @param {string} sign @param {string} line */
function turned(fence, sign, line) {
  const closes = fence.open !== "" && sign.startsWith(fence.open) && line.trim() === sign;
  fence.open = closes ? "" : fence.open || sign;
  return closes;
}

/** @param {Document} page @param {HTMLElement} block @param {string} line @param {boolean} atEnd */
function fenced(page, block, line, atEnd) {
  block.append(atEnd && BARE.test(line) ? part(page, "fence", line) : line);
}

/**
 * Returns a paragraph with the very text. ``fence`` goes from one paragraph to the next: the sign that opened a block of code.
 * @param {Document} page @param {string} text @param {{open: string}} fence @returns {HTMLElement}
 */
export function dressed(page, text, fence) {
  const element = page.createElement("p");
  element.className = "text";
  element.dir = "auto";
  /** @type {HTMLElement} */
  let block = element;
  for (const line of text.trimEnd().split(/(?<=\n)/)) {
    const sign = FENCE.exec(line)?.[1] ?? "";
    if (!fence.open && !sign) {
      prose(page, element, line);
      continue;
    }
    // A block goes on in the paragraph after it, where it gets an element of its own.
    if (!fence.open || block === element) block = element.appendChild(part(page, "block", ""));
    const opens = !fence.open;
    fenced(page, block, line, turned(fence, sign, line) || opens);
  }
  return element;
}
