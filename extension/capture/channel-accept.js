"use strict";
// The extension's end of the private line between the two worlds; see channel-offer.js. Everything that
// comes up the line counts as said by the page.

((capture) => {
  const OFFER = "skilltrail:capture:offer";
  const HELLO = "skilltrail:capture:hello";
  const UP = "up";
  const DOWN = "down";
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
    port.addEventListener(UP, listen);
    return {
      send: (/** @type {unknown} */ message) => {
        // Text only: objects do not pass from one world to the other in every browser.
        dispatchEvent.call(port, new CustomEvent(DOWN, { detail: stringify(message) }));
      },
      close: () => port.removeEventListener(UP, listen),
    };
  }

  /**
   * Takes the first line that is offered, and no other.
   *
   * @param {any} world
   * @param {(message: unknown) => void} onMessage gets whatever the page's side says, unchecked
   * @returns {Capture.Channel<Capture.DownMessage>}
   */
  function acceptChannel(world, onMessage) {
    const { document, Event } = world;
    /** @type {ReturnType<typeof openLine> | null} */
    let line = null;
    const accept = (/** @type {Event} */ event) => {
      const port = /** @type {MouseEvent} */ (event).relatedTarget;
      if (line !== null || !port) return;
      document.removeEventListener(OFFER, accept);
      line = openLine(world, port, onMessage);
      line.send({ type: "ready" });
    };
    document.addEventListener(OFFER, accept);
    document.dispatchEvent(new Event(HELLO));
    return {
      send: (message) => line?.send(message),
      close: () => {
        document.removeEventListener(OFFER, accept);
        line?.close();
      },
    };
  }

  capture.acceptChannel = acceptChannel;
})((globalThis.skilltrailCapture ??= {}));
