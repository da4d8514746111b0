"use strict";
// What a turn has come to when one of its streams ends: an answer, a failure, or not yet.

((capture) => {
  const { objectOf, textOrNull, timeOf } = capture.values;
  const { joinReplies, mergeCitations, rawText, attachmentsOf, folderOf } = capture.messageText;

  /**
   * @typedef {object} TurnState
   * @property {Capture.Send | null} send null when this page life has not seen the send
   * @property {string} startedAt
   * @property {any} reducer
   * @property {boolean} stopped
   * @property {boolean} secondLegEnded
   *
   * @typedef {{kind: "waiting"} | {kind: "failed", code: string} | {kind: "finished", draft: Capture.Draft}} Verdict
   */

  /** @type {Readonly<Record<string, Capture.Status>>} */
  const STATUS_BY_FINISH = Object.freeze({ interrupted: "interrupted", max_tokens: "partial" });

  /**
   * @param {Capture.Json} message the last visible one
   * @param {TurnState} turn
   * @param {Capture.LegEnd} how
   * @returns {Capture.Status}
   */
  function statusOf(message, turn, how) {
    const said = STATUS_BY_FINISH[String(objectOf(objectOf(message.metadata).finish_details).type)];
    if (said) return said;
    const finished = message.status === "finished_successfully";
    if (finished && message.end_turn === true) return "complete";
    if (turn.stopped) return "interrupted";
    const closed = how === "end" && (turn.reducer.endOfLeg || turn.reducer.complete);
    return closed && (finished || message.status === undefined) ? "complete" : "partial";
  }

  /**
   * @param {TurnState} turn
   * @param {Capture.LegEnd} how
   * @returns {string} why there is no answer
   */
  function reasonFor(turn, how) {
    if (turn.reducer.endsInSystemError()) return "system_error";
    if (turn.stopped) return "stopped";
    return how === "end" ? "no_answer" : how;
  }

  /**
   * @param {TurnState} turn
   * @param {any} memory
   * @returns {{promptId: string | null, earlier: Capture.Reply[]}} and the replies that this turn continues
   */
  function promptOf({ send, reducer }, memory) {
    if (send?.action !== "continue") {
      const echoed = textOrNull(reducer.promptEcho?.id);
      return { promptId: send?.promptId ?? echoed ?? memory.waiting(reducer.conversationId), earlier: [] };
    }
    const continued = memory.answer(send.parentId);
    return continued ?? { promptId: memory.latest(reducer.conversationId), earlier: [] };
  }

  /**
   * The prompt as the send said it, else as it was seen earlier, else as the service echoes it.
   *
   * @param {TurnState} turn
   * @param {any} memory
   * @param {string | null} promptId
   * @returns {Pick<Capture.KnownPrompt, "parentId" | "createdAt" | "attachments"> & {prompt: string | null}}
   */
  function promptSource({ send, reducer }, memory, promptId) {
    if (send !== null && send.prompt !== null) return send;
    const known = memory.prompt(promptId);
    if (known) return known;
    const echo = objectOf(reducer.promptEcho);
    return {
      prompt: "content" in echo ? rawText(echo) : null,
      parentId: null,
      createdAt: timeOf(echo.create_time),
      attachments: attachmentsOf(echo),
    };
  }

  /**
   * @param {TurnState} turn
   * @param {any} memory
   * @param {string | null} promptId
   */
  function promptFacts(turn, memory, promptId) {
    const { prompt, parentId, createdAt, attachments } = promptSource(turn, memory, promptId);
    const echoedAt = timeOf(turn.reducer.promptEcho?.create_time);
    const askedAt = createdAt ?? echoedAt;
    return {
      promptId,
      prompt,
      parentId,
      attachments,
      askedAt: askedAt ?? turn.startedAt,
      askedAtSource: /** @type {Capture.TimeSource} */ (askedAt === null ? "observed" : "message"),
    };
  }

  /**
   * @param {Capture.Reply[]} replies
   * @returns {Capture.Reply[]} each id once; a message that went on replaces its beginning
   */
  function eachOnce(replies) {
    return [...new Map(replies.map((reply) => [reply.id ?? reply, reply])).values()];
  }

  /** @type {(turn: TurnState, message: Capture.Json) => string | null} */
  const modelOf = ({ reducer, send }, message) =>
    reducer.model ?? textOrNull(objectOf(message.metadata).model_slug) ?? send?.model ?? null;

  /**
   * @param {TurnState} turn
   * @param {Capture.LegEnd} how
   * @param {{memory: any, extractor: string, now: () => string}} context
   * @returns {Capture.Draft}
   */
  function draftOf(turn, how, { memory, extractor, now }) {
    const { reducer } = turn;
    const { promptId, earlier } = promptOf(turn, memory);
    const replies = eachOnce([...earlier, ...reducer.replies()]);
    const last = /** @type {Capture.Reply} */ (replies.at(-1));
    const status = statusOf(last.message, turn, how);
    const sound = !reducer.uncertain && (how === "end" || status !== "partial");
    memory.noteAnswer(promptId, replies);
    return {
      conversationId: reducer.conversationId,
      ...promptFacts(turn, memory, promptId),
      replyId: last.id,
      reply: joinReplies(replies),
      answeredAt: now(),
      model: modelOf(turn, last.message),
      title: reducer.title,
      ...folderOf(turn.send?.gizmoId),
      fidelity: sound ? "stream_complete" : "stream_partial",
      status: sound || status === "interrupted" ? status : "partial",
      onCurrentPath: true,
      citations: mergeCitations(replies.map((reply) => reply.citations)),
      extractor,
    };
  }

  /**
   * @param {TurnState} turn
   * @param {Capture.LegEnd} how the way its latest stream ended
   * @param {{memory: any, extractor: string, now: () => string}} context
   * @returns {Verdict}
   */
  function judgeTurn(turn, how, context) {
    const { reducer } = turn;
    if (reducer.blocked) return { kind: "failed", code: "moderation" };
    if (reducer.hasError()) return { kind: "failed", code: "error" };
    const last = reducer.replies().at(-1);
    const unfinished = !last || statusOf(last.message, turn, how) !== "complete";
    // After a hand-off the end of this stream says nothing: the answer comes by another way.
    if (unfinished && awaitsSecondLeg(turn)) return { kind: "waiting" };
    if (!last || (unfinished && reducer.endsInSystemError())) return { kind: "failed", code: reasonFor(turn, how) };
    return { kind: "finished", draft: draftOf(turn, how, context) };
  }

  /** @type {(turn: TurnState) => boolean} */
  const awaitsSecondLeg = (turn) => turn.reducer.handedOff && !turn.secondLegEnded && !turn.stopped;

  capture.judgeTurn = judgeTurn;
})((globalThis.skilltrailCapture ??= {}));
