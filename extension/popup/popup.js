/**
 * The popup: asks the worker how things stand and shows it, while it is open.
 */

import { byId } from "../shared/dom.js";
import { localisePage } from "../shared/i18n.js";
import { placeIcons } from "../shared/icons.js";
import { send } from "../shared/send.js";
import { act } from "../shared/actions.js";
import { say, showStatus, showUnreachable } from "./popup-view.js";

/** How often the open popup looks again. */
const REFRESH_MS = 2_000;

async function refresh() {
  const status = await send("status.get");
  if (status.ok) showStatus(status, Date.now());
  else showUnreachable();
}

/**
 * @param {string} id
 * @param {() => Promise<unknown>} run
 */
function onClick(id, run) {
  const button = /** @type {HTMLButtonElement} */ (byId(id));
  button.addEventListener("click", async () => {
    button.disabled = true;
    await run();
    await refresh();
    button.disabled = false;
  });
}

/** @param {Record<string, unknown>} body */
async function pause(body) {
  const answer = await send("capture.pause", body);
  // The button that was pressed is gone now; the one that undoes it takes the focus.
  await refresh();
  if (answer.ok) byId(body.paused === true ? "resume" : "pause-now").focus();
}

localisePage(document);
placeIcons(document);
onClick("open-settings", () => act("options.open"));
onClick("problem-action", async () => {
  const outcome = await act(byId("problem-action").dataset.message ?? "");
  say(outcome);
});
onClick("pause-now", () => pause({ paused: true }));
onClick("pause-hour", () => pause({ paused: true, until: "hour" }));
onClick("pause-tomorrow", () => pause({ paused: true, until: "tomorrow" }));
onClick("resume", () => pause({ paused: false }));
await refresh();
// Opening the popup is a question, so the service is asked even when nothing waits.
await send("delivery.now");
await refresh();
setInterval(refresh, REFRESH_MS);
