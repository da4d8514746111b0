/** Forgetting: shows what would go, waits ten seconds with a way back, and follows it to its end. */

import { notify } from "./announce.js";
import { showFragment } from "./fragments.js";
import { navigate } from "./router.js";
import { askJson, askText, Refused } from "./server.js";
import { refresh } from "./view.js";
import { word } from "./words.js";

const TICK = 250;
const FOLLOW_EVERY = 500;

/** @typedef {{id: number, state: string, seconds_left: number, exchanges: number}} Pass */

/**
 * Who fills in a field means the choice that it stands in; and what was shown before is no longer what is meant.
 * @param {Element} field
 */
export function chooseField(field) {
  const radio = field.closest(".choice")?.querySelector('input[type="radio"]');
  if (radio instanceof HTMLInputElement) radio.checked = true;
  document.getElementById("forget-plan")?.replaceChildren();
}

/**
 * Shows what the form's choice would forget.
 * @param {HTMLFormElement} form
 */
export async function planForgetting(form) {
  const place = document.getElementById("forget-plan");
  const wish = wishOf(form);
  if (!place) return;
  await showPlan(place, "/fragments/forget-plan", wish);
  const button = place.querySelector("#forget-now");
  if (button instanceof HTMLElement) button.dataset["wish"] = JSON.stringify(wish);
}

/**
 * Shows what the chosen rule would take away.
 * @param {HTMLFormElement} form
 */
export async function planRetention(form) {
  const place = document.getElementById("retention-plan");
  const months = Number(new FormData(form).get("months"));
  if (!place) return;
  await showPlan(place, "/fragments/retention-plan", { months });
  const button = place.querySelector("#retention-set");
  if (button instanceof HTMLElement) button.dataset["months"] = String(months);
}

/**
 * @param {HTMLElement} button
 */
export async function setRetention(button) {
  await askJson("/api/v1/retention", { method: "PUT", body: { months: Number(button.dataset["months"]) }, demo: false });
  document.getElementById("retention-plan")?.replaceChildren();
  notify(word("rule-kept"));
  await refresh();
  scrollTo({ top: 0 });
}

/**
 * Forgets what the plan showed; the list above shows the seconds that are left.
 * @param {HTMLElement} button
 */
export async function forgetPlanned(button) {
  const wish = JSON.parse(button.dataset["wish"] ?? "{}");
  const asked = /** @type {Pass} */ (await askJson("/api/v1/forget", { method: "POST", body: wish, demo: false }));
  document.getElementById("forget-plan")?.replaceChildren();
  await refresh();
  scrollTo({ top: 0 });
  document.getElementById(`undo-${asked.id}`)?.focus();
  notify(word("forgetting-soon"));
}

/**
 * @param {HTMLElement} button in the list of what is being forgotten
 */
export async function undoForgetting(button) {
  await askJson(`/api/v1/forget/${button.dataset["id"]}`, { method: "DELETE", demo: false });
  notify(word("kept"));
  await refresh();
}

/**
 * Forgets the exchange or the chat that is shown, with a countdown in the button's place.
 * @param {HTMLElement} button
 */
export async function forgetShown(button) {
  const wish = { [button.dataset["names"] ?? "exchange"]: Number(button.dataset["id"]) };
  const asked = /** @type {Pass} */ (await askJson("/api/v1/forget", { method: "POST", body: wish, demo: false }));
  const others = [.../** @type {Element} */ (button.closest("[data-forget]")).querySelectorAll("button")];
  for (const other of others) other.toggleAttribute("disabled", true);
  const line = countdownLine();
  button.replaceWith(line.element);
  line.undo.focus();
  notify(word("forgetting-soon"));
  const until = performance.now() + asked.seconds_left * 1000;
  const timer = setInterval(() => {
    const left = Math.max(0, Math.ceil((until - performance.now()) / 1000));
    line.number.textContent = word("seconds-left").replace("{n}", String(left));
    // The learner left the page: the server goes on alone, and the list of the forget page shows it.
    if (!line.element.isConnected) clearInterval(timer);
    else if (left === 0) {
      clearInterval(timer);
      line.undo.remove();
      line.number.textContent = word("forgetting-now");
      void followToEnd(asked.id, line.element);
    }
  }, TICK);
  line.undo.addEventListener("click", () => void takeBack());

  async function takeBack() {
    try {
      await askJson(`/api/v1/forget/${asked.id}`, { method: "DELETE", demo: false });
    } catch (fault) {
      if (!(fault instanceof Refused)) throw fault;
      notify(fault.message);
      return;
    }
    clearInterval(timer);
    for (const other of others) other.toggleAttribute("disabled", false);
    line.element.replaceWith(button);
    button.focus();
    notify(word("kept"));
  }
}

/**
 * Leaves the shown exchange or its chat out of exports, or no longer.
 * @param {HTMLElement} button a switch
 */
export async function restrict(button) {
  const restricted = button.getAttribute("aria-checked") !== "true";
  const whole = button.dataset["whole"] === "true";
  const path = `/api/v1/exchanges/${button.dataset["id"]}/restricted`;
  await askJson(path, { method: "PUT", body: { restricted, whole_conversation: whole }, demo: false });
  button.setAttribute("aria-checked", String(restricted));
  notify(word(restricted ? "left-out" : "taken-in"));
  await refresh();
}

/**
 * @param {HTMLElement} place
 * @param {string} path
 * @param {Record<string, unknown>} body
 */
async function showPlan(place, path, body) {
  try {
    showFragment(place, await askText(path, { method: "POST", body, demo: false }));
  } catch (fault) {
    if (!(fault instanceof Refused)) throw fault;
    place.textContent = fault.message || word("failed");
  }
}

/**
 * @param {HTMLFormElement} form
 * @returns {Record<string, unknown>} what the server calls a wish
 */
function wishOf(form) {
  const given = new FormData(form);
  /** @param {string} name */
  const text = (name) => String(given.get(name) ?? "").trim() || null;
  switch (given.get("scope")) {
    case "range":
      return { since: text("since"), until: text("until") };
    case "conversation":
      return { conversation_of: Number(text("conversation_of")) };
    case "import":
      return { import_id: Number(text("import_id")) };
    case "client":
      return { client: Number(text("client")) };
    case "everything":
      return { everything: true };
    default:
      return { word: text("word") };
  }
}

function countdownLine() {
  const element = document.createElement("p");
  element.className = "undo";
  const number = document.createElement("b");
  number.className = "countdown";
  const undo = document.createElement("button");
  undo.type = "button";
  undo.className = "button small";
  undo.textContent = word("undo");
  element.append(number, undo);
  return { element, number, undo };
}

/**
 * @param {number} id
 * @param {Element} line
 */
async function followToEnd(id, line) {
  while (line.isConnected) {
    const found = /** @type {Pass} */ (await askJson(`/api/v1/forget/${id}`, { demo: false }));
    if (found.state === "cleaning" || found.state === "done") {
      notify(word("forgotten"));
      navigate("/forget");
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, FOLLOW_EVERY));
  }
}
