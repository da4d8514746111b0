"use strict";
// Which of the page's requests concern a chat. Reads a request without touching it.

((capture) => {
  /** @typedef {{kind: string, id: string | null}} Match */

  /**
   * @param {readonly Capture.Endpoint[]} endpoints
   * @param {string} method
   * @param {string} url
   * @param {{href: string, origin: string}} location
   * @returns {Match | null}
   */
  function matchEndpoint(endpoints, method, url, location) {
    // Nearly every request of the page ends here, before an address is parsed.
    if (!/conversation|gizmos/.test(url)) return null;
    const address = URL.canParse(url, location.href) ? new URL(url, location.href) : null;
    if (address?.origin !== location.origin) return null;
    for (const { kind, method: wanted, path } of endpoints) {
      const found = wanted === method ? path.exec(address.pathname) : null;
      if (found) return { kind, id: found[1]?.toLowerCase() ?? null };
    }
    return null;
  }

  /**
   * @param {unknown} body as given to `fetch` or `send`
   * @returns {string | Promise<string> | null} null for a body that cannot be read without using it up
   */
  function bodyText(body) {
    if (typeof body === "string") return body;
    if (body instanceof Blob) return body.text();
    if (body instanceof ArrayBuffer || ArrayBuffer.isView(body)) return new TextDecoder().decode(body);
    return null;
  }

  /**
   * @param {unknown} input first argument of `fetch`
   * @param {any} init second argument
   * @param {any} page the window
   * @returns {{url: string, method: string, request: Request | null}}
   */
  function describeFetch(input, init, page) {
    const request = input instanceof page.Request ? /** @type {Request} */ (input) : null;
    const url = typeof input === "string" ? input : input instanceof page.URL ? /** @type {URL} */ (input).href : "";
    const method = String(init?.method ?? request?.method ?? "GET").toUpperCase();
    return { url: request?.url ?? url, method, request };
  }

  /**
   * @param {Request | null} request
   * @param {any} init
   * @returns {string | Promise<string> | null}
   */
  function fetchBody(request, init) {
    if (init?.body !== undefined && init.body !== null) return bodyText(init.body);
    return request && !request.bodyUsed ? request.clone().text() : null;
  }

  capture.pageRequest = Object.freeze({ matchEndpoint, bodyText, describeFetch, fetchBody });
})((globalThis.skilltrailCapture ??= {}));
