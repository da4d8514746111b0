/**
 * Three lists of what is never saved: words in titles, projects, addresses.
 */

import { byId, el, setText } from "../shared/dom.js";
import { t } from "../shared/i18n.js";
import { icon } from "../shared/icons.js";
import { send } from "../shared/send.js";

/**
 * @typedef {import("../shared/settings.js").Exclusions} Exclusions
 * @typedef {{name: keyof Exclusions, label: string, hint: string, example: string}} Kind message keys
 */

/** @type {readonly Kind[]} */
const KINDS = [
  { name: "titles", label: "exclude_titles", hint: "exclude_titles_hint", example: "exclude_titles_example" },
  { name: "projects", label: "exclude_projects", hint: "exclude_projects_hint", example: "exclude_projects_example" },
  { name: "urls", label: "exclude_urls", hint: "exclude_urls_hint", example: "exclude_urls_example" },
];

/**
 * @param {Exclusions} saved
 * @returns {HTMLElement[]}
 */
export function exclusionEditors(saved) {
  const current = structuredClone(saved);
  return KINDS.map((kind) => editor(kind, current));
}

/**
 * @param {Kind} kind
 * @param {Exclusions} current shared by the three editors, because they are saved together
 */
function editor(kind, current) {
  const field = el("input", {
    id: `exclude-${kind.name}`,
    attributes: { type: "text", maxlength: "300", placeholder: t(kind.example), "aria-describedby": `hint-${kind.name}` },
  });
  const chips = el("ul", { class: "chips", attributes: { "aria-label": t(kind.label) } });
  const redraw = () => chips.replaceChildren(...current[kind.name].map((entry) => chip(entry, () => remove(entry))));
  /** @param {string} entry */
  const remove = async (entry) => {
    await change(current[kind.name].filter((other) => other !== entry), t("options_removed", entry));
    field.focus();
  };
  /**
   * @param {string[]} list
   * @param {string} words
   */
  const change = async (list, words) => {
    const answer = await send("settings.set", { patch: { excluded: { ...current, [kind.name]: list } } });
    if (answer.ok) Object.assign(current, answer.settings.excluded);
    setText(byId("said"), answer.ok ? words : t("options_not_saved"));
    redraw();
  };
  /** @param {Event} event */
  const add = async (event) => {
    event.preventDefault();
    const entry = field.value.trim();
    if (entry === "") return;
    field.value = "";
    await change([...current[kind.name], entry], t("options_added", entry));
  };
  redraw();
  return frame(kind, field, chips, add);
}

/**
 * @param {Kind} kind
 * @param {HTMLInputElement} field
 * @param {HTMLElement} chips
 * @param {(event: Event) => void} add
 */
function frame(kind, field, chips, add) {
  return el(
    "div",
    { class: "exclusion" },
    el("label", { class: "label", attributes: { for: field.id } }, t(kind.label)),
    el("p", { class: "quiet small", id: `hint-${kind.name}` }, t(kind.hint)),
    el("form", { on: { submit: add } }, field, el("button", { class: "button", attributes: { type: "submit" } }, t("options_add"))),
    chips,
  );
}

/**
 * @param {string} entry
 * @param {() => void} remove
 */
function chip(entry, remove) {
  const button = el("button", { attributes: { type: "button", "aria-label": t("options_remove", entry) }, on: { click: remove } });
  button.append(icon("cross"));
  return el("li", { class: "chip" }, el("span", {}, entry), button);
}
