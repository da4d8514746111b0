/**
 * What a pattern cannot say about a secret: sums, mixtures, randomness. The service has the same
 * checks; the test vectors hold both to one answer.
 */

const CLASS_NAME =
  /^(?:[a-z]{2,40}(?:[A-Z][a-z]{2,40}[0-9]{0,2})+|(?:(?:[A-Z]{2,}|V)?[A-Z][a-z]{2,40}[0-9]{0,2}|(?:[A-Z]{2,}|V)[0-9]{1,2})+(?:[A-Z]{2,}|V)?)$/;
const ONE_PART = /^(?:[A-Z][a-z]{2,40}|[A-Z]{2,3}|V)[0-9]{0,2}$/;
const WORDS = /^(?:[A-Za-z]{2,}[0-9]{0,2}[_/.=-]+){2,}[A-Za-z]{2,}[0-9]{0,2}$/;
const SESSION = /=[A-Za-z0-9%._+/-]{16}/;
const NUMBERED_WORD = /^(?:[A-Za-z]+[0-9]|[A-Za-z]{1,5}[0-9]{1,2}|[0-9]+[A-Za-z]{1,3}|[A-Za-z_.-]*[0-9]+\.[0-9.]+[A-Za-z]{0,3})$/;

/**
 * @param {string} text
 * @returns {number} Shannon entropy in bits per character
 */
export function entropyOf(text) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  const length = [...counts.values()].reduce((sum, count) => sum + count, 0);
  return [...counts.values()].reduce((bits, count) => bits - (count / length) * Math.log2(count / length), 0);
}

/**
 * @param {string} text
 * @returns {boolean} 12 to 19 digits with a valid check digit (ISO/IEC 7812-1, annex B)
 */
export function passesLuhn(text) {
  const digits = text.replace(/[^0-9]/g, "");
  if (digits.length < 12 || digits.length > 19 || new Set(digits).size === 1) return false;
  const sum = [...digits].reverse().reduce((total, digit, place) => {
    const doubled = Number(digit) * (place % 2 === 1 ? 2 : 1);
    return total + (doubled > 9 ? doubled - 9 : doubled);
  }, 0);
  return sum % 10 === 0;
}

/** @param {string} secret letters with digits or signs: words and plain numbers are no secrets */
const isMixed = (secret) => /[A-Za-z]/.test(secret) && /[0-9!@#$%^&*+?~]/.test(secret);

/** @param {string} secret as mixed, and no name of a class with a number in it */
const isToken = (secret) => isMixed(secret) && !(CLASS_NAME.test(secret) && !ONE_PART.test(secret));

/** @param {string} sign */
function kindOf(sign) {
  if (sign >= "0" && sign <= "9") return "digit";
  if (sign !== sign.toLowerCase()) return "upper";
  return sign === sign.toUpperCase() ? "sign" : "lower";
}

/**
 * @param {string} secret
 * @returns {boolean} made up: letters with digits, and more than a word with a short number
 */
function isStrong(secret) {
  const runs = secret.match(/[0-9]+/g);
  if (secret.length < 6 || !runs || !isMixed(secret) || NUMBERED_WORD.test(secret)) return false;
  return new Set([...secret].map(kindOf)).size >= 3 || runs.length >= 2 || (runs[0] ?? "").length >= 2;
}

/**
 * Runs of letters or digits are about two signs long in what was drawn by chance, and four and more
 * in names.
 *
 * @param {string} secret
 * @returns {boolean} strong, and no name or path: digits in several places, and no words
 */
function isRandom(secret) {
  if (!isStrong(secret) || (secret.match(/[0-9]+/g) ?? []).length < 2 || WORDS.test(secret)) return false;
  const runs = secret.match(/[A-Z]?[a-z]+|[A-Z]+|[0-9]+/g) ?? [];
  return 3 * runs.length >= runs.join("").length || /^(?:[0-9a-f]+|[0-9A-F]+)$/.test(secret);
}

/** @type {Readonly<Record<string, (secret: string) => boolean>>} */
export const CHECKS = Object.freeze({
  mixed: isMixed,
  token: isToken,
  luhn: passesLuhn,
  session: (secret) => SESSION.test(secret),
  strong: isStrong,
  random: isRandom,
});
