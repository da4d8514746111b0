"use strict";
// Looks at the page's XMLHttpRequests in the same way as at its fetch().

((capture) => {
  const { matchEndpoint, bodyText } = capture.pageRequest;

  class XhrWatch {
    #traffic;
    #guard;
    /** @type {WeakMap<object, {method: string, url: string}>} */
    #opened = new WeakMap();

    /**
     * @param {object} needs
     * @param {any} needs.traffic
     * @param {<A extends unknown[]>(where: string, work: (...args: A) => unknown) => (...args: A) => void} needs.guard
     */
    constructor({ traffic, guard }) {
      this.#traffic = traffic;
      this.#guard = guard;
    }

    /**
     * @param {any} page the window
     * @param {readonly Capture.Endpoint[]} endpoints
     * @param {() => boolean} isOn
     */
    install(page, endpoints, isOn) {
      const prototype = page.XMLHttpRequest.prototype;
      const opened = this.#guard("xhr open", (/** @type {object} */ xhr, /** @type {unknown[]} */ args) => {
        const [method, url] = args;
        const address = url instanceof page.URL ? /** @type {URL} */ (url).href : url;
        if (typeof method !== "string" || typeof address !== "string") return;
        this.#opened.set(xhr, { method: method.toUpperCase(), url: address });
      });
      const sent = this.#guard("xhr send", (/** @type {XMLHttpRequest} */ xhr, /** @type {unknown[]} */ args) => {
        const request = isOn() ? this.#opened.get(xhr) : undefined;
        const match = request ? matchEndpoint(endpoints, request.method, request.url, page.location) : null;
        if (match) this.#follow(xhr, match, args[0]);
      });
      prototype.open = watched(prototype.open, opened);
      prototype.send = watched(prototype.send, sent);
    }

    /**
     * @param {XMLHttpRequest} xhr
     * @param {{kind: string, id: string | null}} match
     * @param {unknown} sentBody
     */
    #follow(xhr, match, sentBody) {
      const body = bodyText(sentBody ?? "");
      const call = this.#traffic.open(match, typeof body === "string" ? body : null);
      if (capture.STREAM_KINDS.includes(match.kind)) this.#stream(xhr, call);
      if (!capture.DOCUMENT_KINDS.includes(match.kind)) return;
      const done = this.#guard("xhr document", () => {
        if (xhr.status === 200) this.#traffic.document(call, textOf(xhr));
      });
      xhr.addEventListener("load", done, { once: true });
    }

    /**
     * @param {XMLHttpRequest} xhr
     * @param {any} call
     */
    #stream(xhr, call) {
      /** @type {Capture.Leg | null} */
      let leg = null;
      let taken = 0;
      const take = this.#guard("xhr stream", () => {
        const text = textOf(xhr);
        if (text.length === taken) return;
        leg ??= /** @type {Capture.Leg} */ (this.#traffic.stream(call));
        leg.push(text.slice(taken));
        taken = text.length;
      });
      let whole = false;
      const loaded = this.#guard("xhr load", () => {
        whole = xhr.status >= 200 && xhr.status < 300;
        if (whole) take();
      });
      const over = this.#guard("xhr end", () => {
        if (leg === null) this.#traffic.refused(call, whole);
        else leg.end(whole ? "end" : "cut");
      });
      xhr.addEventListener("progress", take);
      xhr.addEventListener("load", loaded, { once: true });
      xhr.addEventListener("loadend", over, { once: true });
    }
  }

  /**
   * The same method for the page, with a look at its arguments first.
   *
   * @param {Function} method
   * @param {(self: any, args: unknown[]) => void} look never throws
   */
  function watched(method, look) {
    return new Proxy(method, {
      apply(target, self, args) {
        look(self, args);
        return Reflect.apply(target, self, args);
      },
    });
  }

  /**
   * @param {XMLHttpRequest} xhr
   * @returns {string} what has arrived, as far as the page asked for it in a readable form
   */
  function textOf(xhr) {
    if (xhr.responseType === "" || xhr.responseType === "text") return xhr.responseText ?? "";
    if (xhr.responseType === "json" && xhr.response !== null) return JSON.stringify(xhr.response);
    return xhr.response instanceof ArrayBuffer ? new TextDecoder().decode(xhr.response) : "";
  }

  capture.XhrWatch = XhrWatch;
})((globalThis.skilltrailCapture ??= {}));
