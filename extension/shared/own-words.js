/**
 * Finds the learner's own words: names of clients and projects, whatever their case, as whole
 * words. Between the parts of a name may stand white space, a hyphen or an underscore.
 */

/**
 * @typedef {{id: number, word: string}} OwnWord `id` stands in its mark
 * @typedef {import("./redaction.js").Hit} Hit
 */

const APART = "[ \\t\\r\\n\\u00a0_-]{1,3}";

/**
 * @param {string} part
 * @returns {string} a pattern for its composed and its decomposed form
 */
function patternOf(part) {
  const forms = [...new Set([part.normalize("NFC"), part.normalize("NFD")])];
  return `(?:${forms.map((form) => form.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&")).join("|")})`;
}

/**
 * @param {string} text
 * @param {readonly OwnWord[]} words
 * @returns {Hit[]} they may overlap
 */
export function findOwnWords(text, words) {
  const lower = text.toLowerCase();
  return words.flatMap(({ id, word }) => {
    const parts = word.split(" ").filter((part) => part !== "");
    const longest = [...parts].sort((a, b) => b.length - a.length)[0] ?? "";
    const worthTrying = [longest.normalize("NFC"), longest.normalize("NFD")].some((form) => lower.includes(form.toLowerCase()));
    if (longest === "" || !worthTrying) return [];
    const pattern = new RegExp(`(?<![\\p{L}\\p{N}])${parts.map(patternOf).join(APART)}(?![\\p{L}\\p{N}])`, "giu");
    return [...text.matchAll(pattern)].map((match) => ({
      start: match.index,
      end: match.index + match[0].length,
      kind: "own-word",
      family: /** @type {const} */ ("own-word"),
      number: id,
    }));
  });
}
