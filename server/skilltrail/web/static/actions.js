/** What buttons and forms do: one table, one listener each for clicks, submits and changes. */

import { notePush, removeAnchor, requestAnchor, takeAnchor } from "./anchoring.js";
import { notify } from "./announce.js";
import { chooseTwin } from "./chart.js";
import { archiveClient, fillIn, keepClient, keepShort, lookForClients, removeClient, removeProject, sayClient, sayClientAtOnce, sayClientOfChosen, takeSuggestion, undoClientChange } from "./clients.js";
import { sayCheck, saveCheckWords, undoCheck } from "./checking.js";
import { askForEndorsement, removeEndorsement, takeEndorsement } from "./endorsing.js";
import { keepEntry, reachGoal, removeEntry, watchDeliverables } from "./entering.js";
import { confirmClaim, noneFits, rejectClaim, searchConcepts, typeConcept, undoClaim, withdrawClaim } from "./claiming.js";
import { download, formQuery, refreshPreview } from "./exporting.js";
import { chooseField, forgetPlanned, forgetShown, planForgetting, planRetention, restrict, setRetention, undoForgetting } from "./forgetting.js";
import { appendFragment } from "./fragments.js";
import { addRule, cancelImport, chooseFiles, dropUpload, removeRule, resumeImport, startImport, stopUpload, watchDrops } from "./importing.js";
import { dropEarlierIdentities, makeIdentity, rotateIdentity, setIdentityPassphrase, undoIdentity } from "./identity.js";
import {
  backUp,
  changeKey,
  complain,
  keptRecoveryKey,
  leaveRestore,
  makeRecoveryKey,
  moveKey,
  planRestore,
  printRecoveryKey,
  restore,
  saveRecoveryKey,
} from "./keeping.js";
import {
  areaOfTopic,
  colourTopic,
  divideTopic,
  keepTopic,
  leaveParts,
  mergeTopic,
  moveChosen,
  moveShown,
  renameBack,
  renameTopic,
  splitChosen,
  splitTopic,
  standTopic,
  undoCorrection,
  watchTicks,
} from "./correcting.js";
import { decide } from "./pairing.js";
import { beginPortfolio, copyPortfolio, exportPortfolio, keepNow, removePortfolio, resolveHit, reword, showExcerpts, undoPortfolio, watchPortfolio } from "./portfolio.js";
import {
  addOwnData,
  addOwnWord,
  allowMark,
  disallowMark,
  leaveFound,
  lookForOwnWord,
  maskPersonal,
  openMark,
  removeOwnData,
  removeOwnWord,
  replaceOwnWord,
} from "./redacting.js";
import { chooseLanguage } from "./language.js";
import { navigate } from "./router.js";
import { goSearch, moreSearch, orderSearch, setSearch, submitSearch, watchSearch } from "./search.js";
import { askJson, askText, Refused, ServerAway } from "./server.js";
import { dropToken } from "./session.js";
import { leaveToUs, sayIntent, sayKind, undoSaid } from "./telling.js";
import { answerSpotCheck } from "./spotting.js";
import { unlock } from "./unlock.js";
import { open, refresh, showState } from "./view.js";
import { checkFile } from "./verifying.js";
import { word } from "./words.js";

const UNDO_TIME = 5000;

