/**
 * What the toolbar icon says: nothing when all is well. Never by colour alone.
 */

/**
 * @typedef {import("./problems.js").Snapshot} Snapshot
 * @typedef {import("./problems.js").Problem} Problem
 * @typedef {{text: string, color: string, title: string}} Badge `title`: message key
 */

const TEAL = "#0f766e";
const GREY = "#475569";
const AMBER = "#b45309";
const RED = "#b91c1c";

/** Four characters is all that a badge holds. */
const COUNT_MAX = 999;

/**
 * @param {number} count
 * @returns {string}
 */
const shortCount = (count) => (count > COUNT_MAX ? `${COUNT_MAX}+` : String(count));

/**
 * @param {Snapshot} snapshot
 * @param {Problem | null} problem
 * @returns {Badge}
 */
export function badgeOf(snapshot, problem) {
  const title = problem?.title ?? "badge_well";
  if (problem?.code === "setup") return { text: "+", color: TEAL, title };
  if (snapshot.paused) return { text: "II", color: GREY, title: "badge_paused" };
  if (!problem) return { text: "", color: TEAL, title };
  const waiting = snapshot.outbox.waiting;
  // The chats are safe; their number says more than a warning sign.
  if (problem.code === "server_away") return { text: waiting > 0 ? shortCount(waiting) : "", color: GREY, title };
  if (problem.tone === "danger") return { text: "×", color: RED, title };
  return { text: "!", color: AMBER, title };
}

/**
 * @param {Pick<typeof chrome.action, "setBadgeText" | "setBadgeBackgroundColor" | "setBadgeTextColor" | "setTitle">} action
 * @param {Badge} badge
 * @param {(key: string) => string} translate
 */
export async function showBadge(action, { text, color, title }, translate) {
  await action.setBadgeText({ text });
  await action.setBadgeBackgroundColor({ color });
  await action.setBadgeTextColor({ color: "#ffffff" });
  await action.setTitle({ title: `Skilltrail: ${translate(title)}` });
}
