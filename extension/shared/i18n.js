/**
 * The words of the interface, from _locales/.
 */

/**
 * @param {string} key
 * @param {...(string | number)} values for $1, $2, …
 * @returns {string}
 */
export function t(key, ...values) {
  return chrome.i18n.getMessage(key, values.map(String));
}

/**
 * The form of a message that fits a number: `<key>_one` or `<key>_other`, with the number as $1.
 *
 * @param {string} key
 * @param {number} count
 * @param {...(string | number)} values for $2, $3, …
 * @returns {string}
 */
export function plural(key, count, ...values) {
  const form = new Intl.PluralRules(language()).select(count) === "one" ? "one" : "other";
  return t(`${key}_${form}`, formatNumber(count), ...values);
}

/** @returns {string} BCP 47 tag of the catalogue in use */
export function language() {
  return chrome.i18n.getMessage("language_tag") || "en";
}

/**
 * @param {number} value
 * @returns {string}
 */
export function formatNumber(value) {
  return new Intl.NumberFormat(formatLocale()).format(value);
}

/** @returns {string} the browser's own locale where it is one of the catalogue's language: 14:30, not 2:30 PM */
export function formatLocale() {
  const browser = chrome.i18n.getUILanguage();
  return browser.startsWith(language()) ? browser : language();
}

/**
 * Fill a page that was written with message keys instead of words.
 *
 * `data-i18n` sets the text, `data-i18n-label` the accessible name, `data-i18n-placeholder` the
 * placeholder of a field.
 *
 * @param {Document} page
 */
export function localisePage(page) {
  page.documentElement.lang = language();
  for (const node of page.querySelectorAll("[data-i18n]")) {
    node.textContent = t(node.getAttribute("data-i18n") ?? "");
  }
  for (const node of page.querySelectorAll("[data-i18n-label]")) {
    node.setAttribute("aria-label", t(node.getAttribute("data-i18n-label") ?? ""));
  }
  for (const node of page.querySelectorAll("[data-i18n-placeholder]")) {
    node.setAttribute("placeholder", t(node.getAttribute("data-i18n-placeholder") ?? ""));
  }
}
