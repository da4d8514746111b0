/** The page's own short messages; they stand in the shell, so that they can be translated with everything else. */

/**
 * @param {string} name
 * @returns {string}
 */
export function word(name) {
  const holder = /** @type {HTMLTemplateElement | null} */ (document.getElementById("words"));
  return holder?.content.querySelector(`[data-word="${name}"]`)?.textContent ?? name;
}

/**
 * A copy of one of the shell's templates.
 * @param {string} id
 * @param {Record<string, string>} [slots] text for elements with `data-slot`
 * @returns {HTMLElement}
 */
export function fromTemplate(id, slots = {}) {
  const holder = /** @type {HTMLTemplateElement} */ (document.getElementById(id));
  const copy = /** @type {HTMLElement} */ (/** @type {Element} */ (holder.content.firstElementChild).cloneNode(true));
  for (const [name, text] of Object.entries(slots)) {
    const slot = copy.querySelector(`[data-slot="${name}"]`);
    if (slot) slot.textContent = text;
  }
  return copy;
}
