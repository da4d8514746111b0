// What the page shows of the outcome. Text enters by textContent alone; nothing is green before its checks have passed.
import { NEVER_HERE } from "./checks.js";
import { dressed } from "./dressing.js";
import { fromBase64 } from "./evidence.js";

/** @typedef {import("./checks.js").Outcome} Outcome */
/** @typedef {import("./checks.js").Line} Line */
/** @typedef {Record<string, string>} Words */

/** @param {Document} page @param {string} name @param {string} text @param {string} [kind] */
function make(page, name, text, kind = "") {
  const element = page.createElement(name);
  element.textContent = text;
  if (kind) element.className = kind;
  return element;
}

/** @param {string} pattern @param {Record<string, unknown>} values */
export function filled(pattern, values) {
  return pattern.replace(/\{(n|name)\}/g, (_whole, key) => String(values[key] ?? ""));
}

/** Shows everything. @param {Document} page @param {Outcome} outcome @param {Words} words */
export function showOutcome(page, outcome, words) {
  page.documentElement.dataset["state"] = outcome.state;
  showVerdict(page, outcome, words);
  showLines(page, outcome.lines, words);
  if (outcome.state === "pass") {
    fillExcerpts(page, outcome, words, words["checked"] ?? "", "checked");
  } else {
    keepBack(page, outcome, words);
    if (outcome.state === "open") offerUnchecked(page, outcome, words);
  }
}

/** Says that nothing can be checked at all. @param {Document} page @param {Words} words */
export function showNothing(page, words) {
  page.documentElement.dataset["state"] = "open";
  say(page, words["open"] ?? "", words["noCrypto"] ?? "");
}

/** @param {Document} page @param {string} verdict @param {string} hint */
function say(page, verdict, hint) {
  const head = page.getElementById("verdict");
  const below = page.getElementById("verdict-hint");
  if (head) head.textContent = verdict;
  if (below) below.textContent = hint;
}

/** @param {Document} page @param {Outcome} outcome @param {Words} words */
function showVerdict(page, outcome, words) {
  const passed = outcome.lines.filter((one) => one.state === "pass").length;
  if (outcome.state === "pass") {
    say(page, words["passed"] ?? "", filled(words["done"] ?? "", { n: passed }));
  } else if (outcome.state === "open") {
    say(page, words["open"] ?? "", words["openHint"] ?? "");
  } else {
    say(page, words["failed"] ?? "", words["failedHint"] ?? "");
    warn(page, outcome, words);
  }
}

/** Puts what failed above everything else. @param {Document} page @param {Outcome} outcome @param {Words} words */
function warn(page, outcome, words) {
  const box = make(page, "div", "", "alarm");
  box.setAttribute("role", "alert");
  box.append(make(page, "p", words["failed"] ?? "", "alarm-head"));
  const list = page.createElement("ul");
  const failed = outcome.lines.filter((one) => one.state === "fail");
  list.append(...failed.map((one) => make(page, "li", told(one, words))));
  box.append(list, make(page, "p", words["failedHint"] ?? ""));
  if (failed.every((one) => one.kind === "page")) box.append(make(page, "p", words["pageHint"] ?? ""));
  page.body.prepend(box);
}

/** Warns where the words of this script cannot be read. @param {Document} page */
export function warnInShort(page) {
  const box = make(page, "div", "", "alarm");
  box.setAttribute("role", "alert");
  box.append(make(page, "p", "CHECKS FAILED", "alarm-head"));
  page.body.prepend(box);
}

/** @param {Line} one @param {Words} words */
const told = (one, words) => filled(words[one.state === "fail" ? `${one.kind}Fail` : one.kind] ?? `${one.kind}: ${one.state}`, one);

/** @param {Document} page @param {Line[]} lines @param {Words} words */
function showLines(page, lines, words) {
  const state = { pass: words["statePass"], fail: words["stateFail"], open: words["stateOpen"] };
  const items = lines.map((one) => {
    const item = make(page, "li", "", NEVER_HERE.has(one.kind) ? "open" : one.state);
    item.append(make(page, "span", told(one, words)), make(page, "strong", state[one.state] ?? ""));
    return item;
  });
  page.getElementById("lines")?.append(...items);
  page.getElementById("more")?.removeAttribute("hidden");
}

// --- excerpts ------------------------------------------------------------------------------------------------------

/** @param {Document} page @returns {HTMLElement[]} */
const places = (page) => /** @type {HTMLElement[]} */ ([...page.querySelectorAll(".excerpt")]);

