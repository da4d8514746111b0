/** Generation C, the app shell (from 25 September 2026): one turn holds the prompt and its answer. */
import { element } from "/assets/element.js";
import { render } from "/assets/markdown.js";

const MOUNTED = 4;

/** @returns {number} how many turns are mounted at once */
export const windowSize = () => MOUNTED;

/**
 * @param {import("/assets/chat.js").Chat} chat
 * @param {{labels: Record<string, string>, start: number}} view
 * @returns {HTMLElement[]}
 */
export function conversation(chat, view) {
  const mounted = chat.turns.slice(view.start, view.start + MOUNTED);
  const turns = mounted.map((turn, place) => turnElement(turn, place, view, chat));
  const column = element("div", { "data-chatgpt-conversation-selection-target": "" }, ...turns, ...frozenCopy(turns));
  return [element("div", { "data-app-action-timeline-scroll": "" }, column)];
}

/**
 * The page that a client-side navigation leaves behind: mounted, not shown, still full of turns.
 * @param {HTMLElement} page
 */
export function retire(page) {
  page.removeAttribute("data-app-shell-active-page");
  page.setAttribute("hidden-page", "");
}

function frozenCopy(turns) {
  if (turns.length === 0) return [];
  const copy = turns[0].cloneNode(true);
  for (const text of copy.querySelectorAll("[data-markdown-text-style], .whitespace-pre-wrap")) text.textContent = "FROZEN-COPY";
  copy.classList.add("frozen-copy");
  return [copy];
}

function turnElement(turn, place, view, chat) {
  const made = element("div", { "data-turn-key": turn.promptId, "data-content-search-turn-key": turn.promptId }, promptUnit(turn, place, view, chat));
  if (turn.answers.length || turn.state !== "running") made.append(replyUnit(turn, place, view, chat));
  return made;
}

function unit(role, place, ids, view, chat) {
  const index = role === "user" ? 0 : 1;
  const key = `fallback-turn-${place}:${index}:${role}`;
  const attributes = {
    "data-chatgpt-search-unit-key": key,
    "data-content-search-unit-key": key,
    "data-chatgpt-search-message-ids": ids.join(" "),
    "data-chatgpt-selection-message-id": ids.at(-1) ?? null,
    "data-chatgpt-selection-conversation-id": chat.id,
  };
  const label = role === "user" ? view.labels.you : view.labels.bot;
  return element("div", attributes, element("h4", { class: "sr-only", "data-conversation-role": role }, label));
}

function promptUnit(turn, place, view, chat) {
  const made = unit("user", place, [turn.promptId], view, chat);
  made.className = "group/user-message";
  const fenced = turn.prompt.includes("```");
  const text = fenced
    ? element("div", { "data-markdown-text-tone": "user-message" }, render(turn.prompt, "C"))
    : element("div", { class: "whitespace-pre-wrap" }, ...withCode(turn.prompt));
  made.append(element("div", { "data-user-message-bubble": "" }, text));
  return made;
}

function withCode(text) {
  return text.split(/(`[^`]+`)/).map((part) => (part.startsWith("`") ? element("code", {}, part.slice(1, -1)) : part));
}

function replyUnit(turn, place, view, chat) {
  const ids = turn.answers.map(({ id }) => id);
  // A single id is repeated, several are listed; the last is the visible reply.
  const made = unit("assistant", place, ids.length === 1 ? [ids[0], ids[0]] : ids, view, chat);
  for (const answer of turn.answers) {
    made.append(element("div", { "data-markdown-text-style": "assistant-message" }, render(answer.text, "C")));
  }
  if (turn.error) made.append(element("div", {}, turn.error));
  if (turn.state !== "running") {
    made.append(element("div", { class: "turn-action-controls" }, element("button", { "aria-label": view.labels.copy })));
  }
  return made;
}
