/**
 * What can come between the button and the connection, in words, with one button each. Keys only.
 */

/**
 * @typedef {object} Trouble message keys, and whether to show how the service is started
 * @property {string} title
 * @property {string} detail
 * @property {string} action
 * @property {boolean} startHint
 */

/** @type {Readonly<Record<string, Omit<Trouble, "startHint">>>} */
const TROUBLES = {
  server_away: { title: "trouble_away_title", detail: "trouble_away_detail", action: "trouble_again" },
  port_taken: { title: "trouble_port_title", detail: "trouble_port_detail", action: "trouble_again" },
  version_mismatch: { title: "trouble_version_title", detail: "trouble_version_detail", action: "trouble_again" },
  extension_too_old: { title: "trouble_version_title", detail: "trouble_version_detail", action: "trouble_again" },
  no_permission: { title: "trouble_permission_title", detail: "trouble_permission_detail", action: "trouble_allow" },
  rejected: { title: "trouble_rejected_title", detail: "trouble_rejected_detail", action: "trouble_again" },
  expired: { title: "trouble_expired_title", detail: "trouble_expired_detail", action: "trouble_new_number" },
  rate_limited: { title: "trouble_rate_title", detail: "trouble_rate_detail", action: "trouble_again" },
  commitment_broken: { title: "trouble_unsafe_title", detail: "trouble_unsafe_detail", action: "trouble_again" },
};

/** @type {Omit<Trouble, "startHint">} */
const OTHER = { title: "trouble_other_title", detail: "trouble_other_detail", action: "trouble_again" };

/**
 * @param {string} code
 * @returns {Trouble}
 */
export function troubleOf(code) {
  const known = Object.hasOwn(TROUBLES, code) ? TROUBLES[code] : undefined;
  return { ...(known ?? OTHER), startHint: code === "server_away" };
}
