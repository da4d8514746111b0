/** The page's own reading of a stream: SSE framing, delta encoding v1, snapshots. */

/** Cuts decoded text into SSE frames. */
export class FrameReader {
  constructor() {
    this.text = "";
  }

  /**
   * @param {string} piece
   * @returns {{event: string, data: string}[]} the frames that are whole now
   */
  feed(piece) {
    this.text += piece;
    // A CR at the end may be the first half of CR LF: wait for the rest.
    const usable = this.text.endsWith("\r") ? this.text.length - 1 : this.text.length;
    const ready = this.text.slice(0, usable).replaceAll("\r\n", "\n");
    const frames = ready.split("\n\n");
    this.text = frames.pop() + this.text.slice(usable);
    return frames.map(parseFrame).filter((frame) => frame.data !== "");
  }
}

function parseFrame(block) {
  const frame = { event: "", data: "" };
  for (const line of block.split("\n")) {
    if (line.startsWith("event: ")) frame.event = line.slice(7);
    if (line.startsWith("data: ")) frame.data += line.slice(6);
  }
  return frame;
}

/** Assembles the messages of one answer. */
export class Reducer {
  constructor() {
    this.slots = new Map();
    this.snapshots = new Map();
    this.slot = 0;
    this.pointer = "";
    this.operation = "add";
    this.encoded = false;
    this.notes = [];
    this.failed = false;
    this.done = false;
    this.conversationId = null;
  }

  /** @param {{event: string, data: string}} frame */
  take(frame) {
    if (frame.data === "[DONE]") {
      this.done = true;
      return;
    }
    const value = JSON.parse(frame.data);
    if (frame.event === "delta_encoding") this.encoded = true;
    else if (frame.event === "delta") this.delta(value);
    else if (value.type) this.note(value);
    else this.snapshot(value);
  }

  note(value) {
    this.notes.push(value);
    this.conversationId = value.conversation_id ?? this.conversationId;
    if (value.type === "moderation" && value.moderation_response.blocked) this.failed = true;
  }

  snapshot(value) {
    this.conversationId = value.conversation_id ?? this.conversationId;
    if (value.error) this.failed = true;
    else this.snapshots.set(value.message.id, value.message);
  }

  delta(frame) {
    this.slot = frame.c ?? this.slot;
    this.pointer = frame.p ?? this.pointer;
    this.operation = frame.o ?? this.operation;
    const opens = frame.v !== null && typeof frame.v === "object" && "message" in frame.v;
    if (opens) {
      this.slots.set(this.slot, frame.v);
      this.conversationId = frame.v.conversation_id ?? this.conversationId;
      return;
    }
    this.apply(this.pointer, this.operation, frame.v);
  }

  apply(pointer, operation, value) {
    if (operation === "patch") {
      for (const part of value) this.apply(pointer + part.p, part.o, part.v);
      return;
    }
    const keys = pointer.split("/").slice(1).map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));
    const last = keys.pop();
    let place = this.slots.get(this.slot);
    for (const key of keys) place = place[key] ??= {};
    operate(place, last, operation, value);
  }

  /** @returns {object[]} the messages so far, in order of their opening */
  messages() {
    const opened = [...this.slots.values()].map((slot) => slot.message);
    return this.encoded ? opened : [...this.snapshots.values()];
  }
}

function operate(place, key, operation, value) {
  const old = place[key];
  if (operation === "remove") delete place[key];
  else if (operation === "truncate") place[key] = old.slice(0, value);
  else if (operation !== "append") place[key] = value;
  else if (typeof old === "string") place[key] = old + value;
  else if (Array.isArray(old)) place[key] = old.concat(value);
  else place[key] = { ...old, ...value };
}

/** @param {object} message */
export function isVisibleAnswer(message) {
  const { author, recipient, content, channel, metadata = {} } = message;
  return (
    author.role === "assistant" &&
    recipient === "all" &&
    ["text", "multimodal_text"].includes(content.content_type) &&
    ["final", null, undefined].includes(channel) &&
    !metadata.is_visually_hidden_from_conversation &&
    !metadata.is_thinking_preamble_message
  );
}

/**
 * @param {object} message
 * @returns {string} the text as a person reads it, citation marks replaced
 */
export function shownText(message) {
  let text = message.content.parts.filter((part) => typeof part === "string").join("\n\n");
  for (const one of message.metadata?.content_references ?? []) {
    text = text.replaceAll(one.matched_text, one.alt ?? "");
  }
  return text.replace(/\uE200[^\uE201]*\uE201/g, "");
}
