/**
 * Exchanges that the service has refused: kept, shown with the reason, for the learner to decide.
 */

import { byId, el } from "../shared/dom.js";
import { t } from "../shared/i18n.js";
import { icon } from "../shared/icons.js";
import { clockTime, formatBytes } from "../shared/moments.js";
import { send } from "../shared/send.js";

/**
 * @typedef {object} RejectedView
 * @property {number} id
 * @property {string} code
 * @property {string | null} detail
 * @property {number} bytes
 * @property {number} askedAt
 * @property {string | null} title
 * @property {string} start of the prompt
 */

/** @type {Readonly<Record<string, string>>} code of a refusal → message key */
const REASONS = {
  payload_too_large: "reason_too_large",
  http_413: "reason_too_large",
  forgotten: "reason_forgotten",
  invalid: "reason_invalid",
  http_400: "reason_invalid",
  http_422: "reason_invalid",
};

/** @param {() => Promise<void>} changed called after a retry or a removal */
export async function showRejected(changed) {
  const answer = await send("rejected.list");
  const items = /** @type {RejectedView[]} */ (answer.ok ? answer.items : []);
  byId("rejected-list").replaceChildren(...items.map((item) => row(item, changed)));
  byId("rejected-empty").hidden = items.length > 0;
}

/**
 * @param {RejectedView} item
 * @param {() => Promise<void>} changed
 */
function row({ id, code, detail, bytes, askedAt, title, start }, changed) {
  const name = title ?? start;
  /** @param {string} type */
  const run = (type) => async () => {
    await send(type, { id });
    await changed();
    byId("rejected").focus();
  };
  const reason = t(REASONS[code] ?? "reason_other");
  return el(
    "li",
    {},
    el("p", { class: "label start" }, name),
    el("p", { class: "quiet small" }, `${clockTime(askedAt)} · ${formatBytes(bytes)}`),
    el("p", { class: "reason" }, icon("alert"), reason),
    el("p", { class: "quiet small" }, el("code", {}, detail === null ? code : `${code}: ${detail}`)),
    el("div", { class: "row" }, action("retry", "options_retry", name, run("rejected.retry")), action("discard", "options_discard", name, run("rejected.discard"))),
  );
}

/**
 * @param {string} picture
 * @param {string} label message key
 * @param {string} name of the exchange, so that equal buttons sound different
 * @param {() => void} run
 */
function action(picture, label, name, run) {
  const look = picture === "discard" ? "button button-plain button-danger" : "button";
  return el(
    "button",
    { class: look, attributes: { type: "button", "aria-label": `${t(label)}: ${name}` }, on: { click: run } },
    icon(picture),
    t(label),
  );
}
