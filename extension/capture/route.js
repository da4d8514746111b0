"use strict";
// Which chat the tab shows. Only a full id counts; the page may show a provisional one for some seconds.

((capture) => {
  /** The real id of a new chat comes 1 to 6 seconds after the send. */
  const ID_WAIT_MS = 20_000;
  const LOOK_MS = 250;
  /** Slow look at the address where the browser does not tell of navigations. */
  const POLL_MS = 500;

  /**
   * @param {string} href
   * @param {Capture.UrlFormat} urls
   * @returns {Capture.Route}
   */
  function routeOf(href, urls) {
    const { pathname, searchParams } = new URL(href);
    const found = (/** @type {RegExp} */ pattern) => pattern.exec(pathname)?.[1] ?? null;
    const conversationId = found(urls.conversation)?.toLowerCase() ?? null;
    const fresh = urls.provisional.test(pathname) || urls.fresh.test(pathname);
    const withoutId = fresh ? "new" : "none";
    return {
      kind: conversationId === null ? withoutId : "chat",
      conversationId,
      projectId: found(urls.project),
      gizmoId: found(urls.gizmo),
      temporary: searchParams.get(urls.temporary.parameter) === urls.temporary.value,
      url: href,
    };
  }

  class RouteWatch {
    #world;
    #urls;
    #onChange;
    /** @type {number | null} */
    #poll = null;
    /** @type {Capture.Route} */
    current;

    /**
     * @param {any} world window of the content script
     * @param {Capture.UrlFormat} urls
     * @param {(route: Capture.Route) => void} onChange
     */
    constructor(world, urls, onChange) {
      this.#world = world;
      this.#urls = urls;
      this.#onChange = onChange;
      this.current = routeOf(world.location.href, urls);
    }

    start() {
      const { navigation } = this.#world;
      this.#world.addEventListener("popstate", this.look);
      if (navigation?.addEventListener) navigation.addEventListener("currententrychange", this.look);
      else this.#poll = this.#world.setInterval(this.look, POLL_MS);
    }

    stop() {
      this.#world.removeEventListener("popstate", this.look);
      this.#world.navigation?.removeEventListener?.("currententrychange", this.look);
      if (this.#poll !== null) this.#world.clearInterval(this.#poll);
    }

    /** @returns {Capture.Route} */
    look = () => {
      const { href } = this.#world.location;
      if (href !== this.current.url) {
        this.current = routeOf(href, this.#urls);
        this.#onChange(this.current);
      }
      return this.current;
    };
  }

  /**
   * The id that a turn of the given route belongs to. A new chat has none at first.
   *
   * @param {Capture.Route} began where the tab was when the turn began
   * @param {{look: () => Capture.Route, wait: (ms: number) => Promise<void>, now: () => number, isOver: () => boolean}} tab
   * @returns {Promise<string | null>} null when the tab went elsewhere
   */
  async function awaitConversationId(began, { look, wait, now, isOver }) {
    if (began.kind !== "new") return began.conversationId;
    const end = now() + ID_WAIT_MS;
    while (look().kind === "new" && now() < end && !isOver()) await wait(LOOK_MS);
    return look().conversationId;
  }

  capture.awaitConversationId = awaitConversationId;
  capture.routeOf = routeOf;
  capture.RouteWatch = RouteWatch;
})((globalThis.skilltrailCapture ??= {}));
