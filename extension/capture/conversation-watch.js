"use strict";
// Uses the chat documents and lists that the page loads for itself: they cost nobody a request.

((capture) => {
  const { objectOf, listOf, textOrNull, timeOf } = capture.values;
  const { isPrompt, rawText, attachmentsOf, folderOf } = capture.messageText;
  const { chatFacts, readTree, readWindow } = capture.conversationJson;

  /** Drafts per channel message, so that a long chat does not travel in one piece. */
  const DRAFTS_PER_MESSAGE = 20;
  const CHATS_MAX = 200;
  const LISTS_DEPTH = 6;

  class ConversationWatch {
    #memory;
    #emit;
    #now;
    #extractor;
    #isId;
    /** @type {Map<string, {headless: Capture.Json[], context: any}>} windows whose start answers an older prompt */
    #windows = new Map();

    /**
     * @param {object} needs
     * @param {any} needs.memory
     * @param {(message: Capture.UpMessage) => void} needs.emit
     * @param {() => string} needs.now
     * @param {string} needs.extractor
     * @param {(id: string) => boolean} needs.isId
     */
    constructor({ memory, emit, now, extractor, isId }) {
      this.#memory = memory;
      this.#emit = emit;
      this.#now = now;
      this.#extractor = extractor;
      this.#isId = isId;
    }

    /**
     * @param {string} kind of endpoint
     * @param {string | null} id the conversation that the address names
     * @param {unknown} body parsed JSON
     */
    take(kind, id, body) {
      const json = objectOf(body);
      if (kind === "tree") this.#tree(id, json);
      if (kind === "window") this.#window(id, json);
      if (kind === "older") this.#older(id, json);
      if (kind === "batch") this.#batch(body);
      if (kind === "list") this.#list(body);
    }

    /** @param {unknown} body a list of whole conversations, perhaps inside an object */
    #batch(body) {
      const lists = Array.isArray(body) ? [body] : Object.values(objectOf(body)).map(listOf);
      for (const json of lists.flat().map(objectOf)) if ("mapping" in json) this.#tree(null, json);
    }

    /**
     * @param {string | null} id
     * @param {Capture.Json} json
     * @returns {(ReturnType<typeof chatFacts>) | null} null for a chat that must not be kept
     */
    #admit(id, json) {
      const facts = { ...chatFacts(json), ...(id === null ? {} : { id }) };
      if (!this.#isId(facts.id)) return null;
      if (facts.temporary && !this.#memory.isTemporary(facts.id)) {
        this.#memory.noteTemporary(facts.id);
        this.#emit({ type: "temporary", conversationId: facts.id });
      }
      return this.#memory.isTemporary(facts.id) ? null : facts;
    }

    /**
     * @param {string | null} id
     * @param {Capture.Json} json
     */
    #tree(id, json) {
      const facts = this.#admit(id, json);
      if (!facts || !("mapping" in json)) return;
      const nodes = Object.values(objectOf(json.mapping)).map((node) => objectOf(objectOf(node).message));
      this.#notePrompts(facts.id, nodes);
      const source = { ...json, conversation_id: facts.id };
      this.#report(facts, readTree(source, { extractor: this.#extractor, now: this.#now() }));
    }

    /**
     * @param {string | null} id
     * @param {Capture.Json} json
     */
    #window(id, json) {
      const facts = this.#admit(id, json);
      if (!facts || !Array.isArray(json.messages)) return;
      const context = { ...facts, fidelity: "api_window", extractor: this.#extractor, now: this.#now() };
      this.#readWindow(context, json.messages.map(objectOf));
    }

    /**
     * @param {string | null} id
     * @param {Capture.Json} json
     */
    #older(id, json) {
      const later = id === null ? undefined : this.#windows.get(id);
      if (!later || !Array.isArray(json.messages) || this.#memory.isTemporary(id)) return;
      this.#readWindow(later.context, [...json.messages.map(objectOf), ...later.headless]);
    }

    /**
     * @param {any} context
     * @param {Capture.Json[]} messages
     */
    #readWindow(context, messages) {
      this.#notePrompts(context.id, messages);
      const { drafts, headless } = readWindow(messages, context);
      this.#windows.set(context.id, { headless, context });
      this.#report(context, drafts);
    }

    /**
     * @param {string} conversationId
     * @param {Capture.Json[]} messages in order of the document
     */
    #notePrompts(conversationId, messages) {
      for (const message of messages.filter(isPrompt)) {
        const promptId = textOrNull(message.id);
        if (promptId === null || this.#memory.prompt(promptId)) continue;
        this.#memory.notePrompt({
          promptId,
          prompt: rawText(message),
          parentId: textOrNull(objectOf(message.metadata).parent_id),
          conversationId: null,
          createdAt: timeOf(message.create_time),
          attachments: attachmentsOf(message),
        });
      }
      const latest = textOrNull(messages.findLast(isPrompt)?.id);
      if (latest) this.#memory.noteLatest(conversationId, latest);
    }

    /**
     * @param {Capture.ChatFacts} facts
     * @param {Capture.Draft[]} drafts
     */
    #report({ id, title, projectId, gizmoId, createdAt }, drafts) {
      for (const draft of drafts) if (draft.promptId && draft.status !== "partial") this.#memory.noteAnswered(draft.promptId);
      const chat = { id, title, projectId, gizmoId, createdAt };
      for (let start = 0; start === 0 || start < drafts.length; start += DRAFTS_PER_MESSAGE) {
        this.#emit({ type: "conversation", chat, drafts: drafts.slice(start, start + DRAFTS_PER_MESSAGE) });
      }
    }

    /** @param {unknown} body */
    #list(body) {
      const chats = chatsIn(body, LISTS_DEPTH).filter((chat) => this.#isId(chat.id) && !this.#memory.isTemporary(chat.id));
      if (chats.length > 0) this.#emit({ type: "chats", chats: chats.slice(0, CHATS_MAX) });
    }
  }

  /**
   * Entries of a list of chats, at whatever depth the list of projects keeps them.
   *
   * @param {unknown} value
   * @param {number} depth
   * @returns {Capture.ChatFacts[]}
   */
  function chatsIn(value, depth) {
    if (depth === 0 || typeof value !== "object" || value === null) return [];
    if (Array.isArray(value)) return value.flatMap((entry) => chatsIn(entry, depth - 1));
    const entry = objectOf(value);
    if (typeof entry.id === "string" && "title" in entry) {
      const chat = chatFacts({ ...entry, conversation_id: entry.id });
      return [{ id: chat.id, title: chat.title, ...folderOf(entry.gizmo_id), createdAt: chat.createdAt }];
    }
    return Object.values(entry).flatMap((inner) => chatsIn(inner, depth - 1));
  }

  capture.ConversationWatch = ConversationWatch;
})((globalThis.skilltrailCapture ??= {}));
