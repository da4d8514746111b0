"use strict";
// What of a ChatGPT message a person can see. The same rules serve the stream and the conversation JSON.

((capture) => {
  const SPOKEN = "audio_transcription";
  const TEXT_TYPES = new Set(["text", "multimodal_text"]);
  const ANSWER_CHANNELS = new Set(["final", null, undefined]);
  const HIDDEN_FLAGS = [
    "is_visually_hidden_from_conversation",
    "is_user_system_message",
    "is_thinking_preamble_message",
  ];
  /** Longest text inside a pair of private-use citation marks. */
  const MARKED = /\uE200[^\uE200\uE201\n]{0,2000}(?:\uE201|$)/gm;
  const LOOSE_MARKS = /[\uE200-\uE2FF]/g;
  const OLD_MARKS = /【[^】\n]{0,80}†[^】\n]{0,200}】/g;

  const ATTACHMENTS_MAX = 50;
  const CITATIONS_MAX = 100;
  const LABEL_MAX = 2000;
  const URL_MAX = 8000;

  /**
   * @param {unknown} value
   * @returns {Capture.Json} the value if it is an object, else an empty one
   */
  const objectOf = (value) =>
    typeof value === "object" && value !== null && !Array.isArray(value) ? /** @type {Capture.Json} */ (value) : {};
  /** @type {(value: unknown) => unknown[]} */
  const listOf = (value) => (Array.isArray(value) ? value : []);
  /** @type {(value: unknown) => string | null} */
  const textOrNull = (value) => (typeof value === "string" && value !== "" ? value : null);
  /** @type {(value: unknown, max: number) => string | null} */
  const labelOf = (value, max) => textOrNull(value)?.slice(0, max) ?? null;

  /**
   * @param {unknown} value seconds since 1970, or an ISO string
   * @returns {string | null} RFC 3339 in UTC
   */
  function timeOf(value) {
    const millis = typeof value === "number" ? value * 1000 : typeof value === "string" ? Date.parse(value) : NaN;
    const inRange = millis > 0 && millis < 8.64e15;
    return inRange ? new Date(millis).toISOString() : null;
  }

  /** @type {(message: Capture.Json) => boolean} */
  function isHidden(message) {
    const metadata = objectOf(message.metadata);
    const type = objectOf(message.content).content_type;
    return HIDDEN_FLAGS.some((flag) => metadata[flag] === true) || !TEXT_TYPES.has(String(type));
  }

  /** @type {(message: Capture.Json) => string} */
  const roleOf = (message) => String(objectOf(message.author).role ?? "");

  /** @type {(message: Capture.Json) => boolean} */
  const isPrompt = (message) => roleOf(message) === "user" && !isHidden(message);

  /** @type {(message: Capture.Json) => boolean} */
  const isReply = (message) =>
    roleOf(message) === "assistant" &&
    (message.recipient ?? "all") === "all" &&
    ANSWER_CHANNELS.has(/** @type {string | null | undefined} */ (message.channel)) &&
    !isHidden(message);

  /** @type {(part: unknown) => string} */
  function partText(part) {
    if (typeof part === "string") return part;
    const { content_type: type, text } = objectOf(part);
    return type === SPOKEN && typeof text === "string" ? text : "";
  }

  /**
   * @param {Capture.Json} message
   * @returns {string} its parts, joined by a blank line; nothing that is not text
   */
  function rawText(message) {
    const parts = listOf(objectOf(message.content).parts).map(partText);
    return parts.filter((part) => part.trim() !== "").join("\n\n");
  }

  /** @type {(message: Capture.Json) => Capture.Attachment[]} */
  function attachmentsOf(message) {
    const listed = listOf(objectOf(message.metadata).attachments).map(objectOf);
    return listed.slice(0, ATTACHMENTS_MAX).map(({ name, mime_type: mime, mimeType, size }) => ({
      name: labelOf(name, LABEL_MAX) ?? "file",
      mime: labelOf(mime ?? mimeType, 200),
      size: Number.isSafeInteger(size) && Number(size) >= 0 ? Number(size) : null,
    }));
  }

  /**
   * Put a reference's readable form where its mark stands; without one the mark goes.
   *
   * @param {string} text
   * @param {Capture.Json} reference
   */
  function replaceMark(text, reference) {
    const mark = textOrNull(reference.matched_text);
    // Some references match a blank: there is nothing to replace, and every blank would be hit.
    if (mark === null || mark.trim() === "") return text;
    const readable = typeof reference.alt === "string" ? reference.alt : "";
    const start = Number(reference.start_idx);
    if (text.slice(start, start + mark.length) === mark) {
      return text.slice(0, start) + readable + text.slice(start + mark.length);
    }
    const found = text.lastIndexOf(mark);
    return found === -1 ? text : text.slice(0, found) + readable + text.slice(found + mark.length);
  }

  /**
   * Readable text of an answer: citation marks replaced from the end backwards, because their indices
   * refer to the original; what is left of them deleted.
   *
   * @param {Capture.Json} message
   * @returns {string}
   */
  function replyText(message) {
    const references = listOf(objectOf(message.metadata).content_references).map(objectOf);
    const backwards = [...references].sort((a, b) => (Number(b.start_idx) || 0) - (Number(a.start_idx) || 0));
    const readable = backwards.reduce(replaceMark, rawText(message));
    // Blanks at the end mean nothing, and an answer that was cut off often has one; at the beginning they may.
    return readable.replace(MARKED, "").replace(LOOSE_MARKS, "").replace(OLD_MARKS, "").trimEnd();
  }

  /** @type {(source: Capture.Json) => Capture.Citation | null} */
  function citationOf({ url, title, metadata }) {
    const address = textOrNull(url) ?? textOrNull(objectOf(metadata).url);
    if (address === null || address.length > URL_MAX || !/^https?:\/\//i.test(address)) return null;
    return { url: address, title: labelOf(title, LABEL_MAX) ?? labelOf(objectOf(metadata).title, LABEL_MAX) };
  }

  /** @type {(message: Capture.Json) => Capture.Citation[]} */
  function citationsOf(message) {
    const metadata = objectOf(message.metadata);
    const references = listOf(metadata.content_references).map(objectOf);
    const nested = references.flatMap((one) => [one, ...listOf(one.items), ...listOf(one.sources)]);
    const cited = [...nested, ...listOf(metadata.citations)].map((one) => citationOf(objectOf(one)));
    return mergeCitations([cited.filter((one) => one !== null)]);
  }

  /**
   * @param {Capture.Citation[][]} lists
   * @returns {Capture.Citation[]} each address once, in order
   */
  function mergeCitations(lists) {
    const byUrl = new Map(lists.flat().toReversed().map((one) => [one.url, one]));
    return [...byUrl.values()].toReversed().slice(0, CITATIONS_MAX);
  }

  /** @type {(message: Capture.Json) => Capture.Reply} */
  const replyOf = (message) => ({
    id: textOrNull(message.id),
    text: replyText(message),
    citations: citationsOf(message),
    message,
  });

  /** @type {(replies: {text: string}[]) => string} */
  const joinReplies = (replies) => replies.map((reply) => reply.text).join("\n\n");

  /**
   * A project is a kind of gizmo at the source; its id may carry a readable tail.
   *
   * @param {...unknown} candidates the first text counts
   * @returns {{projectId: string | null, gizmoId: string | null}}
   */
  function folderOf(...candidates) {
    const id = candidates.map(textOrNull).find((one) => one !== null) ?? null;
    const project = id?.match(/^g-p-[a-z0-9]+/i)?.[0] ?? null;
    const gizmo = id?.match(/^g-(?!p-)[a-z0-9]+/i)?.[0] ?? null;
    return { projectId: project, gizmoId: gizmo };
  }

  /** @type {(value: unknown) => string | null} */
  const titleOf = (value) => labelOf(value, LABEL_MAX);

  capture.values = Object.freeze({ objectOf, listOf, textOrNull, titleOf, timeOf });
  capture.messageText = Object.freeze({
    isPrompt,
    isReply,
    roleOf,
    rawText,
    replyOf,
    joinReplies,
    attachmentsOf,
    mergeCitations,
    folderOf,
  });
})((globalThis.skilltrailCapture ??= {}));
