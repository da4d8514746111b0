/**
 * Draws a status into the popup. Changes only what differs, so that a screen reader hears news only.
 */

import { byId, el, setText } from "../shared/dom.js";
import { formatNumber, plural, t } from "../shared/i18n.js";
import { icon } from "../shared/icons.js";
import { ago, clockTime } from "../shared/moments.js";

/**
 * @typedef {object} Row
 * @property {string} conversation_id
 * @property {string | null} title
 * @property {number} stored
 * @property {number} waiting
 * @property {number} rejected
 * @property {number} missed
 * @property {number} failed
 * @property {boolean} degraded
 * @property {number} updatedAt
 *
 * @typedef {object} StatusView
 * @property {boolean} paired
 * @property {boolean} consented
 * @property {boolean} paused
 * @property {number | null} pausedUntil
 * @property {{state: string, url: string | null}} server
 * @property {{waiting: number}} outbox
 * @property {{state: string, conversations: Row[]}} health
 * @property {{storedAt: number | null, today: number}} last
 * @property {null | {code: string, tone: string, title: string, detail: string, action: {label: string, message: string}}} problem
 */

/**
 * @param {StatusView} status
 * @param {number} now
 */
export function showStatus(status, now) {
  const setUp = status.problem?.code !== "setup";
  showHero(status, now);
  showProblem(status);
  setText(byId("saved-today"), formatNumber(status.last.today));
  setText(byId("waiting"), formatNumber(status.outbox.waiting));
  byId("counts").hidden = !setUp;
  byId("pause").hidden = !setUp;
  byId("pause-choices").hidden = status.paused;
  byId("resume").hidden = !status.paused;
  byId("recent").hidden = !setUp;
  showRecent(status.health.conversations, now);
  showDashboardLink(status.server);
  byId("main").hidden = false;
}

/** The worker does not answer: the extension was updated or is being switched off. */
export function showUnreachable() {
  setText(byId("headline"), t("popup_unreachable"));
  setText(byId("subline"), t("popup_unreachable_detail"));
  byId("hero").dataset.state = "still";
  for (const id of ["problem", "counts", "pause", "recent"]) byId(id).hidden = true;
  byId("main").hidden = false;
}

/**
 * @param {"done" | "same" | "unknown"} outcome of the problem's button
 */
export function say(outcome) {
  setText(byId("said"), outcome === "same" ? t("popup_still_there") : t("popup_done"));
}

/**
 * @param {StatusView} status
 * @param {number} now
 */
function showHero(status, now) {
  const { state, headline, subline } = heroOf(status, now);
  byId("hero").dataset.state = state;
  setText(byId("headline"), headline);
  setText(byId("subline"), subline);
}

/**
 * @param {StatusView} status
 * @param {number} now
 * @returns {{state: "live" | "still" | "troubled", headline: string, subline: string}}
 */
function heroOf(status, now) {
  const { problem, paused, pausedUntil, last } = status;
  if (problem?.code === "setup") return { state: "still", headline: t("popup_welcome"), subline: t("popup_welcome_detail") };
  if (paused) {
    const subline = pausedUntil === null ? t("popup_paused_open") : t("popup_paused_until", clockTime(pausedUntil, now));
    return { state: "still", headline: t("popup_paused"), subline };
  }
  const saved = last.storedAt === null ? t("popup_nothing_yet") : t("popup_last_saved", ago(last.storedAt, now));
  if (!problem || problem.code === "rejected") {
    return { state: "live", headline: last.storedAt === null ? t("popup_ready") : t("popup_saving"), subline: saved };
  }
  const headline = HEADLINES[problem.code];
  if (headline) return { state: "troubled", headline: t(headline), subline: saved };
  return { state: "troubled", headline: t("popup_waiting_headline"), subline: keptWords(status) };
}

/** @type {Readonly<Record<string, string>>} problems of the capture itself; in all others the chats wait here */
const HEADLINES = {
  outbox_full: "popup_not_saving",
  storage_failed: "popup_not_saving",
  no_site_permission: "popup_not_saving",
  degraded: "popup_partly",
  missed: "popup_partly",
};

/** @param {StatusView} status */
function keptWords({ outbox }) {
  return outbox.waiting > 0 ? plural("popup_kept", outbox.waiting) : t("popup_will_keep");
}

/** @param {StatusView} status */
function showProblem({ problem }) {
  const box = byId("problem");
  if (!problem) {
    box.hidden = true;
    return;
  }
  const action = byId("problem-action");
  const words = byId("problem-title").querySelector("span");
  if (words) setText(words, problem.title);
  setText(byId("problem-detail"), problem.detail);
  setText(action, problem.action.label);
  action.dataset.message = problem.action.message;
  box.dataset.tone = problem.tone;
  box.hidden = false;
}

/** @param {StatusView["server"]} server */
function showDashboardLink({ url }) {
  const link = /** @type {HTMLAnchorElement} */ (byId("open-dashboard"));
  link.hidden = url === null;
  if (url !== null && link.href !== url) link.href = url;
}

/**
 * @param {Row[]} rows
 * @param {number} now
 */
function showRecent(rows, now) {
  const list = byId("recent-list");
  byId("recent-empty").hidden = rows.length > 0;
  const items = rows.slice(0, 8).map((row) => recentRow(row, now));
  // Rewriting equal rows every two seconds would lose the reader's place.
  if (items.map((item) => item.textContent).join() !== [...list.children].map((item) => item.textContent).join()) {
    list.replaceChildren(...items);
  }
}

/**
 * @param {Row} row
 * @param {number} now
 */
function recentRow(row, now) {
  const { state, picture, words } = stateOf(row);
  return el(
    "li",
    {},
    el("span", { class: "title" }, row.title ?? t("popup_untitled")),
    el("span", { class: "state", attributes: { "data-state": state } }, icon(picture), words),
    el("span", { class: "small quiet" }, ago(row.updatedAt, now)),
  );
}

/** @param {Row} row */
function stateOf({ rejected, missed, degraded, waiting, stored, failed }) {
  if (rejected > 0) return { state: "danger", picture: "alert", words: plural("popup_row_rejected", rejected) };
  if (missed > 0) return { state: "warning", picture: "alert", words: plural("popup_row_missed", missed) };
  if (waiting > 0) return { state: "quiet", picture: "clock", words: plural("popup_row_waiting", waiting) };
  if (degraded) return { state: "warning", picture: "alert", words: t("popup_row_degraded") };
  if (stored > 0) return { state: "ok", picture: "check", words: plural("popup_row_saved", stored) };
  return { state: "quiet", picture: "clock", words: failed > 0 ? t("popup_row_failed") : t("popup_row_open") };
}
