/** Extensions that wait to be connected: asked for on every page, decided with one click. */

import { notify } from "./announce.js";
import { askJson, Refused, ServerAway } from "./server.js";
import { token } from "./session.js";
import { lockIsShown } from "./unlock.js";
import { refresh, shownPage } from "./view.js";
import { fromTemplate, word } from "./words.js";

const EVERY = 1500;

/** @typedef {{id: string, label: string, digits: string | null}} Request */

let seen = "";

/** Starts the round; each begins after the last has ended. */
export function watchPairings() {
  setTimeout(async () => {
    try {
      if (!document.hidden && token() && !lockIsShown()) await lookOnce();
    } finally {
      watchPairings();
    }
  }, EVERY);
}

export async function lookOnce() {
  try {
    const { pairings } = await askJson("/api/v1/pairings", { demo: false, patience: 5000 });
    await reflect(pairings);
  } catch (fault) {
    // The live round says what is wrong; here the next look comes by itself.
    if (!(fault instanceof ServerAway) && !(fault instanceof Refused)) throw fault;
  }
}

/** @param {Request[]} pairings */
async function reflect(pairings) {
  const now = pairings.map(({ id, digits }) => `${id} ${digits ?? ""}`).join();
  const changed = now !== seen;
  seen = now;
  const page = shownPage();
  const onPairPage = page?.polls === "pairing";
  const ready = onPairPage ? undefined : pairings.find((request) => request.digits);
  showBanner(ready);
  if (changed && (onPairPage || page?.live)) await refresh();
}

/** @param {Request | undefined} request */
function showBanner(request) {
  const old = document.querySelector(".banner.pairing");
  if (old?.getAttribute("data-id") === (request?.id ?? "")) return;
  old?.remove();
  if (!request) return;
  const banner = fromTemplate("banner-pairing", { digits: request.digits ?? "", label: request.label });
  banner.setAttribute("data-id", request.id);
  for (const button of banner.querySelectorAll("button")) button.dataset["id"] = request.id;
  document.getElementById("banners")?.append(banner);
}

/**
 * @param {HTMLElement} button
 * @param {"approve" | "reject"} decision
 */
export async function decide(button, decision) {
  try {
    await askJson(`/api/v1/pairings/${button.dataset["id"]}/${decision}`, { method: "POST", demo: false });
    notify(word(decision === "approve" ? "connected" : "not-connected"));
  } catch (fault) {
    if (!(fault instanceof Refused)) throw fault;
    notify(word("pairing-over"));
  }
  await lookOnce();
  if (shownPage()?.polls === "pairing") await refresh();
}
