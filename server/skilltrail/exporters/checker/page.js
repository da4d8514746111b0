// Runs when the page has been parsed and before anything in it is changed: takes it as it stands, checks, shows.
import { checkAll } from "./checks.js";
import { offerCredentials, showNothing, showOutcome, warnInShort } from "./showing.js";

/** Returns the page as parsed, without data and code; the words of this script belong to it. @param {Document} page */
export function visiblePart(page) {
  // Neither stands in the text of a page, and both change what is seen: no doctype, and shadow trees.
  const plain = page.compatMode === "CSS1Compat" && ![...page.querySelectorAll("*")].some((one) => one.shadowRoot);
  const copy = /** @type {HTMLElement} */ (page.documentElement.cloneNode(true));
  for (const script of copy.querySelectorAll("script")) if (script.id !== "words") script.remove();
  return plain ? copy.outerHTML : "";
}

/** Shows the very text that is hashed: what else the parser may have made of the file is gone. @param {Document} page @param {string} visible */
function showOnly(page, visible) {
  if (!visible) return;
  const read = new DOMParser().parseFromString(visible, "text/html");
  page.documentElement.replaceChild(page.adoptNode(read.body), page.body);
}

/** @param {Document} page @param {string} id */
const textIn = (page, id) => page.getElementById(id)?.textContent ?? "";

/** @param {Document} page @param {string} kind @returns {HTMLElement[]} */
const embedded = (page, kind) => [.../** @type {NodeListOf<HTMLElement>} */ (page.querySelectorAll(`script[data-kind="${kind}"]`))];

/** Returns what is embedded in a page. @param {Document} page @returns {import("./checks.js").Parts} */
export function partsOf(page) {
  const credentials = embedded(page, "credential").map((one) => [one.dataset["name"] ?? "", one.textContent ?? ""]);
  return {
    visible: visiblePart(page),
    content: textIn(page, "content"),
    credentials: Object.fromEntries(credentials),
    rotations: embedded(page, "rotation").map((one) => one.textContent ?? ""),
    manifest: textIn(page, "manifest"),
  };
}

/** Checks a page and shows what came of it. @param {Document} page */
export async function run(page) {
  const parts = partsOf(page);
  const words = JSON.parse(textIn(page, "words"));
  showOnly(page, parts.visible);
  if (!globalThis.crypto?.subtle) {
    showNothing(page, words);
    return;
  }
  const outcome = await checkAll(parts);
  showOutcome(page, outcome, words);
  offerCredentials(page, outcome, parts.credentials, words);
}

/** Runs, and says so where even the words of this script were altered. @param {Document} page */
async function start(page) {
  try {
    await run(page);
  } catch {
    page.documentElement.dataset["state"] = "fail";
    warnInShort(page);
  }
}

// In a test there is no page yet.
if (globalThis.document?.getElementById("checker")) await start(document);