/** @param {Document} page @param {Outcome} outcome @param {Words} words @param {string} mark @param {string} kind */
function fillExcerpts(page, outcome, words, mark, kind) {
  const labels = JSON.parse(words["labels"] ?? "{}");
  for (const place of places(page)) {
    const shown = outcome.shown.get(Number(place.dataset["place"]));
    const pending = place.querySelector(".pending");
    if (!shown || !pending) continue;
    pending.replaceWith(...talk(page, shown.parts, shown.provider, labels, words));
    place.querySelector(".entry")?.prepend(make(page, "li", mark, kind));
  }
}

/**
 * Returns question and answer; parts that follow each other stand together.
 * @param {Document} page @param {{name: string, text: string}[]} parts @param {string} provider
 * @param {Record<string, string>} labels @param {Words} words
 */
function talk(page, parts, provider, labels, words) {
  /** @type {HTMLElement[]} */
  const boxes = [];
  let last = "";
  let fence = { open: "" };
  for (const part of parts) {
    const kind = kindOf(part.name);
    if (kind !== kindOf(last)) boxes.push(box(page, kind, labels[`${kind}:${provider}`] ?? labels[kind] ?? kind));
    else if (!follows(last, part.name)) boxes.at(-1)?.append(make(page, "p", words["gap"] ?? "", "gap"));
    const goesOn = follows(last, part.name);
    boxes.at(-1)?.append(dressed(page, part.text, goesOn ? fence : (fence = { open: "" })));
    last = part.name;
  }
  return boxes;
}

/** @param {string} name */
const kindOf = (name) => name.replace(/\..*$/, "");

/** @param {Document} page @param {string} kind @param {string} label */
function box(page, kind, label) {
  const element = make(page, "div", "", `said ${["prompt", "reply"].includes(kind) ? kind : "other"}`);
  element.append(make(page, "h5", label));
  return element;
}

/** Tells whether one paragraph follows another in the same text. @param {string} before @param {string} after */
function follows(before, after) {
  const [kind, number] = before.split(".");
  return after === `${kind}.${Number(number) + 1}`;
}

/**
 * The excerpts whose own checks failed. Where what they are checked against failed, nothing can be said of any.
 * @param {Outcome} outcome @returns {Set<number>}
 */
export function alteredPlaces(outcome) {
  const base = outcome.lines.filter((one) => one.kind === "manifest" || one.kind === "checkpoint");
  if (base.some((one) => one.state === "fail")) return new Set();
  const failed = outcome.lines.filter((one) => one.kind === "entry" && one.state === "fail");
  return new Set(failed.map((one) => one.place ?? -1));
}

/** @param {Document} page @param {Outcome} outcome @param {Words} words */
function keepBack(page, outcome, words) {
  const wrong = alteredPlaces(outcome);
  for (const place of places(page)) {
    const pending = place.querySelector(".pending");
    if (!pending) continue;
    const altered = outcome.state === "fail" && wrong.has(Number(place.dataset["place"]));
    const reason = outcome.state === "fail" ? "notShown" : "waiting";
    pending.textContent = words[altered ? "altered" : reason] ?? "";
    if (altered) pending.classList.add("altered");
  }
}

/** Lets a reader without Ed25519 read on, told that it is unchecked. @param {Document} page @param {Outcome} outcome @param {Words} words */
function offerUnchecked(page, outcome, words) {
  if (!outcome.shown.size) return;
  const button = make(page, "button", words["shownUnchecked"] ?? "");
  button.addEventListener("click", () => {
    fillExcerpts(page, outcome, words, words["unchecked"] ?? "", "unchecked");
    button.remove();
  });
  page.querySelector(".unchanged")?.append(button);
}

/** Offers each credential as a file, unless checks failed. @param {Document} page @param {Outcome} outcome @param {Record<string, string>} credentials @param {Words} words */
export function offerCredentials(page, outcome, credentials, words) {
  if (outcome.state === "fail") return;
  for (const place of page.querySelectorAll("[data-skill]")) {
    const id = /** @type {HTMLElement} */ (place).dataset["skill"] ?? "";
    const data = credentials[id];
    if (!data) continue;
    const button = make(page, "button", words["save"] ?? "");
    button.addEventListener("click", () => saveFile(page, data, `credential-${id.replace("urn:uuid:", "")}.json`));
    place.append(button);
  }
}

/** @param {Document} page @param {string} data base64 @param {string} name */
function saveFile(page, data, name) {
  const link = page.createElement("a");
  link.href = URL.createObjectURL(new Blob([fromBase64(data)], { type: "application/ld+json" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
