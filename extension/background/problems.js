/**
 * The one thing to tell the learner, and the one thing to do about it.
 *
 * Several things can be wrong at once; the first in this table is the one that keeps the others
 * from being mended.
 */

/**
 * @typedef {object} Snapshot everything the interface is made of
 * @property {boolean} consented
 * @property {boolean} paired
 * @property {boolean} permitted the browser lets us reach the service
 * @property {boolean} seesChats the browser lets us see the chat pages
 * @property {boolean} paused
 * @property {number | null} pausedUntil
 * @property {import("./state.js").DeliveryRecord} delivery
 * @property {Awaited<ReturnType<import("./outbox.js").Outbox["summary"]>>} outbox
 * @property {import("./state.js").IntakeRecord} intake
 * @property {import("./health.js").HealthSummary} health
 *
 * @typedef {"info" | "warning" | "danger"} Tone
 *
 * @typedef {object} Problem
 * @property {string} code
 * @property {Tone} tone
 * @property {string} title message key
 * @property {string} detail message key
 * @property {string} action message key of the button
 * @property {string} message what the button asks for
 *
 * @typedef {Problem & {when: (snapshot: Snapshot, now: number) => boolean}} ProblemRule
 */

/** Exchanges that wait longer than this deserve more than a number. */
const STALE_MS = 30 * 24 * 3_600_000;

/**
 * @param {string} code of the delivery
 * @returns {ProblemRule["when"]}
 */
const deliverySays = (code) => (snapshot) => snapshot.paired && snapshot.delivery.code === code;

/** @type {readonly ProblemRule[]} */
const RULES = [
  {
    code: "setup",
    tone: "info",
    when: ({ consented, paired }) => !consented || !paired,
    title: "problem_setup_title",
    detail: "problem_setup_detail",
    action: "action_set_up",
    message: "welcome.open",
  },
  {
    code: "no_permission",
    tone: "danger",
    when: ({ permitted }) => !permitted,
    title: "problem_permission_title",
    detail: "problem_permission_detail",
    action: "action_allow",
    message: "permission.request",
  },
  {
    code: "no_site_permission",
    tone: "danger",
    when: ({ seesChats }) => !seesChats,
    title: "problem_site_title",
    detail: "problem_site_detail",
    action: "action_allow_site",
    message: "permission.request",
  },
  {
    code: "pairing_gone",
    tone: "danger",
    when: ({ delivery }) => delivery.state === "unpaired",
    title: "problem_pairing_gone_title",
    detail: "problem_pairing_gone_detail",
    action: "action_connect_again",
    message: "welcome.open",
  },
  {
    code: "outbox_full",
    tone: "danger",
    when: ({ outbox, intake }) => outbox.full || intake.code === "outbox_full",
    title: "problem_outbox_full_title",
    detail: "problem_outbox_full_detail",
    action: "action_try_again",
    message: "delivery.now",
  },
  {
    code: "storage_failed",
    tone: "danger",
    when: ({ intake }) => intake.code === "storage_failed",
    title: "problem_storage_failed_title",
    detail: "problem_storage_failed_detail",
    action: "action_reload_extension",
    message: "extension.reload",
  },
  {
    code: "extension_too_old",
    tone: "danger",
    when: deliverySays("extension_too_old"),
    title: "problem_too_old_title",
    detail: "problem_too_old_detail",
    action: "action_check_again",
    message: "delivery.now",
  },
  {
    code: "version_mismatch",
    tone: "danger",
    when: ({ delivery }) => delivery.state === "mismatch",
    title: "problem_mismatch_title",
    detail: "problem_mismatch_detail",
    action: "action_check_again",
    message: "delivery.now",
  },
  {
    code: "other_skilltrail",
    tone: "danger",
    when: deliverySays("other_skilltrail"),
    title: "problem_other_title",
    detail: "problem_other_detail",
    action: "action_connect_here",
    message: "welcome.open",
  },
  {
    code: "proof_wrong",
    tone: "danger",
    when: deliverySays("proof_wrong"),
    title: "problem_proof_title",
    detail: "problem_proof_detail",
    action: "action_check_again",
    message: "delivery.now",
  },
  {
    code: "port_taken",
    tone: "danger",
    when: ({ delivery }) => delivery.state === "foreign",
    title: "problem_port_title",
    detail: "problem_port_detail",
    action: "action_check_again",
    message: "delivery.now",
  },
  {
    code: "storage_full",
    tone: "danger",
    when: ({ delivery }) => delivery.state === "storage_full",
    title: "problem_disk_title",
    detail: "problem_disk_detail",
    action: "action_try_again",
    message: "delivery.now",
  },
  {
    code: "stale",
    tone: "danger",
    when: ({ outbox }, now) => outbox.oldestAt !== null && now - outbox.oldestAt > STALE_MS,
    title: "problem_stale_title",
    detail: "problem_stale_detail",
    action: "action_try_again",
    message: "delivery.now",
  },
  {
    code: "degraded",
    tone: "warning",
    when: ({ health }) => health.code === "degraded",
    title: "problem_degraded_title",
    detail: "problem_degraded_detail",
    action: "action_reload_page",
    message: "page.reload",
  },
  {
    code: "missed",
    tone: "warning",
    when: ({ health }) => health.code === "missed",
    title: "problem_missed_title",
    detail: "problem_missed_detail",
    action: "action_reload_page",
    message: "page.reload",
  },
  {
    code: "server_away",
    tone: "warning",
    when: ({ delivery }) => delivery.state === "away",
    title: "problem_away_title",
    detail: "problem_away_detail",
    action: "action_try_again",
    message: "delivery.now",
  },
  {
    code: "outbox_nearly_full",
    tone: "warning",
    when: ({ outbox }) => outbox.nearlyFull,
    title: "problem_nearly_full_title",
    detail: "problem_nearly_full_detail",
    action: "action_try_again",
    message: "delivery.now",
  },
  {
    code: "rejected",
    tone: "warning",
    when: ({ outbox }) => outbox.rejected > 0,
    title: "problem_rejected_title",
    detail: "problem_rejected_detail",
    action: "action_show_rejected",
    message: "rejected.show",
  },
];

/**
 * @param {Snapshot} snapshot
 * @param {number} now milliseconds since 1970
 * @returns {Problem | null}
 */
export function problemOf(snapshot, now) {
  const rule = RULES.find(({ when }) => when(snapshot, now));
  if (!rule) return null;
  const { code, tone, title, detail, action, message } = rule;
  return { code, tone, title, detail, action, message };
}
