/**
 * The options page: pause, what to leave out, the connection, what was refused, privacy.
 */

import { byId, el, setText } from "../shared/dom.js";
import { localisePage, plural, t } from "../shared/i18n.js";
import { placeIcons } from "../shared/icons.js";
import { clockTime } from "../shared/moments.js";
import { send } from "../shared/send.js";
import { connectionReport } from "./connection-report.js";
import { exclusionEditors } from "./exclusions.js";
import { showRejected } from "./rejected.js";

/**
 * @param {any} status answer of status.get
 */
function showCapture({ paused, pausedUntil, paired, consented }) {
  const until = pausedUntil === null ? t("popup_paused_open") : t("popup_paused_until", clockTime(pausedUntil));
  const well = paired && consented ? t("options_capturing") : t("options_not_capturing");
  setText(byId("capture-state"), paused ? `${t("popup_paused")}. ${until}` : well);
  setText(byId("pause"), paused ? t("popup_resume") : t("popup_pause"));
  byId("pause").dataset.paused = String(paused);
}

/**
 * @param {any} status answer of status.get
 */
function showConnection({ paired, server, outbox }) {
  /** @type {[string, string][]} */
  const facts = [[t("options_fact_state"), t(STATE_WORDS[server.state] ?? "link_away")]];
  if (server.label) facts.push([t("options_fact_label"), server.label]);
  if (server.pairedAt) facts.push([t("options_fact_since"), clockTime(server.pairedAt)]);
  if (server.port) facts.push([t("options_fact_address"), `127.0.0.1:${server.port}`]);
  facts.push([t("options_fact_waiting"), plural("count_exchanges", outbox.waiting)]);
  const nodes = facts.flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]);
  byId("connection-facts").replaceChildren(...nodes);
  byId("connect").hidden = paired;
  byId("forget").hidden = server.label === null;
  byId("forget-waiting").hidden = outbox.waiting + outbox.rejected === 0;
  setText(byId("forget-waiting-words"), plural("options_forget_waiting", outbox.waiting + outbox.rejected));
}

/** @type {Readonly<Record<string, string>>} state of the link → message key */
const STATE_WORDS = {
  ok: "link_ok",
  away: "link_away",
  foreign: "link_foreign",
  mismatch: "link_mismatch",
  unpaired: "link_unpaired",
  no_permission: "link_no_permission",
  storage_full: "link_storage_full",
};

async function refresh() {
  const status = await send("status.get");
  if (!status.ok) {
    setText(byId("capture-state"), t("popup_unreachable"));
    return;
  }
  showCapture(status);
  showConnection(status);
  setText(byId("version"), t("options_version", status.version));
  await showRejected(refresh);
}

async function togglePause() {
  const paused = byId("pause").dataset.paused !== "true";
  await send("capture.pause", { paused });
  await refresh();
}

async function test() {
  const button = /** @type {HTMLButtonElement} */ (byId("test"));
  button.disabled = true;
  byId("test-result").replaceChildren(el("p", { class: "quiet" }, t("options_testing")));
  const report = await send("connection.test");
  byId("test-result").replaceChildren(...connectionReport(report));
  button.disabled = false;
}

function askForget() {
  const dialog = /** @type {HTMLDialogElement} */ (byId("forget-dialog"));
  dialog.returnValue = "";
  dialog.showModal();
}

async function forget() {
  const dialog = /** @type {HTMLDialogElement} */ (byId("forget-dialog"));
  if (dialog.returnValue !== "forget") return;
  const discard = /** @type {HTMLInputElement} */ (byId("forget-discard"));
  await send("pairing.forget", { discardWaiting: discard.checked });
  await refresh();
}

async function start() {
  localisePage(document);
  placeIcons(document);
  document.title = `${t("options_title")} · Skilltrail`;
  const { settings } = await send("settings.get");
  const activeReads = /** @type {HTMLInputElement} */ (byId("active-reads"));
  activeReads.checked = settings?.activeReads === true;
  activeReads.addEventListener("change", () => send("settings.set", { patch: { activeReads: activeReads.checked } }));
  if (settings) byId("exclusions").replaceChildren(...exclusionEditors(settings.excluded));
  byId("pause").addEventListener("click", togglePause);
  byId("test").addEventListener("click", test);
  byId("forget").addEventListener("click", askForget);
  byId("forget-dialog").addEventListener("close", forget);
  await refresh();
  // Words and lists came after the page, so the browser could not yet go where the address points.
  if (location.hash === "#rejected") byId("rejected").focus();
}

await start();
