"use strict";
// Listens beside the page on its WebSockets: the rest of an answer may come that way, and one socket
// serves every chat.

((capture) => {
  const { objectOf, textOrNull } = capture.values;

  class SocketWatch {
    #tracker;
    #format;

    /**
     * @param {object} needs
     * @param {any} needs.tracker
     * @param {Capture.StreamFormat} needs.format
     */
    constructor({ tracker, format }) {
      this.#tracker = tracker;
      this.#format = format.socket;
    }

    /**
     * @param {any} page the window
     * @param {<A extends unknown[]>(where: string, work: (...args: A) => unknown) => (...args: A) => void} guard
     * @param {() => boolean} isOn
     */
    install(page, guard, isOn) {
      const look = guard("socket", (/** @type {MessageEvent} */ event) => {
        if (isOn()) this.take(event.data);
      });
      const listen = guard("socket open", (/** @type {WebSocket} */ socket) => {
        socket.addEventListener("message", look);
      });
      const Native = page.WebSocket;
      page.WebSocket = new Proxy(Native, {
        construct(target, args, newTarget) {
          const socket = Reflect.construct(target, args, newTarget);
          listen(socket);
          return socket;
        },
      });
      // socket.constructor === WebSocket must stay true for the page.
      Native.prototype.constructor = page.WebSocket;
    }

    /** @param {unknown} data of one message event */
    take(data) {
      const text = data instanceof ArrayBuffer ? new TextDecoder().decode(data) : data;
      if (typeof text !== "string" || !text.includes(this.#format.hint ?? "")) return;
      const value = JSON.parse(text);
      for (const frame of Array.isArray(value) ? value : [value]) this.#frame(objectOf(frame));
    }

    /** @param {Capture.Json} frame */
    #frame(frame) {
      const outer = objectOf(frame.payload);
      const kind = outer.type ?? frame.type;
      const inner = objectOf(outer.payload);
      if (kind === this.#format.turnComplete) {
        const conversationId = textOrNull(inner.conversation_id) ?? textOrNull(outer.conversation_id);
        this.#tracker.socketEnd({ topic: null, conversationId }, "end");
      }
      if (kind === this.#format.turn) this.#turnItem(textOrNull(frame.topic_id), inner);
    }

    /**
     * @param {string | null} topic
     * @param {Capture.Json} item
     */
    #turnItem(topic, item) {
      const conversationId = textOrNull(item.conversation_id);
      if (item.type === this.#format.done) this.#tracker.socketEnd({ topic, conversationId }, "end");
      if (item.type === this.#format.error) this.#tracker.socketEnd({ topic, conversationId }, "error");
      if (item.type !== this.#format.item || typeof item.encoded_item !== "string") return;
      this.#tracker.socketItem({
        topic,
        conversationId,
        id: textOrNull(item.stream_item_id),
        parentId: textOrNull(item.parent_stream_item_id),
        text: item.encoded_item,
      });
    }
  }

  capture.SocketWatch = SocketWatch;
})((globalThis.skilltrailCapture ??= {}));
