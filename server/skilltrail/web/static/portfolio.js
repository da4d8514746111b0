/** Portfolios: each change is kept at once and can be taken back; files are made when nothing is open. */

import { announce, notify, offer } from "./announce.js";
import { save } from "./exporting.js";
import { showFragment } from "./fragments.js";
import { complain } from "./keeping.js";
import { navigate } from "./router.js";
import { ask, askJson, askText, Refused, ServerAway } from "./server.js";
import { refresh } from "./view.js";
import { word } from "./words.js";

/** What is being sent: changes of one portfolio follow each other, for each builds on the one before. */
let last = Promise.resolve();

/** @param {HTMLFormElement} form */
export async function beginPortfolio(form) {
  const given = new FormData(form);
  const kept = await askJson("/api/v1/portfolios/proposed", { method: "POST", body: textsOf(given), demo: false });
  navigate(`/portfolio/${kept.id}`);
}

/** Changes in the forms of the page are kept without a button. */
export function watchPortfolio() {
  document.addEventListener("change", ({ target }) => {
    const form = target instanceof Element ? target.closest("form") : null;
    const keep = form ? KEPT[form.dataset["action"] ?? ""] : undefined;
    if (form && keep) void attempt(form, () => keep(form, /** @type {HTMLElement} */ (target)));
  });
}

/** @type {Record<string, (form: HTMLFormElement, field: HTMLElement) => Promise<void>>} */
const KEPT = {
  "portfolio-about": (form) => keep(form, "/about", aboutOf(form)),
  "portfolio-skills": (form) => keep(form, "/skills", { topics: new FormData(form).getAll("topics") }),
  "portfolio-skill": (form) => keep(form, pathOf(form), skillOf(form)),
  "portfolio-pick": pick,
};

/** @param {HTMLFormElement} form */
export async function keepNow(form) {
  await KEPT[form.dataset["action"] ?? ""]?.(form, form);
}

/** @param {HTMLFormElement} form */
function aboutOf(form) {
  const given = new FormData(form);
  const texts = textsOf(given);
  const profiles = (texts["profiles"] ?? "").split("\n").map((line) => line.trim()).filter(Boolean);
  const days = { since: texts["since"] || null, until: texts["until"] || null };
  return { ...texts, ...days, profiles, admitted: given.getAll("admitted").map(Number) };
}

/** @param {HTMLFormElement} form */
function skillOf(form) {
  const given = new FormData(form);
  /** @type {Record<string, unknown>} */
  const body = {};
  if (given.has("note")) body["note"] = String(given.get("note"));
  for (const list of form.querySelectorAll("[data-list]")) {
    const name = list.getAttribute("data-list") ?? "";
    body[name] = given.getAll(name).map(Number);
  }
  return body;
}

/** @param {HTMLFormElement} form of one page of exchanges; what is chosen on other pages stays */
async function pick(form) {
  const { topic = "", id = "" } = form.dataset;
  await inTurn(async () => {
    const held = await askJson(`/api/v1/portfolios/${id}`);
    const skill = held.skills.find((/** @type {{topic_id: string}} */ one) => one.topic_id === topic);
    /** @type {Map<number, {exchange_id: number, parts: string[], entry: number | null}>} */
    const excerpts = new Map((skill?.excerpts ?? []).map((/** @type {{exchange_id: number, parts: string[], entry: number | null}} */ one) => [one.exchange_id, one]));
    for (const set of form.querySelectorAll("[data-exchange]")) {
      const ticked = /** @type {HTMLInputElement[]} */ ([...set.querySelectorAll("input:checked")]);
      const exchange_id = Number(set.getAttribute("data-exchange"));
      // What was read is what is chosen: the page names the log entry that it showed.
      const entry = Number(set.getAttribute("data-entry"));
      if (ticked.length) excerpts.set(exchange_id, { exchange_id, parts: ticked.map((box) => box.value), entry });
      else excerpts.delete(exchange_id);
    }
    await send(id, `/skills/${topic}`, { excerpts: [...excerpts.values()] });
  });
}

/** @param {HTMLElement} button shows what can be chosen, or folds it away */
export async function showExcerpts(button) {
  const place = /** @type {HTMLElement} */ (document.getElementById(button.dataset["into"] ?? ""));
  if (place.hasChildNodes()) {
    place.replaceChildren();
    return;
  }
  showFragment(place, await askText(button.dataset["href"] ?? ""));
  /** @type {HTMLElement | null} */ (place.querySelector("input"))?.focus();
}

