/** Clients and projects, and whose exchanges are: each change acts at once, and is followed by a way back. */

import { notify, offer } from "./announce.js";
import { showFragment } from "./fragments.js";
import { navigate } from "./router.js";
import { askJson, askText, Refused, ServerAway } from "./server.js";
import { refresh } from "./view.js";
import { word } from "./words.js";

/** @typedef {{change: number, context: {id: number, client_id: number | null, others: string[]} | null, exchanges: number}} Changed */

/**
 * Keeps a client or project, or another form of one; what is wrong with it is said in the form.
 * @param {HTMLFormElement} form
 */
export async function keepClient(form) {
  const { id, client } = form.dataset;
  const kept = id ? "client-changed" : client ? "project-kept" : "client-kept";
  const place = /** @type {HTMLElement} */ (form.querySelector(".form-error"));
  place.textContent = "";
  try {
    const body = bodyOf(form);
    const done = await send(pathOf(form), body);
    form.closest("details")?.removeAttribute("open");
    if (!id) form.reset();
    await told(done, keptWords(kept, done, body.others.length));
  } catch (fault) {
    if (!(fault instanceof Refused)) throw fault;
    place.textContent = fault.message || word("failed");
    form.querySelector("input")?.focus();
  }
}

/**
 * Says what was kept; the short form of a new client's name comes behind the other names that were typed.
 * @param {string} kept
 * @param {Changed} done
 * @param {number} typed
 */
function keptWords(kept, done, typed) {
  const others = done.context?.others ?? [];
  const short = kept === "client-kept" && others.length > typed ? others.at(-1) : undefined;
  return short ? word("client-kept-short").replace("{name}", () => short) : word(kept);
}

/** @param {HTMLElement} button that offers the short form of a client's name as another name */
export async function keepShort(button) {
  const done = await send(`/clients/${button.dataset["id"]}/short`, {});
  await told(done, word("client-changed"));
  /** @type {HTMLElement | null} */ (document.querySelector("#change-client summary"))?.focus();
}

/** @param {HTMLFormElement} form */
function pathOf(form) {
  const { id, client } = form.dataset;
  if (id) return `/clients/${id}`;
  return client ? `/clients/${client}/projects` : "/clients";
}

/** @param {HTMLElement} button */
export async function archiveClient(button) {
  const archived = button.dataset["archived"] === "true";
  const done = await send(`/clients/${button.dataset["id"]}/archived`, { archived });
  await told(done, word(archived ? "client-archived" : "client-again"));
}

/** @param {HTMLFormElement} form */
export async function removeClient(form) {
  const then = String(new FormData(form).get("then") ?? "release");
  const body = /^\d+$/.test(then) ? { then: "move", to: Number(then) } : { then };
  const done = await send(`/clients/${form.dataset["id"]}/remove`, body);
  const base = location.pathname.startsWith("/demo/") ? "/demo" : "";
  navigate(`${base}/clients`);
  offerUndo(done, word("client-removed"));
}

/** @param {HTMLElement} button */
export async function removeProject(button) {
  await told(await send(`/clients/${button.dataset["id"]}/remove`, {}), word("project-removed"));
}

/** @param {HTMLFormElement} form on the page of one exchange */
export async function sayClient(form) {
  const given = new FormData(form);
  await say([Number(form.dataset["id"])], String(given.get("whose") ?? ""), given.get("whole") === "yes");
}

/** @param {HTMLElement} button one answer to the question whose an exchange is */
export async function sayClientAtOnce(button) {
  await say([Number(button.dataset["id"])], button.dataset["whose"] ?? "", false, "client");
}

/** @param {HTMLFormElement} form about the exchanges that are ticked */
export async function sayClientOfChosen(form) {
  const boxes = /** @type {NodeListOf<HTMLInputElement>} */ (document.querySelectorAll("input.tick:checked"));
  await say([...boxes].map((box) => Number(box.value)), String(new FormData(form).get("whose") ?? ""), false, "exchanges");
}

/**
 * Shows what is offered in place of the button that asks for it.
 * @param {HTMLElement} button
 */
