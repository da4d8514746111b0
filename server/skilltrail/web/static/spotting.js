/** The answer to a spot check: what is ticked of each entry, as one file. */

import { notify } from "./announce.js";
import { saveResponse } from "./exporting.js";
import { ask } from "./server.js";
import { word } from "./words.js";

/** @param {HTMLFormElement} form */
export async function answerSpotCheck(form) {
  const chosen = [...form.querySelectorAll("[data-entry]")].map((part) => decided(/** @type {HTMLElement} */ (part)));
  const silent = chosen.find((one) => !one.names.length && !one.reason);
  if (silent) {
    notify(word("spot-silent"));
    const reason = document.getElementById(`spot-reason-${silent.entry}`);
    reason?.closest("details")?.setAttribute("open", "");
    reason?.focus();
    return;
  }
  const older = /** @type {HTMLTextAreaElement} */ (form.querySelector("textarea[name=older]")).value;
  const clients = (form.dataset["clients"] ?? "").split(",").filter(Boolean).map(Number);
  const body = { chosen, clients, older: older.trim() ? `${older.trim()}\n` : "" };
  await saveResponse(await ask("/api/v1/evidence-log/answer", { method: "POST", body, demo: false }));
  notify(word("spot-saved"));
}

/** @param {HTMLElement} part */
function decided(part) {
  const ticked = /** @type {HTMLInputElement[]} */ ([...part.querySelectorAll("input[name=show]:checked")]);
  const reason = /** @type {HTMLInputElement} */ (part.querySelector("input[name=reason]")).value.trim();
  const names = ticked.map((box) => box.value);
  const allowed = ticked.filter((box) => box.dataset["stopped"]).map((box) => box.value);
  if (part.querySelector("input[name=reason-allowed]:checked")) {
    allowed.push("reason");
  }
  return { entry: Number(part.dataset["entry"]), names, allowed, reason: names.length ? "" : reason };
}
