/**
 * The result of "Test connection": what was tried, the raw words of each failure, and the fix.
 */

import { el } from "../shared/dom.js";
import { t } from "../shared/i18n.js";
import { icon } from "../shared/icons.js";
import { clockTime } from "../shared/moments.js";

/** @type {Readonly<Record<string, string>>} step → message key */
const STEP_WORDS = {
  permission: "test_permission",
  service: "test_service",
  version: "test_version",
  proof: "test_proof",
};

/** @type {Readonly<Record<string, string>>} outcome → picture */
const PICTURES = { pass: "check", fail: "cross", skipped: "dash" };

/** @type {Readonly<Record<string, string>>} outcome → message key, for those who do not see the picture */
const OUTCOME_WORDS = { pass: "test_pass", fail: "test_fail", skipped: "test_skipped" };

/** @type {Readonly<Record<string, string>>} what is to be done → message key */
const FIXES = {
  none: "fix_none",
  no_permission: "fix_permission",
  server_away: "fix_away",
  port_taken: "fix_port",
  other_skilltrail: "fix_other",
  version_mismatch: "fix_version",
  not_paired: "fix_not_paired",
  pairing_gone: "fix_pairing_gone",
  proof_wrong: "fix_proof",
  proof_failed: "fix_away",
};

/**
 * @param {any} report answer of connection.test
 * @returns {HTMLElement[]}
 */
export function connectionReport(report) {
  if (!report.ok) return [el("p", { class: "notice", attributes: { "data-tone": "danger" } }, t("popup_unreachable_detail"))];
  const steps = report.steps.map(stepRow);
  const tone = report.well ? "info" : "danger";
  const fix = el("div", { class: "notice fix", attributes: { "data-tone": tone } }, el("p", {}, t(FIXES[report.fix] ?? "fix_away")));
  const fault = report.fault?.at ? [faultLine(report.fault)] : [];
  return [el("ol", { class: "steps" }, ...steps), fix, ...fault];
}

/** @param {{id: string, outcome: string, detail: string | null}} step */
function stepRow({ id, outcome, detail }) {
  return el(
    "li",
    { attributes: { "data-outcome": outcome } },
    icon(PICTURES[outcome] ?? "dash"),
    el("span", {}, t(STEP_WORDS[id] ?? "test_service"), el("span", { class: "unseen" }, `: ${t(OUTCOME_WORDS[outcome] ?? "test_skipped")}`)),
    detail !== null && el("span", { class: "raw" }, detail),
  );
}

/** @param {{where: string, name: string, at: number}} fault */
function faultLine({ where, name, at }) {
  return el("p", { class: "quiet small" }, t("test_fault", `${where}: ${name}`, clockTime(at)));
}
