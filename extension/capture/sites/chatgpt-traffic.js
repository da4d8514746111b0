/// <reference path="../types.d.ts" />
"use strict";
// What goes over the wire between chatgpt.com and its page, as data: addresses, events, types. When the
// site changes, this file and its sister chatgpt-page.js change, `version` goes up, and nothing else
// should have to. Two files, because a browser runs no file in two worlds. Imports nothing.
// State of knowledge: October 2026.

((capture) => {
  const API = String.raw`\/backend-(?:api|anon)`;
  const UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";
  const path = (/** @type {string} */ pattern) => new RegExp(`^${pattern}$`, "i");

  /** The page's own requests that we look at. The first match counts; `prepare` is not a send. */
  const endpoints = Object.freeze([
    { kind: "send", method: "POST", path: path(`${API}\\/(?:f\\/)?conversation`) },
    { kind: "send", method: "POST", path: path(`${API}\\/sidebar\\/conversation`) },
    { kind: "send", method: "POST", path: path(`(?:${API})?\\/unauth-mweb\\/conversation\\/updates`) },
    { kind: "resume", method: "POST", path: path(`${API}\\/(?:f\\/)?conversation\\/resume`) },
    { kind: "stop", method: "POST", path: path(`${API}\\/(?:f\\/)?stop_conversation`) },
    { kind: "tree", method: "GET", path: path(`${API}\\/conversation\\/(${UUID})`) },
    { kind: "window", method: "GET", path: path(`${API}\\/conversations\\/(${UUID})`) },
    { kind: "older", method: "GET", path: path(`${API}\\/conversations\\/(${UUID})\\/messages`) },
    { kind: "batch", method: "POST", path: path(`${API}\\/conversations\\/batch`) },
    { kind: "list", method: "GET", path: path(`${API}\\/conversations`) },
    { kind: "list", method: "GET", path: path(`${API}\\/gizmos\\/snorlax\\/sidebar`) },
    { kind: "list", method: "GET", path: path(`${API}\\/gizmos\\/g-p-[^/]+\\/conversations`) },
  ]);

  /** Reads of our own, made only when the learner has switched them on. */
  const reads = Object.freeze({
    session: "/api/auth/session",
    conversations: Object.freeze([
      { kind: "tree", path: "/backend-api/conversation/{id}" },
      { kind: "window", path: "/backend-api/conversations/{id}?include_has_versions=true&num_turns=20" },
    ]),
    accountCookie: "_account",
    accountHeader: "Chatgpt-Account-Id",
  });

  const stream = Object.freeze({
    extractor: "chatgpt-stream@1",
    grammar: "v1",
    grammarEvent: "delta_encoding",
    deltaEvent: "delta",
    pingEvent: "ping",
    endOfLeg: "[DONE]",
    types: Object.freeze({
      token: "resume_conversation_token",
      prompt: "input_message",
      title: "title_generation",
      model: "server_ste_metadata",
      handoff: "stream_handoff",
      moderation: "moderation",
      complete: "message_stream_complete",
      details: "conversation_detail_metadata",
      error: "error",
    }),
    socket: Object.freeze({
      /** A quick look at the text of a frame before it is parsed. */
      hint: "conversation-turn",
      turn: "conversation-turn-stream",
      turnComplete: "conversation-turn-complete",
      item: "stream-item",
      done: "done",
      error: "error",
    }),
  });

  const json = Object.freeze({ extractor: "chatgpt-json@1" });

  const urls = Object.freeze({
    conversationId: path(UUID),
    temporary: Object.freeze({ parameter: "temporary-chat", value: "true" }),
  });

  /** @type {Readonly<Capture.TrafficSite>} */
  const site = Object.freeze({ version: 1, endpoints, reads, stream, json, urls });

  capture.CHATGPT = site;
})((globalThis.skilltrailCapture ??= {}));
