/** Enough Markdown for the stand-in's answers: paragraphs, headings, lists, fences, bold, inline code. */

/**
 * @param {string} text
 * @param {"A" | "B" | "C"} generation decides how a code block is dressed
 * @returns {DocumentFragment}
 */
export function render(text, generation) {
  const fragment = document.createDocumentFragment();
  for (const block of blocks(text)) fragment.append(renderBlock(block, generation));
  return fragment;
}

function blocks(text) {
  const found = [];
  const fences = text.split(/^(```[^\n]*\n[\s\S]*?(?:^```$|$(?![\s\S])))/m);
  for (const part of fences) {
    if (part.startsWith("```")) found.push(part);
    else found.push(...part.split(/\n{2,}/).filter((block) => block.trim() !== ""));
  }
  return found;
}

function renderBlock(block, generation) {
  const fence = /^```(\w*)\n([\s\S]*?)\n?(?:```)?$/.exec(block);
  if (fence) return codeBlock(fence[1], fence[2], generation);
  const heading = /^(#{1,4}) (.*)$/.exec(block.trim());
  if (heading) return filled(document.createElement(`h${heading[1].length}`), heading[2]);
  const lines = block.trim().split("\n");
  if (lines.every((line) => /^[-*] /.test(line))) return list("ul", lines, /^[-*] /);
  if (lines.every((line) => /^\d+\. /.test(line))) return list("ol", lines, /^\d+\. /);
  return filled(document.createElement("p"), lines.join("\n"));
}

function list(tag, lines, mark) {
  const element = document.createElement(tag);
  for (const line of lines) element.append(filled(document.createElement("li"), line.replace(mark, "")));
  return element;
}

function filled(element, text) {
  for (const part of text.split(/(`[^`]+`|\*\*[^*]+\*\*)/)) {
    if (part.startsWith("`")) element.append(wrap("code", part.slice(1, -1)));
    else if (part.startsWith("**")) element.append(wrap("strong", part.slice(2, -2)));
    else element.append(part);
  }
  return element;
}

function wrap(tag, text) {
  const element = document.createElement(tag);
  element.textContent = text;
  if (tag === "code") element.dataset.markdownCopy = "inline-code";
  return element;
}

function codeBlock(language, code, generation) {
  const pre = document.createElement("pre");
  const header = document.createElement("div");
  const copy = document.createElement("button");
  copy.textContent = "Copy code";
  header.append(language, copy);
  const inner = wrap("code", `${code}\n`);
  delete inner.dataset.markdownCopy;
  if (language) inner.className = `language-${language}`;
  if (generation === "C") {
    pre.dataset.markdownCopy = "code-block";
    header.dataset.markdownCopy = "exclude";
  } else {
    header.className = "sticky";
  }
  pre.append(header, inner);
  return pre;
}
