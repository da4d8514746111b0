"use strict";
// Markdown out of a rendered answer. Reads nodes, never changes them. What is particular to the site's
// markup comes in as data.

((capture) => {
  const BLOCK_TAGS = new Set(
    "P DIV SECTION ARTICLE UL OL LI PRE BLOCKQUOTE TABLE HR H1 H2 H3 H4 H5 H6 DETAILS SUMMARY FIGURE FIGCAPTION DL DT DD".split(" "),
  );
  /** @type {Readonly<Record<string, string>>} */
  const WRAPS = Object.freeze({ STRONG: "**", B: "**", EM: "*", I: "*", DEL: "~~", S: "~~" });
  const TEXT_NODE = 3;
  const ELEMENT_NODE = 1;
  const CITATIONS_MAX = 100;

  /**
   * @param {Node} node
   * @returns {node is Element}
   */
  const isElement = (node) => node.nodeType === ELEMENT_NODE;
  /** @type {(text: string, indent: string) => string} */
  const indented = (text, indent) => text.replace(/\n(?!\n|$)/g, `\n${indent}`);

  /**
   * @param {string} text
   * @param {number} least
   * @returns {string} back-ticks that do not occur in the text
   */
  function fenceFor(text, least) {
    const runs = text.match(/`+/g) ?? [];
    return "`".repeat(Math.max(least, ...runs.map((run) => run.length + 1)));
  }

  class MarkdownWriter {
    /** Lines of a code editor that the page has not drawn. */
    incomplete = false;
    /** @type {Map<string, Capture.Citation>} */
    #citations = new Map();
    #format;

    /** @param {Capture.ContentFormat} format */
    constructor(format) {
      this.#format = format;
    }

    /** @returns {Capture.Citation[]} */
    get citations() {
      return [...this.#citations.values()].slice(0, CITATIONS_MAX);
    }

    /**
     * @param {Element} root
     * @returns {string}
     */
    write(root) {
      return this.#blocks(root).join("\n\n").trim();
    }

    /**
     * @param {Node} parent
     * @returns {string[]}
     */
    #blocks(parent) {
      /** @type {string[]} */
      const blocks = [];
      let line = "";
      const endLine = () => {
        if (line.trim() !== "") blocks.push(tidyLine(line));
        line = "";
      };
      for (const node of parent.childNodes) {
        if (isElement(node) && this.#isBlock(node)) {
          endLine();
          blocks.push(...this.#block(node));
        } else {
          line += this.#inline(node);
        }
      }
      endLine();
      return blocks;
    }

    /** @param {Element} element */
    #isBlock(element) {
      const { codeBlock, formulaBlock } = this.#format;
      return BLOCK_TAGS.has(element.tagName) || element.matches(`${codeBlock}, ${formulaBlock}`);
    }

    /**
     * @param {Element} element
     * @returns {string[]}
     */
    #block(element) {
      const { noise, codeBlock, formulaBlock } = this.#format;
      if (element.matches(noise)) return [];
      if (element.matches(formulaBlock)) return [`$$\n${this.#tex(element)}\n$$`];
      if (element.matches(codeBlock) || element.tagName === "PRE") return [this.#code(element)];
      return this.#blockByTag(element);
    }

    /**
     * @param {Element} element
     * @returns {string[]}
     */
    #blockByTag(element) {
      const heading = /^H([1-6])$/.exec(element.tagName);
      if (heading) return this.#heading(element, Number(heading[1]));
      if (element.tagName === "UL" || element.tagName === "OL") return [this.#list(element)];
      if (element.tagName === "TABLE") return [this.#table(element)];
      if (element.tagName === "HR") return ["---"];
      if (element.tagName !== "BLOCKQUOTE") return this.#blocks(element);
      return [`> ${this.#blocks(element).join("\n\n").replaceAll("\n", "\n> ")}`];
    }

    /**
     * @param {Element} element
     * @param {number} level
     */
    #heading(element, level) {
      const text = tidyLine(this.#inlines(element));
      return text === "" ? [] : [`${"#".repeat(level)} ${text}`];
    }

    /** @param {Element} list */
    #list(list) {
      const start = Number(list.getAttribute("start") ?? 1) || 1;
      const items = [...list.children].filter((child) => child.tagName === "LI");
      const lines = items.map((item, index) => {
        const marker = list.tagName === "OL" ? `${start + index}. ` : "- ";
        return marker + indented(this.#listItem(item), " ".repeat(marker.length));
      });
      return lines.join("\n");
    }

    /** @param {Element} item */
    #listItem(item) {
      const isList = (/** @type {string} */ block) => /^(?:- |\d+\. )/.test(block);
      return this.#blocks(item).reduce((text, block) => (text === "" ? block : text + (isList(block) ? "\n" : "\n\n") + block), "");
    }

    /** @param {Element} table */
    #table(table) {
      const rows = [...table.querySelectorAll("tr")].map((row) => {
        const cells = [...row.children].map((cell) => tidyLine(this.#inlines(cell)).replace(/\s*\n\s*/g, " ").replaceAll("|", "\\|"));
        return `| ${cells.join(" | ")} |`;
      });
      const columns = table.querySelector("tr")?.children.length ?? 0;
      return [rows[0], `|${" --- |".repeat(columns)}`, ...rows.slice(1)].filter((row) => row !== undefined).join("\n");
    }

    /** @param {Element} element */
    #code(element) {
      const { codeEditor, codeText } = this.#format;
      const editor = element.querySelector(codeEditor);
      const plain = element.querySelector(`pre ${codeText}`) ?? element.querySelector(codeText) ?? element;
      const text = (editor ? this.#editorText(editor) : (plain.textContent ?? "")).replace(/\n$/, "");
      const fence = fenceFor(text, 3);
      return `${fence}${this.#language(editor ?? plain)}\n${text}\n${fence}`;
    }

    /** @param {Element} editor */
    #editorText(editor) {
      const { codeLine, codeGap } = this.#format;
      if (editor.querySelector(codeGap)) this.incomplete = true;
      return [...editor.querySelectorAll(codeLine)].map((line) => (line.textContent ?? "").replaceAll("\u200B", "")).join("\n");
    }

    /** @param {Element} code */
    #language(code) {
      const { languageAttribute, languageClass } = this.#format;
      return code.getAttribute(languageAttribute) ?? languageClass.exec(code.className)?.[1] ?? "";
    }

    /** @param {Element} element */
    #tex(element) {
      return (element.querySelector(this.#format.formulaSource)?.textContent ?? element.textContent ?? "").trim();
    }

    /** @param {Node} parent */
    #inlines(parent) {
      let text = "";
      for (const node of parent.childNodes) text += this.#inline(node);
      return text;
    }

    /**
     * @param {Node} node
     * @returns {string}
     */
    #inline(node) {
      if (node.nodeType === TEXT_NODE) return (node.textContent ?? "").replace(/[ \t\r\n\f]+/g, " ");
      if (!isElement(node)) return "";
      const { noise, formula, citation, citationLink } = this.#format;
      if (node.matches(citation) || node.matches(citationLink)) return this.#cite(node);
      if (node.matches(noise)) return "";
      if (node.matches(formula)) return `$${this.#tex(node)}$`;
      return this.#inlineByTag(node);
    }

    /** @param {Element} element */
    #inlineByTag(element) {
      switch (element.tagName) {
        case "BR":
          return "\n";
        case "CODE":
          return inlineCode(element.textContent ?? "");
        case "A":
          return this.#link(element);
        case "INPUT":
          return element.hasAttribute("checked") ? "[x] " : "[ ] ";
        case "IMG":
          return "";
        default:
          return this.#wrapped(element);
      }
    }

    /** @param {Element} element */
    #wrapped(element) {
      const inner = this.#inlines(element);
      const wrap = WRAPS[element.tagName] ?? "";
      return wrap === "" || inner.trim() === "" ? inner : `${wrap}${inner.trim()}${wrap}`;
    }

    /** @param {Element} link */
    #link(link) {
      const text = this.#inlines(link);
      const address = link.getAttribute("href") ?? "";
      return /^https?:/i.test(address) && text.trim() !== "" ? `[${text.trim()}](${address})` : text;
    }

    /** @param {Element} pill its source is kept, its text is no part of the answer */
    #cite(pill) {
      const link = pill.matches("a[href]") ? pill : pill.querySelector("a[href]");
      const url = link?.getAttribute("href") ?? "";
      const title = (link?.textContent ?? "").trim().slice(0, 2000);
      if (/^https?:/i.test(url) && url.length <= 8000) this.#citations.set(url, { url, title: title === "" ? null : title });
      return "";
    }
  }

  /** @type {(text: string) => string} */
  const tidyLine = (text) => text.replace(/ {2,}/g, " ").replace(/ ?\n ?/g, "\n").trim();

  /** @type {(text: string) => string} */
  function inlineCode(text) {
    const fence = fenceFor(text, 1);
    return text.includes("`") ? `${fence} ${text} ${fence}` : `${fence}${text}${fence}`;
  }

  /**
   * Text that the person wrote: white space as it stands; only code got markup from the site.
   *
   * @param {Node} root
   * @returns {string}
   */
  function plainText(root) {
    let text = "";
    for (const node of root.childNodes) {
      if (!isElement(node)) text += node.nodeType === TEXT_NODE ? node.textContent : "";
      else if (node.tagName === "BR") text += "\n";
      else if (node.tagName === "CODE") text += inlineCode(node.textContent ?? "");
      else text += plainText(node);
    }
    return text;
  }

  /**
   * @param {Element} root
   * @param {Capture.ContentFormat} format
   * @returns {{text: string, incomplete: boolean, citations: Capture.Citation[]}}
   */
  function toMarkdown(root, format) {
    const writer = new MarkdownWriter(format);
    return { text: writer.write(root), incomplete: writer.incomplete, citations: writer.citations };
  }

  capture.toMarkdown = toMarkdown;
  capture.plainText = plainText;
})((globalThis.skilltrailCapture ??= {}));
