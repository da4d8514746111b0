"use strict";
// The page's end of the private line between the two worlds. A detached element carries the messages; it
// is handed over before any script of the page runs, so the page has no name for it. The other end is
// channel-accept.js; a browser runs no file in two worlds, so what they share is written twice.

((capture) => {
  const OFFER = "skilltrail:capture:offer";
  const HELLO = "skilltrail:capture:hello";
  const UP = "up";
  const DOWN = "down";
  /** Messages kept while the other side is not there yet. */
  const WAITING_MAX = 200;
  /** Characters of one message. */
  const MESSAGE_MAX = 32 * 1024 * 1024;

  /**
   * @param {any} world window of the world we run in; its functions are kept, as the page may replace them
   * @param {EventTarget} port
   * @param {(message: unknown) => void} onMessage
   */
  function openLine(world, port, onMessage) {
    const { CustomEvent } = world;
    const { dispatchEvent } = world.EventTarget.prototype;
    const { stringify, parse } = world.JSON;
    const listen = (/** @type {Event} */ event) => {
      const text = /** @type {CustomEvent} */ (event).detail;
      if (typeof text === "string" && text.length <= MESSAGE_MAX) onMessage(parse(text));
    };
    port.addEventListener(DOWN, listen);
    return {
      send: (/** @type {unknown} */ message) => {
        // Text only: objects do not pass from one world to the other in every browser.
        dispatchEvent.call(port, new CustomEvent(UP, { detail: stringify(message) }));
      },
      close: () => port.removeEventListener(DOWN, listen),
    };
  }

  /**
   * Offers the line until the other side has taken it.
   *
   * @param {any} world
   * @param {(message: Capture.DownMessage) => void} onMessage
   * @returns {Capture.Channel<Capture.UpMessage>}
   */
  function offerChannel(world, onMessage) {
    const { document, MouseEvent } = world;
    const port = document.createElement("i");
    /** @type {Capture.UpMessage[] | null} null once the other side is there */
    let waiting = [];
    // An event's related target is the one thing that both worlds see as the same node.
    const offer = () => document.dispatchEvent(new MouseEvent(OFFER, { relatedTarget: port }));
    const stopOffering = () => document.removeEventListener(HELLO, offer);
    const line = openLine(world, port, (message) => {
      const queued = waiting;
      waiting = null;
      stopOffering();
      queued?.forEach(line.send);
      onMessage(/** @type {Capture.DownMessage} */ (message));
    });
    document.addEventListener(HELLO, offer);
    offer();
    return {
      send: (message) => {
        if (waiting === null) line.send(message);
        else if (waiting.length < WAITING_MAX) waiting.push(message);
      },
      close: () => {
        stopOffering();
        line.close();
      },
    };
  }

  capture.offerChannel = offerChannel;
})((globalThis.skilltrailCapture ??= {}));
