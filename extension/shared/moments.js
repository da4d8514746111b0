/**
 * Times and sizes in the learner's words.
 */

import { formatLocale } from "./i18n.js";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/**
 * @param {number} at milliseconds since 1970
 * @param {number} now
 * @returns {string} such as "2 minutes ago"
 */
export function ago(at, now) {
  const passed = Math.max(0, now - at);
  const format = new Intl.RelativeTimeFormat(formatLocale(), { numeric: "auto" });
  // Below a minute it is "now": seconds that count up would be read out as news each time.
  if (passed < 45_000) return format.format(0, "second");
  if (passed < 45 * MINUTE) return format.format(-Math.round(passed / MINUTE), "minute");
  if (passed < 22 * HOUR) return format.format(-Math.round(passed / HOUR), "hour");
  return format.format(-Math.round(passed / DAY), "day");
}

/**
 * @param {number} at milliseconds since 1970
 * @returns {string} the local clock time, or date and time when it is not today
 */
export function clockTime(at, now = Date.now()) {
  const sameDay = new Date(at).toDateString() === new Date(now).toDateString();
  return new Intl.DateTimeFormat(formatLocale(), sameDay ? { timeStyle: "short" } : { dateStyle: "medium", timeStyle: "short" }).format(at);
}

/**
 * @param {number} bytes
 * @returns {string}
 */
export function formatBytes(bytes) {
  const [value, unit] = bytes < 1e6 ? [bytes / 1e3, "kilobyte"] : [bytes / 1e6, "megabyte"];
  return new Intl.NumberFormat(formatLocale(), { style: "unit", unit, maximumFractionDigits: bytes < 1e7 ? 1 : 0 }).format(value);
}

/**
 * @param {number} now milliseconds since 1970
 * @returns {number} the next local midnight
 */
export function nextMidnight(now) {
  const day = new Date(now);
  day.setHours(24, 0, 0, 0);
  return day.getTime();
}
