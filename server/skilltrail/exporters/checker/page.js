// Runs when the page has been parsed and before anything in it is changed: takes it as it stands, checks, shows.
import { checkAll } from "./checks.js";
import { offerCredentials, showNothing, showOutcome } from "./showing.js";

/** Returns the page as parsed, without data and code; the words of this script belong to it. @param {Document} page */
export function visiblePart(page) {
  const copy = /** @type {HTMLElement} */ (page.documentElement.cloneNode(true));
  for (const script of copy.querySelectorAll("script")) if (script.id !== "words") script.remove();
  return copy.outerHTML;
}

/** @param {Document} page @param {string} id */
const textIn = (page, id) => page.getElementById(id)?.textContent ?? "";

/** @param {Document} page @returns {Record<string, string>} */
function credentialsIn(page) {
  const found = /** @type {HTMLElement[]} */ ([...page.querySelectorAll('script[data-kind="credential"]')]);
  return Object.fromEntries(found.map((one) => [one.dataset["name"] ?? "", one.textContent ?? ""]));
}

/** Checks a page and shows what came of it. @param {Document} page */
export async function run(page) {
  const visible = visiblePart(page);
  const words = JSON.parse(textIn(page, "words"));
  if (!globalThis.crypto?.subtle) {
    showNothing(page, words);
    return;
  }
  const credentials = credentialsIn(page);
  const text = textIn(page, "content");
  const outcome = await checkAll({ content: text, credentials, manifest: textIn(page, "manifest"), visible });
  const content = outcome.state === "fail" ? { skills: [] } : JSON.parse(text);
  showOutcome(page, outcome, content, words);
  offerCredentials(page, outcome, content, credentials, words);
}

/** Runs, and says so where even the words of this script were altered. @param {Document} page */
async function start(page) {
  try {
    await run(page);
  } catch {
    page.documentElement.dataset["state"] = "fail";
    page.body.prepend("CHECKS FAILED");
  }
}

// In a test there is no page yet.
if (globalThis.document?.getElementById("checker")) await start(document);