/** @type {Record<string, (button: HTMLElement) => unknown>} */
const CLICKS = {
  copy,
  more,
  download,
  lock,
  autostart,
  later,
  twin: chooseTwin,
  retry: () => open("start"),
  "demo-enter": enterDemo,
  "forget-planned": forgetPlanned,
  "forget-shown": forgetShown,
  "forget-undo": undoForgetting,
  "retention-set": setRetention,
  restrict,
  mark: openMark,
  "redaction-allow": allowMark,
  "redaction-disallow": disallowMark,
  "topic-rename-back": renameBack,
  "topic-keep": keepTopic,
  "topic-standing": standTopic,
  "topic-colour": colourTopic,
  "topic-divide": divideTopic,
  "parts-leave": leaveParts,
  "correction-undo": undoCorrection,
  "own-word-look": lookForOwnWord,
  "own-word-replace": replaceOwnWord,
  "own-word-leave": leaveFound,
  "own-word-remove": removeOwnWord,
  "mask-personal": maskPersonal,
  "own-data-remove": removeOwnData,
  "import-files": chooseFiles,
  "import-folder": chooseFiles,
  "import-cancel": cancelImport,
  "import-resume": resumeImport,
  "upload-stop": stopUpload,
  "upload-drop": dropUpload,
  "rule-remove": removeRule,
  "pairing-approve": (button) => decide(button, "approve"),
  "pairing-reject": (button) => decide(button, "reject"),
  backup: backUp,
  "identity-drop": dropEarlierIdentities,
  "identity-make": makeIdentity,
  "identity-undo": undoIdentity,
  "restore-plan": planRestore,
  "restore-leave": leaveRestore,
  "recovery-save": saveRecoveryKey,
  "recovery-print": printRecoveryKey,
  "recovery-kept": keptRecoveryKey,
  "search-set": setSearch,
  "search-order": orderSearch,
  "search-more": moreSearch,
  "claim-confirm": confirmClaim,
  "claim-reject": rejectClaim,
  "claim-none": noneFits,
  "claim-withdraw": withdrawClaim,
  "claim-undo": undoClaim,
  "learning-say": sayKind,
  "learning-leave": leaveToUs,
  "learning-undo": undoSaid,
  "entry-remove": removeEntry,
  "goal-reached": reachGoal,
  "endorsement-remove": removeEndorsement,
  "anchor-request": requestAnchor,
  "anchor-remove": removeAnchor,
  "check-say": sayCheck,
  "check-undo": undoCheck,
  "client-archive": archiveClient,
  "client-short": keepShort,
  "client-is": sayClientAtOnce,
  "client-look": lookForClients,
  "client-undo": undoClientChange,
  "client-suggested": takeSuggestion,
  "client-candidate": fillIn,
  "project-remove": removeProject,
  "portfolio-copy": copyPortfolio,
  "portfolio-remove": removePortfolio,
  "portfolio-undo": undoPortfolio,
  "portfolio-excerpts": showExcerpts,
  "portfolio-hit": resolveHit,
  "portfolio-reword": reword,
  "portfolio-export": exportPortfolio,
};

/** @type {Record<string, (form: HTMLFormElement) => unknown>} */
const SUBMITS = {
  filter,
  "topic-rename": renameTopic,
  "topic-merge": mergeTopic,
  "topic-area": areaOfTopic,
  "topic-split": splitTopic,
  "move-chosen": moveChosen,
  "split-chosen": splitChosen,
  "move-shown": moveShown,
  "learning-intent": sayIntent,
  search: submitSearch,
  "search-go": goSearch,
  "own-word": addOwnWord,
  "own-data": addOwnData,
  "import-start": startImport,
  "rule-add": addRule,
  restore,
  unlock,
  "key-move": moveKey,
  "key-change": changeKey,
  "identity-passphrase": setIdentityPassphrase,
  "identity-rotate": rotateIdentity,
  "verify-file": checkFile,
  "recovery-key": makeRecoveryKey,
  "concept-search": searchConcepts,
  "check-words": saveCheckWords,
  "entry-keep": keepEntry,
  "endorsement-ask": askForEndorsement,
  "endorsement-take": takeEndorsement,
  "anchor-take": takeAnchor,
  "spot-answer": answerSpotCheck,
  "anchor-pushed": notePush,
  "client-keep": keepClient,
  "client-remove": removeClient,
  "client-say": sayClient,
  "client-chosen": sayClientOfChosen,
  "portfolio-new": beginPortfolio,
  "portfolio-about": keepNow,
  "portfolio-skills": keepNow,
  "portfolio-skill": keepNow,
  "portfolio-pick": keepNow,
};

export function listenToActions() {
  watchDrops();
  watchTicks();
  watchDeliverables();
  watchSearch();
  watchPortfolio();
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("button[data-action]") : null;
    const act = button instanceof HTMLElement ? CLICKS[button.dataset["action"] ?? ""] : undefined;
    if (act) void attempt(() => act(/** @type {HTMLElement} */ (button)));
  });
  document.addEventListener("submit", (event) => {
    event.preventDefault();
    const form = /** @type {HTMLFormElement} */ (event.target);
    const act = SUBMITS[form.dataset["action"] ?? ""];
    if (act) void attempt(() => act(form), form);
    if (form.dataset["action"] === "forget-plan") void attempt(() => planForgetting(form));
    if (form.dataset["action"] === "retention-plan") void attempt(() => planRetention(form));
  });
  document.addEventListener("change", ({ target }) => {
    if (target instanceof HTMLSelectElement && target.dataset["action"] === "language") void attempt(() => chooseLanguage(target));
  });
  document.addEventListener("input", (event) => {
    const form = event.target instanceof Element ? event.target.closest("form") : null;
    if (form?.dataset["action"] === "concept-search") typeConcept(form);
  });
  document.addEventListener("change", (event) => {
    const form = event.target instanceof Element ? event.target.closest("form") : null;
    if (form?.dataset["action"] === "forget-plan" && event.target instanceof Element) chooseField(event.target);
    if (form?.dataset["action"] === "export-options") void refreshPreview(document.body);
    if (form?.dataset["action"] === "filter" && event.target instanceof HTMLSelectElement) filter(form);
  });
}

