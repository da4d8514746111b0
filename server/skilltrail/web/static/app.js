/** The dashboard's entry: signs in, shows what the address names, keeps it true. */

import { listenToActions } from "./actions.js";
import { keepTrue } from "./live.js";
import { watchPairings } from "./pairing.js";
import { followMoves } from "./router.js";
import { askJson, inDemo, Refused, ServerAway } from "./server.js";
import { keepToken, onSessionChange, takeLaunchKey, token as hasSession } from "./session.js";
import { isLocked, showLock } from "./unlock.js";
import { open, showFault, showState } from "./view.js";
import { fromTemplate } from "./words.js";

/** @returns {Promise<boolean>} whether the page may be opened */
async function signIn() {
  const key = takeLaunchKey();
  if (!key) return true;
  try {
    const { token } = await askJson("/api/v1/sessions", { method: "POST", body: { key }, demo: false });
    keepToken(token);
    return true;
  } catch (fault) {
    // An old link in a browser that is signed in already does no harm.
    if (fault instanceof Refused && hasSession()) return true;
    if (fault instanceof ServerAway) showFault(fault);
    else if (fault instanceof Refused) showState("state-expired");
    else throw fault;
    return false;
  }
}

function showDemoBanner() {
  const banner = document.querySelector(".banner.demo");
  if (!inDemo()) banner?.remove();
  else if (!banner) document.getElementById("banners")?.prepend(fromTemplate("banner-demo"));
}

/** @param {"start" | "link" | "history"} how */
async function show(how) {
  showDemoBanner();
  await open(how);
}

listenToActions();
followMoves((how) => void show(how));
onSessionChange(() => void show("start"));
addEventListener("hashchange", async () => {
  // A second sign-in link opened in this tab changes the fragment alone.
  if (new URLSearchParams(location.hash.slice(1)).has("k") && (await signIn())) await show("start");
});
// The key of a link is good once: it is not spent on a history that is locked.
if (await isLocked()) await showLock();
else if (await signIn()) await show("start");
keepTrue();
watchPairings();
