"use strict";
// One turn of the page: a send, and everything that arrives in answer to it.

((capture) => {
  class Turn {
    openLegs = 0;
    stopped = false;
    /** Of a temporary chat: nothing of it may leave the page. */
    dropped = false;
    /** The answer is whole; whatever comes next belongs to another turn. */
    concluded = false;
    secondLegEnded = false;
    characters = 0;
    lastReport = "";
    /** @type {Capture.Leg | null} */
    socketLeg = null;
    /** @type {Set<string>} items of the socket that were read; they may be sent twice */
    itemIds = new Set();

    /**
     * @param {string} key
     * @param {Capture.Send | null} send null when this page life has not seen or could not read it
     * @param {string} startedAt RFC 3339
     * @param {any} reducer
     */
    constructor(key, send, startedAt, reducer) {
      this.key = key;
      this.send = send;
      this.startedAt = startedAt;
      this.reducer = reducer;
      reducer.conversationId = send?.conversationId ?? null;
    }
  }

  capture.Turn = Turn;
})((globalThis.skilltrailCapture ??= {}));
