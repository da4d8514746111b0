"use strict";
// The operations of "delta encoding v1" on a JSON document: JSON Pointers with their own set of verbs.

((capture) => {
  const NEVER_KEYS = new Set(["__proto__", "prototype", "constructor"]);

  /** @typedef {Record<string, unknown> | unknown[]} Container */

  /**
   * @param {unknown} value
   * @returns {value is Container}
   */
  const isContainer = (value) => typeof value === "object" && value !== null;

  /**
   * @param {string} pointer
   * @returns {string[] | null} null when it is no JSON Pointer, or names a key that no message has
   */
  function tokensOf(pointer) {
    if (pointer === "") return [];
    if (!pointer.startsWith("/")) return null;
    const tokens = pointer.slice(1).split("/").map((token) => token.replaceAll("~1", "/").replaceAll("~0", "~"));
    return tokens.some((token) => NEVER_KEYS.has(token)) ? null : tokens;
  }

  /**
   * The key to use in a container: an index for a list, at most one past its end.
   *
   * @param {Container} container
   * @param {string} token
   * @returns {string | number | null}
   */
  function keyIn(container, token) {
    if (!Array.isArray(container)) return token;
    if (token === "-") return container.length;
    const index = /^\d{1,9}$/.test(token) ? Number(token) : -1;
    return index >= 0 && index <= container.length ? index : null;
  }

  /**
   * @param {Container} container
   * @param {string | number} key
   * @returns {unknown}
   */
  const get = (container, key) =>
    Object.hasOwn(container, key) ? /** @type {Record<string | number, unknown>} */ (container)[key] : undefined;

  /**
   * @param {Container} container
   * @param {string | number} key
   * @param {unknown} value
   */
  function set(container, key, value) {
    /** @type {Record<string | number, unknown>} */ (container)[key] = value;
    return true;
  }

  /**
   * Walk to the container of the last token; missing ones on the way are created.
   *
   * @param {Container} root
   * @param {string[]} tokens at least one
   * @returns {{container: Container, key: string | number} | null}
   */
  function locate(root, tokens) {
    let container = root;
    for (const [position, token] of tokens.entries()) {
      const key = keyIn(container, token);
      if (key === null) return null;
      if (position === tokens.length - 1) return { container, key };
      let next = get(container, key);
      if (next === undefined || next === null) {
        next = /^(?:\d+|-)$/.test(tokens[position + 1] ?? "") ? [] : {};
        set(container, key, next);
      }
      if (!isContainer(next)) return null;
      container = next;
    }
    return null;
  }

  /**
   * @param {Record<string, unknown>} into
   * @param {object} from
   */
  function merge(into, from) {
    for (const [key, value] of Object.entries(from)) if (!NEVER_KEYS.has(key)) into[key] = value;
    return true;
  }

  /** @typedef {(container: Container, key: string | number, value: unknown) => boolean} Operation */

  /** @type {Operation} */
  function append(container, key, value) {
    const old = get(container, key);
    if (old === undefined || old === null) return set(container, key, value);
    if (typeof old === "string") return typeof value === "string" && set(container, key, old + value);
    if (Array.isArray(old)) return old.push(...(Array.isArray(value) ? value : [value])) >= 0;
    if (!isContainer(old) || !isContainer(value) || Array.isArray(value)) return false;
    return merge(/** @type {Record<string, unknown>} */ (old), value);
  }

  /** @type {Operation} */
  function remove(container, key) {
    if (!Object.hasOwn(container, key)) return false;
    if (Array.isArray(container)) return container.splice(Number(key), 1).length === 1;
    return delete container[key];
  }

  /** @type {Operation} */
  function truncate(container, key, value) {
    const old = get(container, key);
    if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0) return false;
    if (typeof old !== "string" && !Array.isArray(old)) return false;
    return set(container, key, old.slice(0, value));
  }

  /** @type {Readonly<Record<string, Operation>>} */
  const OPERATIONS = Object.freeze({ add: set, replace: set, append, remove, truncate });

  /**
   * @param {{root: unknown}} holder the document stands under `root`, so that it can be replaced too
   * @param {string} operation
   * @param {string} pointer
   * @param {unknown} value
   * @returns {boolean} false when the operation is unknown or does not fit the document
   */
  function applyDelta(holder, operation, pointer, value) {
    const tokens = tokensOf(pointer);
    const apply = Object.hasOwn(OPERATIONS, operation) ? OPERATIONS[operation] : undefined;
    if (!tokens || !apply) return false;
    const place = locate(holder, ["root", ...tokens]);
    return place !== null && apply(place.container, place.key, value);
  }

  capture.applyDelta = applyDelta;
})((globalThis.skilltrailCapture ??= {}));
