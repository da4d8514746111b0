"use strict";
// What the page's side says, checked before anything acts on it: the page can read and forge these
// messages, so shape, size and type of every field count, and nothing in them selects an address.

((capture) => {
  const ID_MAX = 200;
  const LABEL_MAX = 2000;
  const URL_MAX = 8000;
  /** Characters of a prompt or reply that may pass; exchange-item.js cuts them. */
  const TEXT_MAX = 30_000_000;
  const RFC_3339_UTC = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/;

  /** @typedef {(value: unknown) => boolean} Check */

  /** @type {(max: number) => Check} */
  const text = (max) => (value) => typeof value === "string" && value.length <= max;
  /** @type {(check: Check) => Check} */
  const orNull = (check) => (value) => value === null || check(value);
  /** @type {(...allowed: string[]) => Check} */
  const oneOf = (...allowed) => (value) => typeof value === "string" && allowed.includes(value);
  /** @type {Check} */
  const flag = (value) => typeof value === "boolean";
  /** @type {Check} */
  const count = (value) => Number.isSafeInteger(value) && Number(value) >= 0;
  /** @type {Check} */
  const time = (value) => text(40)(value) && RFC_3339_UTC.test(String(value)) && !Number.isNaN(Date.parse(String(value)));
  /** @type {(shape: Readonly<Record<string, Check>>) => Check} */
  const shaped = (shape) => (value) =>
    typeof value === "object" && value !== null &&
    Object.entries(shape).every(([field, fits]) => fits(/** @type {Record<string, unknown>} */ (value)[field]));
  /** @type {(shape: Readonly<Record<string, Check>>, max: number) => Check} */
  const listOf = (shape, max) => (value) => Array.isArray(value) && value.length <= max && value.every(shaped(shape));

  const ID = text(ID_MAX);
  const ATTACHMENT = { name: text(LABEL_MAX), mime: orNull(ID), size: orNull(count) };
  const CITATION = { title: orNull(text(LABEL_MAX)), url: text(URL_MAX) };

  /** @param {Check} conversationId */
  const draftShape = (conversationId) => ({
    conversationId,
    promptId: orNull(ID),
    replyId: orNull(ID),
    parentId: orNull(ID),
    prompt: orNull(text(TEXT_MAX)),
    reply: (/** @type {unknown} */ value) => text(TEXT_MAX)(value) && value !== "",
    askedAt: time,
    answeredAt: orNull(time),
    askedAtSource: oneOf("message", "conversation", "observed"),
    model: orNull(ID),
    title: orNull(text(LABEL_MAX)),
    projectId: orNull(ID),
    gizmoId: orNull(ID),
    fidelity: oneOf("api_full", "api_window", "stream_complete", "stream_partial"),
    status: oneOf("complete", "interrupted", "partial"),
    onCurrentPath: flag,
    attachments: listOf(ATTACHMENT, 50),
    citations: listOf(CITATION, 100),
    extractor: text(60),
  });

  /** @param {Check} id */
  const chatShape = (id) => ({
    id,
    title: orNull(text(LABEL_MAX)),
    projectId: orNull(ID),
    gizmoId: orNull(ID),
    createdAt: orNull(time),
  });

  /**
   * @param {(id: string) => boolean} isId whether a text is a conversation id as the site's addresses carry it
   * @returns {(value: unknown) => Capture.UpMessage | null} null for what does not fit
   */
  function makeMessageCheck(isId) {
    /** @type {Check} */
    const id = (value) => ID(value) && isId(String(value));
    // A draft may still bear an id that the page made up for the time being: the bridge waits for the real one.
    const draft = draftShape(orNull(ID));
    /** @type {Readonly<Record<string, Record<string, Check>>>} */
    const shapes = Object.freeze({
      send: { turn: ID, conversationId: orNull(ID), promptId: orNull(ID) },
      finished: { turn: ID, draft: shaped(draft) },
      failed: { turn: ID, conversationId: orNull(ID), promptId: orNull(ID), code: text(40) },
      dropped: { turn: ID },
      temporary: { conversationId: id },
      conversation: { chat: shaped(chatShape(id)), drafts: listOf(draftShape(id), 50) },
      chats: { chats: listOf(chatShape(id), 200) },
      read: { conversationId: id, status: count, retryAfter: orNull(count) },
      fault: { where: text(40) },
    });
    return (value) => {
      const type = /** @type {{type?: unknown} | null} */ (value)?.type;
      const shape = typeof type === "string" && Object.hasOwn(shapes, type) ? shapes[type] : undefined;
      return shape && shaped(shape)(value) ? /** @type {Capture.UpMessage} */ (value) : null;
    };
  }

  capture.makeMessageCheck = makeMessageCheck;
})((globalThis.skilltrailCapture ??= {}));
