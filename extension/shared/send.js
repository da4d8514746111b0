/**
 * Asks the worker. Used by the extension's own pages.
 */

/**
 * @param {string} type
 * @param {Record<string, unknown>} [body]
 * @returns {Promise<any>} the worker's answer; `worker_unreachable` when the extension was just
 *   updated or switched off and the page is left over
 */
export async function send(type, body = {}) {
  try {
    return (await chrome.runtime.sendMessage({ type, ...body })) ?? { ok: false, code: "worker_unreachable" };
  } catch (error) {
    return { ok: false, code: "worker_unreachable", detail: String(error) };
  }
}
