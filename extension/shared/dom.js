/**
 * Builds nodes. Text is always text: nothing in the extension turns a string into markup.
 */

/** @typedef {Node | string | null | false | Child[]} Child */

/**
 * @typedef {object} Properties
 * @property {string} [class]
 * @property {string} [id]
 * @property {Record<string, string | boolean | null>} [attributes] true: present and empty; false and null: left out
 * @property {Record<string, (event: Event) => void>} [on]
 */

/**
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Properties} properties
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function el(tag, properties, ...children) {
  const node = document.createElement(tag);
  if (properties.class) node.className = properties.class;
  if (properties.id) node.id = properties.id;
  for (const [name, value] of Object.entries(properties.attributes ?? {})) {
    if (value !== null && value !== false) node.setAttribute(name, value === true ? "" : value);
  }
  for (const [type, listener] of Object.entries(properties.on ?? {})) node.addEventListener(type, listener);
  node.append(...flat(children));
  return node;
}

/**
 * @param {Child[]} children
 * @returns {(Node | string)[]}
 */
function flat(children) {
  return children.flatMap((child) => {
    if (Array.isArray(child)) return flat(child);
    return child === null || child === false ? [] : [child];
  });
}

/**
 * @param {string} id
 * @returns {HTMLElement}
 * @throws {Error} when the page does not have it: page and script come from one version
 */
export function byId(id) {
  const node = document.getElementById(id);
  if (!node) throw new Error(`the page has no #${id}`);
  return node;
}

/**
 * Replace what a node holds, but leave it alone when nothing would change: a live region that is
 * rewritten with the same words is read out again.
 *
 * @param {Element} node
 * @param {string} text
 */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}
