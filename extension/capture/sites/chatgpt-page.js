/// <reference path="../types.d.ts" />
"use strict";
// What chatgpt.com's page looks like, as data: addresses of the tab, selectors, attributes. When the site
// changes, this file and its sister chatgpt-traffic.js change, `version` goes up, and nothing else should
// have to. Two files, because a browser runs no file in two worlds. Imports nothing.
// State of knowledge: October 2026.

((capture) => {
  const UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";

  const urls = Object.freeze({
    origin: "https://chatgpt.com",
    conversationId: new RegExp(`^${UUID}$`, "i"),
    conversation: new RegExp(`^/(?:g/[^/]+/)?c/(${UUID})$`, "i"),
    provisional: /^\/(?:g\/[^/]+\/)?c\/(?:WEB(?::|%3A)|local-)/i,
    fresh: /^\/(?:g\/[^/]+(?:\/project)?)?\/?$/,
    project: /^\/g\/(g-p-[a-z0-9]+)/i,
    gizmo: /^\/g\/(g-(?!p-)[a-z0-9]+)/i,
    temporary: Object.freeze({ parameter: "temporary-chat", value: "true" }),
  });

  /** Markup inside an answer, common to the three generations. */
  const content = Object.freeze({
    noise:
      '[data-markdown-copy="exclude"], button, svg, style, script, noscript, template, iframe, [role="status"], .sr-only, .katex-html',
    codeBlock: '[data-markdown-copy="code-block"]',
    codeEditor: ".cm-content",
    codeLine: ".cm-line",
    codeGap: ".cm-gap",
    codeText: "code",
    languageAttribute: "data-language",
    languageClass: /(?:^|\s)language-([\w+#.-]+)/,
    formula: ".katex",
    formulaBlock: ".katex-display",
    formulaSource: 'annotation[encoding="application/x-tex"]',
    citation: '[data-testid="chatgpt-citation"], [data-testid="webpage-citation-pill"]',
    citationLink: 'span > a[target="_blank"][rel="noopener"]',
  });

  /**
   * The generations of the page, newest first; all three may be live. Selectors name no visible text
   * and no label, because both are translated.
   */
  /** @type {readonly (Capture.PairedGeneration | Capture.AlternatingGeneration)[]} */
  const generations = Object.freeze([
    Object.freeze({
      name: "C",
      layout: "paired",
      activePage: '[data-app-shell-active-page="true"]',
      turn: "div[data-turn-key]",
      turnKey: "data-turn-key",
      unit: "[data-chatgpt-search-message-ids]",
      unitIds: "data-chatgpt-search-message-ids",
      unitKey: "data-chatgpt-search-unit-key",
      userSuffix: ":user",
      userMark: '[data-user-message-bubble], .group\\/user-message',
      conversation: "data-chatgpt-selection-conversation-id",
      prompt: Object.freeze({
        markdown: '[data-markdown-text-tone="user-message"]',
        plain: "[data-user-message-bubble] .whitespace-pre-wrap",
      }),
      reply: '[data-markdown-text-style="assistant-message"]',
      replyId: "data-chatgpt-selection-message-id",
      actions: ".turn-action-controls",
      attachment: ".group\\/resource-card > button[aria-label]",
    }),
    Object.freeze({
      name: "B",
      layout: "alternating",
      turn: 'section[data-testid^="conversation-turn-"]',
      ordinal: "data-testid",
      message: "[data-message-author-role]",
      role: "data-message-author-role",
      messageId: "data-message-id",
      model: "data-message-model-slug",
      prompt: Object.freeze({ markdown: null, plain: ".whitespace-pre-wrap" }),
      reply: ".markdown.prose",
      actions: '[data-testid="copy-turn-action-button"]',
      attachment: ".group\\/resource-card > button[aria-label]",
    }),
    Object.freeze({
      name: "A",
      layout: "alternating",
      turn: 'article[data-testid^="conversation-turn-"]',
      ordinal: "data-testid",
      message: "[data-message-author-role]",
      role: "data-message-author-role",
      messageId: "data-message-id",
      model: "data-message-model-slug",
      prompt: Object.freeze({ markdown: null, plain: ".whitespace-pre-wrap" }),
      reply: ".markdown.prose",
      actions: '[data-testid="copy-turn-action-button"]',
      attachment: ".group\\/resource-card > button[aria-label]",
    }),
  ]);

  const dom = Object.freeze({
    extractor: "chatgpt-dom@1",
    busy: '[data-testid="stop-button"], .result-streaming',
    ordinal: /(\d+)$/,
    attachmentName: "aria-label",
    content,
    generations,
  });

  /** @type {Readonly<Capture.PageSite>} */
  const site = Object.freeze({ version: 1, provider: "chatgpt", urls, dom });

  capture.CHATGPT = site;
})((globalThis.skilltrailCapture ??= {}));
