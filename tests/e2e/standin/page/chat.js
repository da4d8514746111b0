/** What the page remembers of its chats, and how it sends, regenerates, edits and stops. */
import { FrameReader, Reducer, isVisibleAnswer, shownText } from "/assets/reducer.js";
import { TurnSocket, get, post } from "/assets/wire.js";

const socket = new TurnSocket();

/** Add the socket's digest to the page's streams. */
export const reportSocket = () => socket.report();

/**
 * @typedef {{id: string, text: string, model: string}} Shown
 * @typedef {{promptId: string, parent: string, prompt: string, attachments: string[], answers: Shown[],
 *   state: "running" | "done" | "failed", error: string}} Turn
 */

/** One chat in the page's memory. */
export class Chat {
  constructor({ id = null, temporary = false, gizmo = null } = {}) {
    this.id = id;
    this.provisional = `WEB:${crypto.randomUUID()}`;
    this.temporary = temporary;
    this.gizmo = gizmo;
    this.title = "";
    /** @type {Turn[]} */
    this.turns = [];
  }

  get running() {
    return this.turns.some((turn) => turn.state === "running");
  }

  get leaf() {
    return this.turns.at(-1)?.answers.at(-1)?.id ?? this.turns.at(-1)?.promptId ?? "client-created-root";
  }

  get path() {
    const home = this.gizmo ? `/g/${this.gizmo}` : "";
    if (this.temporary) return "/?temporary-chat=true";
    if (this.turns.length === 0) return this.gizmo ? `${home}/project` : "/";
    return `${home}/c/${this.id ?? this.provisional}`;
  }
}

/**
 * Send a prompt, or send it again in another wording (`replace` is the number of the turn).
 * @param {Chat} chat
 * @param {{prompt: string, replace?: number, attachments?: string[], transport?: string, endpoint?: string,
 *   stopAfter?: number, leg?: string, seed?: string}} options
 * @param {() => void} changed called whenever there is something new to show
 */
export async function send(chat, options, changed) {
  const place = options.replace ?? chat.turns.length;
  const parent = options.replace === undefined ? chat.leaf : chat.turns[place].parent;
  const { prompt, attachments = [] } = options;
  const turn = { promptId: crypto.randomUUID(), parent, prompt, attachments, answers: [], state: "running", error: "" };
  chat.turns.splice(place, chat.turns.length, turn);
  changed();
  await prepare(chat, prompt);
  return exchange(chat, turn, { ...options, action: "next", messages: [sentMessage(turn)] }, changed);
}

/** Ask for another answer to the last prompt. */
export async function regenerate(chat, options, changed) {
  const turn = chat.turns.at(-1);
  turn.answers = [];
  turn.state = "running";
  changed();
  return exchange(chat, turn, { ...options, action: "variant", messages: [] }, changed);
}

/** Press the stop button. */
export async function stop(chat) {
  const onChunk = () => {};
  await post({ url: "/backend-api/stop_conversation", body: { conversation_id: chat.id }, onChunk });
}

function sentMessage(turn) {
  const plain = { content_type: "text", parts: [turn.prompt] };
  const pictures = turn.attachments.map((name) => ({ content_type: "image_asset_pointer", asset_pointer: `sediment://file_${name}` }));
  const mixed = { content_type: "multimodal_text", parts: [...pictures, turn.prompt] };
  const attachments = turn.attachments.map((name) => ({ id: `file_${name}`, name, size: 321, mime_type: "image/png" }));
  return {
    id: turn.promptId,
    author: { role: "user" },
    create_time: Date.now() / 1000,
    content: turn.attachments.length ? mixed : plain,
    metadata: { serialization_metadata: {}, selected_sources: [], ...(attachments.length ? { attachments } : {}) },
  };
}

async function prepare(chat, prompt) {
  const partial = { id: crypto.randomUUID(), author: { role: "user" }, content: { content_type: "text", parts: [prompt] } };
  const body = { action: "next", conversation_id: chat.id ?? undefined, partial_query: partial };
  await post({ url: "/backend-api/f/conversation/prepare", body, onChunk: () => {} });
}

function sendBody(chat, turn, { action, messages }) {
  return {
    action,
    messages,
    ...(chat.id ? { conversation_id: chat.id } : {}),
    parent_message_id: action === "variant" ? turn.promptId : turn.parent,
    model: "auto",
    timezone_offset_min: -120,
    timezone: "Europe/Berlin",
    history_and_training_disabled: chat.temporary,
    conversation_mode: { kind: chat.gizmo ? "gizmo_interaction" : "primary_assistant", gizmo_id: chat.gizmo },
    system_hints: [],
    supports_buffering: true,
    supported_encodings: ["v1"],
    client_contextual_info: {},
  };
}

