"use strict";
// The captured exchange in the words of the wire.

((capture) => {
  const SURROGATE_ALONE = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g;

  /** Characters of a prompt or reply; the worker replaces secrets first and then cuts further. */
  const TEXT_MAX = 5_000_000;

  /**
   * Half a surrogate pair is no text to anybody else: a stream cut in the middle can leave one.
   *
   * @param {string} text
   */
  const whole = (text) => text.slice(0, TEXT_MAX).replace(SURROGATE_ALONE, "\uFFFD");

  /**
   * @param {Capture.Draft} draft with its conversation id and prompt
   * @param {{provider: string, capturedAt: string}} context
   * @returns {Record<string, unknown>} an exchange without capture id and redactions, which the worker adds
   */
  function makeItem(draft, { provider, capturedAt }) {
    const prompt = draft.prompt ?? "";
    return {
      provider,
      account: "",
      conversation_id: draft.conversationId,
      prompt_id: draft.promptId,
      reply_id: draft.replyId,
      parent_id: draft.parentId,
      prompt: whole(prompt),
      reply: whole(draft.reply),
      asked_at: draft.askedAt,
      answered_at: draft.answeredAt,
      asked_at_source: draft.askedAtSource,
      model: draft.model,
      title: draft.title === null ? null : whole(draft.title),
      project_id: draft.projectId,
      gizmo_id: draft.gizmoId,
      origin: "extension",
      fidelity: draft.fidelity,
      status: draft.status,
      on_current_path: draft.onCurrentPath,
      attachments: draft.attachments,
      citations: draft.citations,
      extractor: draft.extractor,
      captured_at: capturedAt,
      truncated: prompt.length > TEXT_MAX || draft.reply.length > TEXT_MAX,
    };
  }

  capture.makeItem = makeItem;
})((globalThis.skilltrailCapture ??= {}));
