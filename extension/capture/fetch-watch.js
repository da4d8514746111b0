"use strict";
// Looks at the page's fetch() and reads clones of the answers. The page gets the very promise and the
// very response it would have had; nothing that fails here can reach it.

((capture) => {
  const { matchEndpoint, describeFetch, fetchBody } = capture.pageRequest;

  /** Bytes of a chat document that are read; far above the largest known. */
  const DOCUMENT_MAX = 48 * 1024 * 1024;

  /**
   * Read a body to its end, promptly: an unread clone makes the browser keep the whole answer.
   *
   * @param {ReadableStream<Uint8Array>} body
   * @param {(text: string) => boolean} take returns false when it wants no more
   * @returns {Promise<Capture.LegEnd>}
   */
  async function drain(body, take) {
    const reader = body.getReader();
    const decoder = new TextDecoder();
    try {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        if (!take(decoder.decode(value, { stream: true }))) {
          await reader.cancel();
          return "cap";
        }
      }
    } catch {
      return "cut";
    }
    take(decoder.decode());
    return "end";
  }

  /**
   * @param {Response} clone
   * @returns {Promise<string | null>} null when it is cut off or too long
   */
  async function wholeText(clone) {
    /** @type {string[]} */
    const pieces = [];
    let size = 0;
    const take = (/** @type {string} */ piece) => {
      pieces.push(piece);
      size += piece.length;
      return size <= DOCUMENT_MAX;
    };
    const how = clone.body ? await drain(clone.body, take) : "cut";
    return how === "end" ? pieces.join("") : null;
  }

  class FetchWatch {
    #traffic;
    #guard;
    #idle;

    /**
     * @param {object} needs
     * @param {any} needs.traffic
     * @param {<A extends unknown[]>(where: string, work: (...args: A) => unknown) => (...args: A) => void} needs.guard
     * @param {() => Promise<void>} needs.idle resolves when the page has nothing urgent to do
     */
    constructor({ traffic, guard, idle }) {
      this.#traffic = traffic;
      this.#guard = guard;
      this.#idle = idle;
    }

    /**
     * @param {any} page the window
     * @param {readonly Capture.Endpoint[]} endpoints
     * @param {() => boolean} isOn
     */
    install(page, endpoints, isOn) {
      const see = this.#guard("fetch", (/** @type {unknown[]} */ args, /** @type {(on: any) => void} */ tell) => {
        if (!isOn()) return;
        const { url, method, request } = describeFetch(args[0], args[1], page);
        const match = matchEndpoint(endpoints, method, url, page.location);
        if (match) tell(this.#handlersFor(match, match.kind === "batch" ? null : fetchBody(request, args[1])));
      });
      page.fetch = new Proxy(page.fetch, {
        apply(target, self, args) {
          /** @type {any} */
          let handlers = null;
          see(args, (found) => (handlers = found));
          const answer = Reflect.apply(target, self, args);
          // Ours is the first reaction to the promise, so the body is still unread when it is cloned.
          if (handlers) handlers.follow(answer);
          return answer;
        },
      });
    }

    /**
     * @param {{kind: string, id: string | null}} match
     * @param {string | Promise<string> | null} body
     */
    #handlersFor(match, body) {
      const call = this.#open(match, body);
      const answered = this.#guard("response", (/** @type {Response} */ response) => this.#answered(call, match.kind, response));
      const rejected = this.#guard("rejection", async () => this.#traffic.refused(await call, false));
      const follow = this.#guard("promise", (/** @type {Promise<Response>} */ answer) => {
        answer.then(answered, rejected);
      });
      return { follow };
    }

    /**
     * @param {{kind: string, id: string | null}} match
     * @param {string | Promise<string> | null} body
     * @returns {any} the call, or the promise of it when the body must be read first
     */
    #open(match, body) {
      if (typeof body === "string" || body === null) return this.#traffic.open(match, body);
      const unread = () => null;
      const call = body.catch(unread).then((text) => this.#traffic.open(match, text));
      // Whoever awaits it reports the fault; the page must not see an unhandled rejection of ours.
      call.catch(unread);
      return call;
    }

    /**
     * Clones at once, before the page can read; everything else may take its time.
     *
     * @param {any} call or the promise of it
     * @param {string} kind
     * @param {Response} response
     */
    #answered(call, kind, response) {
      const wanted = capture.STREAM_KINDS.includes(kind) || capture.DOCUMENT_KINDS.includes(kind);
      const clone = wanted && response.ok ? response.clone() : null;
      return this.#read(call, kind, clone);
    }

    /**
     * @param {any} call
     * @param {string} kind
     * @param {Response | null} clone
     */
    async #read(call, kind, clone) {
      const opened = await call;
      if (capture.DOCUMENT_KINDS.includes(kind)) return clone ? this.#document(opened, clone) : undefined;
      if (!capture.STREAM_KINDS.includes(kind)) return undefined;
      if (!clone?.body) return this.#traffic.refused(opened, clone !== null);
      return this.#stream(opened, clone.body);
    }

    /**
     * @param {any} call
     * @param {ReadableStream<Uint8Array>} body
     */
    async #stream(call, body) {
      const leg = this.#traffic.stream(call);
      const push = this.#guard("stream", (/** @type {string} */ text) => leg.push(text));
      leg.end(
        await drain(body, (text) => {
          push(text);
          return !leg.full;
        }),
      );
    }

    /**
     * @param {any} call
     * @param {Response} clone
     */
    async #document(call, clone) {
      const text = await wholeText(clone);
      await this.#idle();
      if (text !== null) this.#traffic.document(call, text);
    }
  }

  capture.FetchWatch = FetchWatch;
})((globalThis.skilltrailCapture ??= {}));
