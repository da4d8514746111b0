"use strict";
// Reads the turns that the page shows, for each generation of its markup. The lifeboat: used for a turn
// only when its traffic could not be seen.

((capture) => {
  const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

  /** @type {(value: string | null | undefined) => string | null} */
  const uuidOrNull = (value) => (value && UUID.test(value) ? value.toLowerCase() : null);

  /** @type {(element: Element, selector: string) => Element[]} those that are not inside another of them */
  const outermost = (element, selector) =>
    [...element.querySelectorAll(selector)].filter((found) => !found.parentElement?.closest(selector));

  /** @typedef {{user: Element[], assistant: Element[], turns: Element[], ids: {prompt: string | null, reply: string | null}, model: string | null, key: string | null}} Parts */

  class DomReader {
    #document;
    #format;
    #isShown;

    /**
     * @param {object} needs
     * @param {Document} needs.document
     * @param {Capture.DomFormat} needs.format
     * @param {(element: Element) => boolean} needs.isShown whether an element has a box on the page
     */
    constructor({ document, format, isShown }) {
      this.#document = document;
      this.#format = format;
      this.#isShown = isShown;
    }

    /** @returns {boolean} an answer is being written; quick */
    isBusy() {
      return [...this.#document.querySelectorAll(this.#format.busy)].some(this.#isShown);
    }

    /** @returns {Capture.DomPage} */
    read() {
      const generation = this.#format.generations.find((one) => this.#document.querySelector(one.turn));
      if (!generation) return { busy: this.isBusy(), conversationId: null, turns: [] };
      const paired = generation.layout === "paired";
      const parts = paired ? this.#paired(generation) : this.#alternating(generation);
      return {
        busy: this.isBusy(),
        conversationId: paired ? this.#shownConversation(generation) : null,
        turns: parts.map((one) => this.#turn(generation, one)),
      };
    }

    /**
     * @param {string | null} promptId
     * @returns {string | null} the prompt as the page shows it
     */
    promptText(promptId) {
      const turn = promptId === null ? undefined : this.read().turns.find((one) => one.promptId === promptId);
      return turn?.prompt() || null;
    }

    /**
     * Generation C keeps earlier pages mounted, hidden: only the active one counts.
     *
     * @param {Capture.PairedGeneration} generation
     */
    #activePages({ activePage }) {
      return [...this.#document.querySelectorAll(activePage)].filter(this.#isShown);
    }

    /**
     * @param {Capture.PairedGeneration} generation
     * @returns {string | null}
     */
    #shownConversation(generation) {
      const selector = `[${generation.conversation}]`;
      const found = this.#activePages(generation).map((page) => page.querySelector(selector)?.getAttribute(generation.conversation));
      return uuidOrNull(found.find((id) => id));
    }

    /**
     * One element holds a prompt and its answer.
     *
     * @param {Capture.PairedGeneration} generation
     * @returns {Parts[]}
     */
    #paired(generation) {
      const turns = this.#activePages(generation).flatMap((page) => outermost(page, generation.turn));
      return turns.filter(this.#isShown).map((turn) => {
        const units = [...turn.querySelectorAll(generation.unit)];
        const isUser = (/** @type {Element} */ unit) => this.#isUserUnit(unit, generation);
        const idsOf = (/** @type {Element | undefined} */ unit) =>
          (unit?.getAttribute(generation.unitIds) ?? "").split(/\s+/).filter((id) => id !== "");
        const named = turn.querySelector(`[${generation.replyId}]`)?.getAttribute(generation.replyId);
        const reply = idsOf(units.findLast((unit) => !isUser(unit))).at(-1) ?? named;
        const promptId = uuidOrNull(turn.getAttribute(generation.turnKey)) ?? uuidOrNull(idsOf(units.find(isUser)).at(-1));
        const answers = outermost(turn, generation.reply).filter((answer) => !answer.closest(this.#format.content.noise));
        const ids = { prompt: promptId, reply: uuidOrNull(reply) };
        const asked = units.filter(isUser).filter((unit) => unit.querySelector(generation.prompt.plain) !== null);
        return { user: asked.length > 0 ? asked : [turn], assistant: answers, turns: [turn], ids, model: null, key: promptId };
      });
    }

    /**
     * @param {Element} unit
     * @param {Capture.PairedGeneration} generation
     */
    #isUserUnit(unit, { unitKey, userSuffix, userMark }) {
      const key = unit.closest(`[${unitKey}]`)?.getAttribute(unitKey) ?? unit.querySelector(`[${unitKey}]`)?.getAttribute(unitKey);
      if (key) return key.endsWith(userSuffix);
      return unit.matches(userMark) || unit.querySelector(userMark) !== null;
    }

    /**
     * Prompts and answers stand in elements of their own, one after the other.
     *
     * @param {Capture.AlternatingGeneration} generation
     * @returns {Parts[]}
     */
    #alternating(generation) {
      /** @type {Parts[]} */
      const parts = [];
      let before = NaN;
      for (const turn of [...this.#document.querySelectorAll(generation.turn)].filter(this.#isShown)) {
        const ordinal = Number(this.#format.ordinal.exec(turn.getAttribute(generation.ordinal) ?? "")?.[1] ?? NaN);
        // Turns out of view are taken away: across a gap an answer belongs to another prompt.
        const adjoins = !(ordinal - before > 1);
        before = ordinal;
        this.#addAlternating(generation, turn, adjoins ? parts : dropOpen(parts));
      }
      return parts.filter((one) => one.user.length > 0);
    }

    /**
     * @param {Capture.AlternatingGeneration} generation
     * @param {Element} turn
     * @param {Parts[]} parts is added to
     */
    #addAlternating(generation, turn, parts) {
      for (const message of turn.querySelectorAll(generation.message)) {
        const id = message.getAttribute(generation.messageId);
        if (message.getAttribute(generation.role) === "user") {
          const promptId = uuidOrNull(id);
          parts.push({ user: [message], assistant: [], turns: [turn], ids: { prompt: promptId, reply: null }, model: null, key: promptId });
          continue;
        }
        const current = parts.at(-1);
        const answers = outermost(message, generation.reply).filter((answer) => (answer.textContent ?? "").trim() !== "");
        if (!current || answers.length === 0) continue;
        current.assistant.push(...answers);
        current.turns.push(turn);
        current.ids.reply = uuidOrNull(id);
        current.model = message.getAttribute(generation.model) ?? current.model;
      }
    }

    /**
     * @param {Capture.PairedGeneration | Capture.AlternatingGeneration} generation
     * @param {Parts} parts
     * @returns {Capture.DomTurn}
     */
    #turn(generation, { user, assistant, turns, ids, model, key }) {
      const prompt = () => this.#promptText(generation, user);
      const shown = () => assistant.map((element) => element.textContent ?? "").join("\n");
      return {
        key: key ?? `text:${capture.textKey(prompt())}`,
        promptId: ids.prompt,
        replyId: ids.reply,
        model,
        hasActions: turns.at(-1)?.querySelector(generation.actions) !== null && assistant.length > 0,
        elements: turns,
        fingerprint: () => `${assistant.length}/${capture.textKey(shown())}`,
        prompt,
        reply: () => this.#replyOf(assistant),
        attachments: () => this.#attachments(generation, user),
      };
    }

    /**
     * @param {Capture.PairedGeneration | Capture.AlternatingGeneration} generation
     * @param {Element[]} elements
     */
    #promptText({ prompt: { markdown, plain } }, elements) {
      const texts = elements.flatMap((element) => {
        const rendered = markdown === null ? [] : outermost(element, markdown);
        if (rendered.length > 0) return rendered.map((one) => capture.toMarkdown(one, this.#format.content).text);
        return outermost(element, plain).map((one) => capture.plainText(one).trim());
      });
      return texts.filter((text) => text !== "").join("\n\n");
    }

    /**
     * @param {Element[]} elements
     * @returns {ReturnType<Capture.DomTurn["reply"]>}
     */
    #replyOf(elements) {
      const pieces = elements.map((element) => capture.toMarkdown(element, this.#format.content));
      return {
        text: pieces.map((piece) => piece.text).filter((text) => text !== "").join("\n\n"),
        incomplete: pieces.some((piece) => piece.incomplete),
        citations: pieces.flatMap((piece) => piece.citations).slice(0, 100),
      };
    }

    /**
     * @param {Capture.PairedGeneration | Capture.AlternatingGeneration} generation
     * @param {Element[]} elements
     * @returns {Capture.Attachment[]}
     */
    #attachments({ attachment }, elements) {
      const tiles = elements.flatMap((element) => [...element.querySelectorAll(attachment)]);
      const names = tiles.map((tile) => tile.getAttribute(this.#format.attachmentName) ?? "").filter((name) => name !== "");
      return names.slice(0, 50).map((name) => ({ name: name.slice(0, 2000), mime: null, size: null }));
    }
  }

  /**
   * @param {Parts[]} parts
   * @returns {Parts[]} the same list, closed by a part that takes what cannot be assigned
   */
  function dropOpen(parts) {
    parts.push({ user: [], assistant: [], turns: [], ids: { prompt: null, reply: null }, model: null, key: null });
    return parts;
  }

  /**
   * @param {Capture.DomTurn} turn
   * @param {object} chat
   * @param {string} chat.conversationId
   * @param {Capture.Route} chat.route
   * @param {{from: number, to: number | null}} chat.seen when it was asked and answered before our eyes, in
   *   milliseconds since 1970; `to` is null for a turn that stood there already
   * @param {string | null} chat.createdAt
   * @param {string} chat.extractor
   * @returns {Capture.Draft | null} null when there is nothing to read, such as a picture
   */
  function draftOfTurn(turn, { conversationId, route, seen, createdAt, extractor }) {
    const { text, incomplete, citations } = turn.reply();
    if (text === "") return null;
    const isoOf = (/** @type {number} */ at) => new Date(at).toISOString();
    // The page shows no times: of an old turn it is only known that it is not older than its chat.
    const chatTime = seen.to === null ? createdAt : null;
    return {
      conversationId,
      promptId: turn.promptId,
      replyId: turn.replyId,
      parentId: null,
      prompt: turn.prompt(),
      reply: text,
      askedAt: chatTime ?? isoOf(seen.from),
      askedAtSource: chatTime === null ? "observed" : "conversation",
      answeredAt: seen.to === null ? null : isoOf(seen.to),
      model: turn.model,
      title: null,
      projectId: route.projectId,
      gizmoId: route.gizmoId,
      fidelity: "dom",
      status: incomplete ? "partial" : "complete",
      onCurrentPath: true,
      attachments: turn.attachments(),
      citations,
      extractor,
    };
  }

  capture.draftOfTurn = draftOfTurn;
  capture.DomReader = DomReader;
})((globalThis.skilltrailCapture ??= {}));