export async function lookForClients(button) {
  const place = /** @type {HTMLElement} */ (button.closest("[aria-live]"));
  button.setAttribute("disabled", "");
  try {
    showFragment(place, await askText(button.dataset["href"] ?? ""));
    /** @type {HTMLElement | null} */ (place.querySelector("a, button") ?? place.parentElement?.querySelector("h2"))?.focus();
  } finally {
    button.removeAttribute("disabled");
  }
}

/** @param {HTMLElement} button */
export async function takeSuggestion(button) {
  const { id = "", whose = "" } = button.dataset;
  const body = { exchanges: [Number(id)], whole: true, suggested: true, ...wishOf(whose) };
  const done = /** @type {Changed} */ (await askJson("/api/v1/exchanges/client", { method: "POST", body, demo: false }));
  button.closest("li")?.remove();
  await told(done, word("client-said").replace("{n}", String(done.exchanges)), "suggestions");
}

/** @param {HTMLElement} button in the list of what was changed lately */
export async function undoClientChange(button) {
  await send(`/client-changes/${button.dataset["change"]}/undo`, {});
  await refresh();
  document.getElementById("changes")?.focus();
  notify(word("claim-undone"));
}

/** @param {HTMLElement} button a name or domain that may be a client */
export function fillIn(button) {
  const { how, word: found = "" } = button.dataset;
  const name = /** @type {HTMLInputElement} */ (document.getElementById("name-new"));
  const domains = /** @type {HTMLTextAreaElement} */ (document.getElementById("domains-new"));
  const [label = ""] = found.split(".");
  name.value = how === "domain" ? label.charAt(0).toUpperCase() + label.slice(1) : found;
  domains.value = how === "domain" ? found : "";
  name.scrollIntoView({ block: "center" });
  name.focus();
}

/**
 * @param {number[]} exchanges
 * @param {string} whose "own", "left", or ids of clients with commas, a slash before the one of a project
 * @param {boolean} whole
 * @param {string} [focus] what is focused afterwards, when the button is gone
 */
async function say(exchanges, whose, whole, focus) {
  if (!whose || exchanges.length === 0) {
    notify(word(whose ? "tick-exchanges" : "choose-client"));
    return;
  }
  const body = { exchanges, whole, ...wishOf(whose) };
  const done = /** @type {Changed} */ (await askJson("/api/v1/exchanges/client", { method: "POST", body, demo: false }));
  for (const part of document.querySelectorAll("[data-grown]")) part.removeAttribute("data-grown");
  for (const box of /** @type {NodeListOf<HTMLInputElement>} */ (document.querySelectorAll("input.tick:checked"))) {
    box.checked = false;
    box.dispatchEvent(new Event("change", { bubbles: true }));
  }
  await told(done, word("client-said").replace("{n}", String(done.exchanges)), focus);
}

/** @param {string} whose */
function wishOf(whose) {
  if (whose === "own" || whose === "left") return { said: whose };
  const [named = "", project] = whose.split("/");
  return { said: "clients", clients: named.split(",").map(Number), project: project ? Number(project) : null };
}

/** @param {HTMLFormElement} form */
function bodyOf(form) {
  const given = new FormData(form);
  /** @param {string} name */
  const lines = (name) => String(given.get(name) ?? "").split(/[\n,;]/).map((line) => line.trim()).filter(Boolean);
  const body = { name: String(given.get("name") ?? ""), others: lines("others"), domains: lines("domains"), words: lines("words") };
  return form.elements.namedItem("short") ? { ...body, short: given.get("short") === "yes" } : body;
}

/**
 * @param {string} path
 * @param {unknown} body
 * @returns {Promise<Changed>}
 */
function send(path, body) {
  return askJson(`/api/v1${path}`, { method: "POST", body, demo: false });
}

/**
 * Shows the new state with a way back.
 * @param {Changed} done
 * @param {string} words
 * @param {string} [focus]
 */
async function told(done, words, focus) {
  await refresh();
  if (focus) document.getElementById(focus)?.focus();
  offerUndo(done, words);
}

/**
 * @param {Changed} done
 * @param {string} words
 */
function offerUndo(done, words) {
  offer(words, word("undo"), async () => {
    try {
      await send(`/client-changes/${done.change}/undo`, {});
      await refresh();
      notify(word("claim-undone"));
    } catch (fault) {
      if (!(fault instanceof Refused) && !(fault instanceof ServerAway)) throw fault;
      notify(fault.message || word("failed"));
    }
  });
}
