"use strict";
// The wall between our faults and the page.

((capture) => {
  const REPORTS_MAX = 20;

  /**
   * @param {(where: string) => void} report learns where something went wrong, never with what text
   * @returns {<A extends unknown[]>(where: string, work: (...args: A) => unknown) => (...args: A) => void}
   *   wraps a function so that it neither throws nor rejects
   */
  function makeGuard(report) {
    let reports = 0;
    const fault = (/** @type {string} */ where) => {
      reports += 1;
      if (reports > REPORTS_MAX) return;
      try {
        report(where);
      } catch {
        reports = REPORTS_MAX;
      }
    };
    return (where, work) =>
      (...args) => {
        try {
          const result = /** @type {{then?: unknown} | undefined} */ (work(...args));
          // Not "instanceof Promise": pages replace that, and async functions do not care.
          if (typeof result?.then === "function") result.then(undefined, () => fault(where));
        } catch {
          fault(where);
        }
      };
  }

  capture.makeGuard = makeGuard;
})((globalThis.skilltrailCapture ??= {}));
