/** The dashboard's session: a token in origin storage, which (unlike a cookie) respects the port. */

const NAME = "skilltrail.session";

/** @returns {string | null} */
export function token() {
  return localStorage.getItem(NAME);
}

/** @param {string} value */
export function keepToken(value) {
  localStorage.setItem(NAME, value);
}

export function dropToken() {
  localStorage.removeItem(NAME);
}

/**
 * Takes the one-use key out of the address; the fragment never reaches a server, a log or the history.
 * @returns {string | null}
 */
export function takeLaunchKey() {
  const given = new URLSearchParams(location.hash.slice(1));
  if (given.has("k") || given.has("request")) history.replaceState(history.state, "", location.pathname + location.search);
  return given.get("k");
}

/** @param {() => void} changed called when another tab signed in or out */
export function onSessionChange(changed) {
  addEventListener("storage", (event) => {
    if (event.key === NAME) changed();
  });
}
