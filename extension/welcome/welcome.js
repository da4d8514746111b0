/**
 * The first page a learner sees: what is saved and where, one button, six digits to compare.
 *
 * Nothing is captured before the button was pressed and the service has approved the pairing.
 */

import { requestPermission } from "../shared/actions.js";
import { byId, setText } from "../shared/dom.js";
import { localisePage, t } from "../shared/i18n.js";
import { placeIcons } from "../shared/icons.js";
import { send } from "../shared/send.js";
import { FIRST_SITE } from "../shared/sites.js";
import { troubleOf } from "./trouble.js";

const POLL_MS = 1_000;

/** @typedef {"agree" | "pair" | "done" | "trouble"} Step */

/** @type {readonly Step[]} */
const STEPS = ["agree", "pair", "done", "trouble"];

/**
 * @param {Step} step
 */
function show(step) {
  const fresh = byId(`step-${step}`).hidden;
  for (const each of STEPS) byId(`step-${each}`).hidden = each !== step;
  // Whoever listens instead of looking is taken along.
  if (fresh && step !== "agree") byId(`${step}-title`).focus();
}

/**
 * @param {string} code
 * @param {string} [error]
 */
function showTrouble(code, error) {
  const { title, detail, action, startHint } = troubleOf(code);
  setText(byId("trouble-title"), t(title));
  setText(byId("trouble-detail"), t(detail));
  setText(byId("again"), t(action));
  setText(byId("trouble-error"), error ?? code);
  byId("trouble-start").hidden = !startHint;
  byId("trouble-raw").hidden = error === undefined;
  show("trouble");
}

/** @param {{digits: string, expiresAt: number, url: string}} pending */
function showDigits({ digits, expiresAt, url }) {
  const seconds = Math.max(0, Math.ceil((expiresAt - Date.now()) / 1_000));
  setText(byId("digits"), digits);
  setText(byId("digits-spoken"), t("welcome_digits_spoken", [...digits.replaceAll(" ", "")].join(" ")));
  setText(byId("left-words"), t("welcome_seconds", seconds));
  /** @type {HTMLProgressElement} */ (byId("left")).value = seconds;
  /** @type {HTMLAnchorElement} */ (byId("show-dashboard")).href = url;
  show("pair");
}

async function showDone() {
  const status = await send("status.get");
  const link = /** @type {HTMLAnchorElement} */ (byId("done-dashboard"));
  if (status.ok && status.server.url) link.href = status.server.url;
  link.hidden = !(status.ok && status.server.url);
  show("done");
}

/** The one button: agrees, allows and connects. */
async function connect() {
  const button = /** @type {HTMLButtonElement} */ (byId("agree"));
  button.disabled = true;
  // First of all, while the click still counts: browsers ask for permissions only then.
  const allowed = await requestPermission();
  await send("consent.give");
  const started = allowed ? await send("pairing.start") : { ok: false, code: "no_permission" };
  button.disabled = false;
  if (!started.ok) {
    showTrouble(started.code, started.detail);
    return;
  }
  showDigits(started);
  await chrome.tabs.create({ url: started.url });
  await follow();
}

/** Ask until there is an answer; the worker keeps the request, so a reload of this page is harmless. */
async function follow() {
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    const answer = await send("pairing.poll");
    if (!answer.ok) {
      if (showPassing(answer)) continue;
      return;
    }
    byId("pair-trouble").hidden = true;
    if (answer.state !== "waiting") return settle(answer.state);
    showDigits(answer);
  }
}

/**
 * A service that restarts may be back in a moment.
 *
 * @param {{code: string, detail?: string}} answer
 * @returns {boolean} whether it is worth asking again
 */
function showPassing({ code, detail }) {
  if (code !== "server_away") {
    showTrouble(code, detail);
    return false;
  }
  setText(byId("pair-trouble"), t("welcome_away_passing"));
  byId("pair-trouble").hidden = false;
  return true;
}

/** @param {string} state "approved", "rejected", "expired" or "none" */
async function settle(state) {
  if (state === "approved") await showDone();
  else if (state === "none") show("agree");
  else showTrouble(state);
}

async function start() {
  localisePage(document);
  placeIcons(document);
  document.title = t("welcome_page_title");
  /** @type {HTMLAnchorElement} */ (byId("first-site")).href = FIRST_SITE;
  byId("agree").addEventListener("click", connect);
  byId("again").addEventListener("click", connect);
  byId("cancel").addEventListener("click", async () => {
    await send("pairing.cancel");
    show("agree");
  });
  const pending = await send("pairing.poll");
  if (pending.ok && pending.state === "waiting") {
    showDigits(pending);
    await follow();
    return;
  }
  const status = await send("status.get");
  if (status.ok && status.paired && status.consented) await showDone();
  else show("agree");
}

await start();