/**
 * @param {() => unknown} act
 * @param {HTMLFormElement} [form] where what went wrong stays to be read after its short message has gone
 */
async function attempt(act, form) {
  const own = form?.matches(".own-form, .stack") ? form : null;
  if (own) complain(own, "");
  try {
    await act();
  } catch (fault) {
    if (!(fault instanceof Refused) && !(fault instanceof ServerAway)) throw fault;
    notify(fault.message || word("failed"));
    if (own) complain(own, fault.message || word("failed"), "");
  }
}

/** @param {HTMLFormElement} form */
function filter(form) {
  const query = formQuery(form);
  navigate(`${form.dataset["path"]}${query ? `?${query}` : ""}`);
}

/** @param {HTMLElement} button */
async function copy(button) {
  try {
    await navigator.clipboard.writeText(button.dataset["copy"] ?? "");
    notify(word("copied"));
  } catch (fault) {
    if (!(fault instanceof DOMException)) throw fault;
    notify(word("copy-failed"));
  }
}

/** @param {HTMLElement} button */
async function more(button) {
  const html = await askText(button.dataset["href"] ?? "");
  const line = /** @type {Element} */ (button.closest("p"));
  const host = /** @type {Element} */ (line.parentElement);
  button.closest("[data-part]")?.setAttribute("data-grown", "");
  line.remove();
  const added = appendFragment(host, html);
  /** @type {HTMLElement | null | undefined} */ (added?.querySelector("a, button"))?.focus();
  notify(word("more-loaded"));
}

async function lock() {
  await askJson("/api/v1/sessions", { method: "DELETE", demo: false });
  dropToken();
  document.getElementById("nav")?.setAttribute("hidden", "");
  document.getElementById("search-box")?.setAttribute("hidden", "");
  showState("state-signin");
  notify(word("locked"));
}

/** @param {HTMLElement} button */
async function autostart(button) {
  const on = button.getAttribute("aria-checked") !== "true";
  const answer = await askJson("/api/v1/autostart", { method: "PUT", body: { on }, demo: false });
  button.setAttribute("aria-checked", String(answer.on));
}

/** @param {HTMLElement} button */
async function enterDemo(button) {
  button.setAttribute("disabled", "");
  notify(word("demo-making"));
  try {
    await askJson("/api/v1/demo", { method: "POST", demo: false });
  } finally {
    button.removeAttribute("disabled");
  }
  navigate("/demo/");
}

/**
 * Does what cannot be undone five seconds later, and offers to leave it.
 * @param {HTMLElement} button
 */
function later(button) {
  const line = document.createElement("span");
  line.className = "undo";
  line.setAttribute("role", "status");
  const undo = document.createElement("button");
  undo.type = "button";
  undo.className = "button small";
  undo.textContent = word("undo");
  line.append(`${word(button.dataset["wordWait"] ?? "")} `, undo);
  const timer = setTimeout(() => void attempt(() => carryOut(button, line)), UNDO_TIME);
  undo.addEventListener("click", () => {
    clearTimeout(timer);
    line.replaceWith(button);
    button.focus();
    notify(word("kept"));
  });
  button.replaceWith(line);
  undo.focus();
}

/**
 * @param {HTMLElement} button
 * @param {Element} line
 */
async function carryOut(button, line) {
  try {
    await askJson(button.dataset["href"] ?? "", { method: button.dataset["method"] ?? "POST", demo: false });
  } catch (fault) {
    line.replaceWith(button);
    throw fault;
  }
  notify(word("done"));
  if (button.dataset["then"]) navigate(button.dataset["then"]);
  else await refresh();
}
