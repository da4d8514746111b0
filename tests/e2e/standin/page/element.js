/**
 * Build an element; attributes that are null are left out, children may be strings.
 * @param {string} tag
 * @param {Record<string, string | null>} attributes
 * @param {(Node | string)[]} children
 */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null) made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}
