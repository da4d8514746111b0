/**
 * Which pages may report captured exchanges, and for which provider.
 *
 * The list repeats the content-script matches of manifest.json on purpose: a manifest that is
 * widened by mistake must not widen what the worker believes.
 */

/** @type {Readonly<Record<string, string>>} origin of the page → provider of its exchanges */
const PROVIDER_BY_ORIGIN = Object.freeze({
  "https://chatgpt.com": "chatgpt",
  "https://chat.openai.com": "chatgpt",
});

/**
 * @param {string} origin
 * @returns {string | null} the provider, or null for a page that is not captured
 */
export function providerOfOrigin(origin) {
  return Object.hasOwn(PROVIDER_BY_ORIGIN, origin) ? (PROVIDER_BY_ORIGIN[origin] ?? null) : null;
}

/** The listed pages as match patterns. */
export const SITE_PATTERNS = Object.freeze(Object.keys(PROVIDER_BY_ORIGIN).map((origin) => `${origin}/*`));

/** Where a learner who has just connected can start. */
export const FIRST_SITE = `${Object.keys(PROVIDER_BY_ORIGIN)[0]}/`;
