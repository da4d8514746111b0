"use strict";
// Server-sent events out of text that may be cut anywhere, also between \r and \n.

((capture) => {
  const LINE_END = /\r\n|\n|\r/g;

  class SseParser {
    #rest = "";
    #event = "";
    /** @type {string[]} */
    #data = [];
    /** @type {(event: Capture.SseEvent) => void} */
    #emit;

    /** @param {(event: Capture.SseEvent) => void} emit */
    constructor(emit) {
      this.#emit = emit;
    }

    /** @param {string} text the next piece of the stream */
    push(text) {
      const whole = this.#rest + text;
      let start = 0;
      LINE_END.lastIndex = 0;
      for (let match = LINE_END.exec(whole); match; match = LINE_END.exec(whole)) {
        // A lone \r at the very end may be half of \r\n: the next piece tells.
        if (match[0] === "\r" && LINE_END.lastIndex === whole.length) break;
        this.#line(whole.slice(start, match.index));
        start = LINE_END.lastIndex;
      }
      this.#rest = whole.slice(start);
    }

    /**
     * The stream is over. What stands in the buffer is emitted as if a blank line had followed.
     *
     * @returns {boolean} whether the stream stopped in the middle of an event
     */
    end() {
      const open = this.#rest.replace(/\r$/, "");
      this.#rest = "";
      if (open !== "") this.#line(open);
      const midway = this.#data.length > 0;
      this.#dispatch();
      return midway;
    }

    /** @param {string} line */
    #line(line) {
      if (line === "") return this.#dispatch();
      const colon = line.indexOf(":");
      const field = colon === -1 ? line : line.slice(0, colon);
      const value = colon === -1 ? "" : line.slice(colon + 1).replace(/^ /, "");
      if (field === "data") this.#data.push(value);
      if (field === "event") this.#event = value;
    }

    #dispatch() {
      const event = { event: this.#event, data: this.#data.join("\n") };
      const empty = this.#data.length === 0;
      this.#event = "";
      this.#data = [];
      if (!empty) this.#emit(event);
    }
  }

  capture.SseParser = SseParser;
})((globalThis.skilltrailCapture ??= {}));
