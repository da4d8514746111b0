/**
 * What the learner can set, with its default and the check that guards it.
 */

/**
 * @typedef {{titles: string[], projects: string[], urls: string[]}} Exclusions
 * @typedef {object} Settings
 * @property {boolean} paused
 * @property {number | null} pausedUntil milliseconds since 1970; null: until the learner resumes
 * @property {boolean} activeReads one extra read of an unfinished chat; off by default
 * @property {Exclusions} excluded
 */

/** @type {Readonly<Settings>} */
export const DEFAULT_SETTINGS = Object.freeze({
  paused: false,
  pausedUntil: null,
  activeReads: false,
  excluded: Object.freeze({ titles: [], projects: [], urls: [] }),
});

const ENTRIES_MAX = 200;
const ENTRY_LENGTH_MAX = 300;

/**
 * @param {unknown} list
 * @returns {string[] | null} trimmed, without empty entries or doubles; null when it is no such list
 */
function cleanList(list) {
  if (!Array.isArray(list) || list.length > ENTRIES_MAX) return null;
  if (!list.every((entry) => typeof entry === "string" && entry.length <= ENTRY_LENGTH_MAX)) return null;
  return [...new Set(list.map((entry) => entry.trim()).filter((entry) => entry !== ""))];
}

/**
 * @param {unknown} value
 * @returns {Exclusions | null}
 */
function cleanExclusions(value) {
  if (typeof value !== "object" || value === null) return null;
  const { titles, projects, urls } = /** @type {Record<string, unknown>} */ (value);
  const lists = [cleanList(titles), cleanList(projects), cleanList(urls)];
  if (lists.includes(null)) return null;
  const [a, b, c] = /** @type {[string[], string[], string[]]} */ (lists);
  return { titles: a, projects: b, urls: c };
}

/** @type {Record<string, (value: unknown) => unknown>} each returns undefined for a value it refuses */
const CLEAN = {
  activeReads: (value) => (typeof value === "boolean" ? value : undefined),
  excluded: (value) => cleanExclusions(value) ?? undefined,
};

/**
 * Check a change to the settings. Pausing has its own message and is not part of it.
 *
 * @param {unknown} patch
 * @returns {Partial<Settings> | null} null when any part of it is refused
 */
export function cleanPatch(patch) {
  if (typeof patch !== "object" || patch === null) return null;
  /** @type {Record<string, unknown>} */
  const cleaned = {};
  for (const [key, value] of Object.entries(patch)) {
    const clean = Object.hasOwn(CLEAN, key) ? CLEAN[key] : undefined;
    const result = clean?.(value);
    if (result === undefined) return null;
    cleaned[key] = result;
  }
  return cleaned;
}

/**
 * @param {Settings} settings
 * @param {number} now milliseconds since 1970
 * @returns {boolean}
 */
export function isPaused(settings, now) {
  return settings.paused && (settings.pausedUntil === null || now < settings.pausedUntil);
}
