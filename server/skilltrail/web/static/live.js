/** Keeps the shown page true: asks for the revision each second while someone looks, and refreshes quietly. */

import { notify } from "./announce.js";
import { askJson, Refused, ServerAway } from "./server.js";
import { token } from "./session.js";
import { lockIsShown } from "./unlock.js";
import { open, refresh, showFault, shownPage } from "./view.js";
import { fromTemplate, word } from "./words.js";

const EVERY = 1000;
let away = false;
let refreshedAt = Date.now();

/** Starts the round; each begins after the last has ended. */
export function keepTrue() {
  setTimeout(async () => {
    try {
      if (!document.hidden && token() && !lockIsShown()) await once();
    } finally {
      keepTrue();
    }
  }, EVERY);
}

async function once() {
  try {
    const { revision } = await askJson("/api/v1/revision", { patience: 5000 });
    if (away) await comeBack();
    await bringUpToDate(revision);
  } catch (fault) {
    if (fault instanceof ServerAway) goAway();
    else if (fault instanceof Refused && ([401, 404].includes(fault.status) || fault.code === "key_unavailable")) showFault(fault);
    else if (!(fault instanceof Refused)) throw fault;
  }
}

/** @param {number} revision */
async function bringUpToDate(revision) {
  const page = shownPage();
  // Progress, reports of the extension and "3 minutes ago" change without a new revision; each page knows how soon.
  const stale = page !== null && Date.now() - refreshedAt > page.staleAfter;
  if (page?.live && (page.revision !== revision || stale)) {
    refreshedAt = Date.now();
    await refresh();
  }
}

function goAway() {
  away = true;
  if (!shownPage() || document.querySelector(".banner.warn")) return;
  document.getElementById("banners")?.append(fromTemplate("banner-away"));
}

async function comeBack() {
  away = false;
  document.querySelector(".banner.warn")?.remove();
  notify(word("back"));
  if (!shownPage()) await open("start");
}