/** @param {HTMLElement} button */
export async function undoPortfolio(button) {
  const { id = "" } = button.dataset;
  const { portfolio } = await askJson(`/api/v1/portfolios/${id}/undo`, { method: "POST", demo: false });
  if (!portfolio) return navigate("/portfolio");
  await refresh();
  document.getElementById("portfolio-undo")?.focus();
  notify(word("claim-undone"));
  return undefined;
}

/** @param {HTMLElement} button */
export async function copyPortfolio(button) {
  const kept = await askJson(`/api/v1/portfolios/${button.dataset["id"]}/copy`, { method: "POST", demo: false });
  navigate(`/portfolio/${kept.id}`);
  notify(word("portfolio-copied"));
}

/** @param {HTMLElement} button */
export async function removePortfolio(button) {
  const path = `/api/v1/portfolios/${button.dataset["id"]}`;
  await askJson(`${path}/remove`, { method: "POST", demo: false });
  await refresh();
  (document.getElementById("held") ?? document.getElementById("new"))?.focus();
  offer(word("portfolio-removed"), word("undo"), async () => {
    await askJson(`${path}/undo`, { method: "POST", demo: false });
    await refresh();
  });
}

/** @param {HTMLElement} button one way to resolve a finding of the leak scan */
export async function resolveHit(button) {
  const { id = "", way = "", digest = "" } = button.dataset;
  await askJson(`/api/v1/portfolios/${id}/${way}`, { method: "POST", body: { digest }, demo: false });
  await refresh();
  document.getElementById("scan-title")?.focus({ preventScroll: true });
  announce(word("portfolio-kept"));
}

/** @param {HTMLElement} button leads to where the words stand */
export function reword(button) {
  const { topic = "", what = "" } = button.dataset;
  const place = document.getElementById(topic ? `note-${topic}` : `about-${what === "title" ? "name" : what}`);
  place?.closest("details")?.setAttribute("open", "");
  place?.scrollIntoView({ block: "center" });
  place?.focus({ preventScroll: true });
}

/** @param {HTMLElement} button */
export async function exportPortfolio(button) {
  const { id = "", format = "" } = button.dataset;
  const secret = /** @type {HTMLInputElement | null} */ (document.getElementById("export-passphrase"));
  button.setAttribute("disabled", "");
  notify(word("portfolio-writing"));
  try {
    const body = { format, passphrase: secret?.value || null };
    const response = await ask(`/api/v1/portfolios/${id}/export`, { method: "POST", body, demo: false });
    const named = /filename="?([\w.-]+)"?/.exec(response.headers.get("Content-Disposition") ?? "")?.[1];
    save(named ?? "portfolio", await response.blob());
  } finally {
    button.removeAttribute("disabled");
  }
  await refresh();
}

/**
 * @param {HTMLFormElement} form
 * @param {string} path
 * @param {unknown} body
 */
async function keep(form, path, body) {
  await inTurn(() => send(form.dataset["id"] ?? "", path, body));
}

/** @param {HTMLFormElement} form */
function pathOf(form) {
  return `/skills/${form.dataset["topic"]}`;
}

/**
 * @param {string} id
 * @param {string} path
 * @param {unknown} body
 */
async function send(id, path, body) {
  await askJson(`/api/v1/portfolios/${id}${path}`, { method: "POST", body, demo: false });
  await refresh();
  announce(word("portfolio-kept"));
}

/** @param {() => Promise<void>} act */
function inTurn(act) {
  const turn = last.then(act);
  last = turn.catch(() => undefined);
  return turn;
}

/**
 * What was not kept is said, and stays beside the field that holds it.
 * @param {HTMLFormElement} form
 * @param {() => Promise<void>} act
 */
async function attempt(form, act) {
  complain(form, "");
  try {
    await act();
  } catch (fault) {
    if (!(fault instanceof Refused) && !(fault instanceof ServerAway)) throw fault;
    notify(fault.message || word("failed"));
    complain(form, fault.message || word("failed"), "");
  }
}

/** @param {FormData} given */
function textsOf(given) {
  /** @type {Record<string, string>} */
  const texts = {};
  for (const [name, value] of given) if (typeof value === "string" && name !== "admitted") texts[name] = value;
  return texts;
}