async function exchange(chat, turn, options, changed) {
  const reading = new Reading({ chat, turn, options, changed });
  const { endpoint: url = "/backend-api/f/conversation", transport } = options;
  const result = await post({ url, body: sendBody(chat, turn, options), transport, onChunk: (chunk) => reading.bytes(chunk) });
  if (result.status !== 200 && !result.broken) return reading.end("refused");
  if (reading.handoff) await secondLeg(reading, options.leg);
  return reading.end(result.broken ? "broken" : "");
}

async function secondLeg(reading, leg = "websocket") {
  const { topic_id: topic } = reading.handoff.options.find(({ type }) => type.includes(leg === "resume" ? "sse" : "ws"));
  reading.restart();
  if (leg === "websocket") {
    await socket.follow(topic, (text) => reading.text(text));
    return;
  }
  const body = { conversation_id: reading.chat.id, offset: 0 };
  await post({ url: "/backend-api/f/conversation/resume", body, onChunk: (chunk) => reading.bytes(chunk) });
}

/** Follows one answer into the page's memory. */
class Reading {
  constructor({ chat, turn, options, changed }) {
    this.chat = chat;
    this.turn = turn;
    this.changed = changed;
    this.stopAfter = options.stopAfter ?? Infinity;
    this.restart();
  }

  restart() {
    this.decoder = new TextDecoder();
    this.frames = new FrameReader();
    this.reducer = new Reducer();
    this.handoff = null;
  }

  bytes(chunk) {
    this.text(this.decoder.decode(chunk, { stream: true }));
  }

  text(text) {
    for (const frame of this.frames.feed(text)) this.reducer.take(frame);
    this.chat.id ??= this.reducer.conversationId;
    for (const note of this.reducer.notes.splice(0)) this.note(note);
    this.show();
    this.changed();
  }

  note(note) {
    if (note.type === "stream_handoff") this.handoff = note;
    if (note.type === "title_generation") this.chat.title = note.title;
  }

  show() {
    const visible = this.reducer.messages().filter((message) => isVisibleAnswer(message) && shownText(message));
    this.turn.answers = visible.map((message) => ({ id: message.id, text: shownText(message), model: message.metadata.model_slug }));
    const length = this.turn.answers.reduce((sum, answer) => sum + answer.text.length, 0);
    if (length >= this.stopAfter) {
      this.stopAfter = Infinity;
      stop(this.chat);
    }
  }

  end(problem) {
    const broke = this.reducer.failed || this.reducer.messages().some(({ content }) => content.content_type === "system_error");
    this.turn.state = problem === "refused" || broke ? "failed" : "done";
    this.turn.error = this.turn.state === "failed" ? "Something went wrong." : "";
    if (broke) this.turn.answers = [];
    this.changed();
    return {
      conversationId: this.chat.id,
      promptId: this.turn.promptId,
      replyId: this.turn.answers.at(-1)?.id ?? null,
      text: this.turn.answers.map(({ text }) => text).join("\n\n"),
      state: this.turn.state,
    };
  }
}

/**
 * Load an old chat as the page does: the whole tree, or the newest page of a flat window.
 * @param {string} id
 * @param {"tree" | "window"} form
 */
export async function load(id, form) {
  const url = form === "tree" ? `/backend-api/conversation/${id}` : `/backend-api/conversations/${id}?include_has_versions=true&num_turns=10`;
  const data = await get(url);
  const chat = new Chat({ id, gizmo: data.gizmo_id });
  chat.title = data.title;
  chat.cursor = data.page_info?.start_cursor ?? null;
  chat.turns = toTurns(data.messages ?? currentBranch(data));
  return chat;
}

/** Load the page of older turns that comes before what the window holds. */
export async function loadOlder(chat) {
  const data = await get(`/backend-api/conversations/${chat.id}/messages?before=${chat.cursor}`);
  chat.cursor = data.page_info.start_cursor;
  chat.turns.unshift(...toTurns(data.messages));
}

function currentBranch({ mapping, current_node: leaf }) {
  const messages = [];
  for (let node = mapping[leaf]; node; node = mapping[node.parent]) {
    if (node.message) messages.unshift(node.message);
  }
  return messages;
}

function toTurns(messages) {
  const turns = [];
  let parent = "client-created-root";
  for (const message of messages) {
    const hidden = message.metadata?.is_visually_hidden_from_conversation;
    if (message.author.role === "user" && !hidden) {
      const prompt = message.content.parts.filter((part) => typeof part === "string").join("\n\n");
      turns.push({ promptId: message.id, parent, prompt, attachments: [], answers: [], state: "done", error: "" });
    } else if (turns.length && isVisibleAnswer(message) && shownText(message)) {
      turns.at(-1).answers.push({ id: message.id, text: shownText(message), model: message.metadata.model_slug });
    }
    parent = message.id;
  }
  return turns;
}
