"use strict";
// What the body of a send says: which prompt, in which chat, and whether it is anyone's business.

((capture) => {
  const { objectOf, listOf, textOrNull, timeOf } = capture.values;
  const { rawText, attachmentsOf, roleOf } = capture.messageText;

  /**
   * @param {string} body JSON
   * @returns {Capture.Send | null} null when it cannot be read
   */
  function readSendBody(body) {
    const json = parseObject(body);
    if (json === null) return null;
    const message = promptOf(json);
    const action = textOrNull(json.action) ?? "next";
    const parentId = textOrNull(json.parent_message_id);
    return {
      action,
      // A regeneration without a message names its prompt as the parent.
      promptId: textOrNull(message.id) ?? (action === "variant" ? parentId : null),
      prompt: "content" in message ? rawText(message) : null,
      parentId,
      conversationId: textOrNull(json.conversation_id),
      model: json.model === "auto" ? null : textOrNull(json.model),
      gizmoId: textOrNull(objectOf(json.conversation_mode).gizmo_id) ?? textOrNull(json.gizmo_id),
      temporary: json.history_and_training_disabled === true,
      createdAt: timeOf(message.create_time),
      attachments: attachmentsOf(message),
    };
  }

  /**
   * @param {string} body
   * @returns {Capture.Json | null}
   */
  function parseObject(body) {
    try {
      const value = JSON.parse(body);
      return typeof value === "object" && value !== null && !Array.isArray(value) ? value : null;
    } catch {
      return null;
    }
  }

  /** @type {(json: Capture.Json) => Capture.Json} the last message that the person wrote */
  const promptOf = (json) =>
    listOf(json.messages).map(objectOf).findLast((/** @type {Capture.Json} */ message) => roleOf(message) === "user") ?? {};

  /**
   * @param {string} body JSON of a request for the second leg of an answer
   * @returns {{conversationId: string | null, offset: number}}
   */
  function readResumeBody(body) {
    const json = parseObject(body) ?? {};
    const offset = Number(json.offset);
    return {
      conversationId: textOrNull(json.conversation_id),
      offset: Number.isSafeInteger(offset) && offset > 0 ? offset : 0,
    };
  }

  capture.readSendBody = readSendBody;
  capture.readResumeBody = readResumeBody;
})((globalThis.skilltrailCapture ??= {}));
