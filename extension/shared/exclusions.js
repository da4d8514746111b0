/**
 * Whether the learner has said that a conversation is none of our business.
 */

/** @typedef {import("./settings.js").Exclusions} Exclusions */

/**
 * @param {string} address
 * @returns {string} host, path and query in lower case; without scheme, "www." and a closing slash
 */
function plainAddress(address) {
  return address
    .toLowerCase()
    .replace(/^https?:\/\//, "")
    .replace(/^www\./, "")
    .replace(/\/+$/, "");
}

/**
 * A prefix at a path boundary, so that …/c/12 does not shut out …/c/123.
 *
 * @param {string} address
 * @param {string} excluded
 */
function addressFits(address, excluded) {
  const whole = plainAddress(address);
  const prefix = plainAddress(excluded);
  return whole === prefix || ["/", "?", "#"].some((boundary) => whole.startsWith(prefix + boundary));
}

/**
 * @param {Exclusions} excluded
 * @param {object} chat
 * @param {string | null} chat.title
 * @param {string | null} chat.projectId
 * @param {string | null} chat.gizmoId
 * @param {string[]} chat.urls every address under which the chat is known
 * @returns {boolean}
 */
export function isExcluded(excluded, chat) {
  const title = chat.title?.toLowerCase() ?? "";
  const ids = [chat.projectId, chat.gizmoId];
  return (
    excluded.titles.some((words) => title.includes(words.toLowerCase())) ||
    excluded.projects.some((id) => ids.includes(id) || chat.urls.some((url) => namesProject(url, id))) ||
    excluded.urls.some((entry) => chat.urls.some((url) => addressFits(url, entry)))
  );
}

/**
 * The page's address carries the project id, sometimes with a readable tail: /g/g-p-123-my-client/…
 *
 * @param {string} url
 * @param {string} id
 */
function namesProject(url, id) {
  return url.split(/[/?#]/).some((part) => part === id || part.startsWith(`${id}-`));
}
