/** Generations A (to March 2026) and B (March to September 2026): one element per role. */
import { element } from "/assets/element.js";
import { render } from "/assets/markdown.js";

const MOUNTED = 6; // turns that B keeps mounted while the others are placeholders

/**
 * @param {import("/assets/chat.js").Chat} chat
 * @param {{generation: "A" | "B", labels: Record<string, string>, start: number}} view
 * @returns {HTMLElement[]}
 */
export function conversation(chat, view) {
  const turns = chat.turns.flatMap((turn, index) => sections(turn, index, view, chat));
  const scroller = element("div", view.generation === "B" ? { "data-scroll-root": "" } : { class: "page-scroller" }, ...turns);
  return [element("main", {}, scroller)];
}

/** @returns {number} how many turns the window shows; A shows all */
export function windowSize(generation) {
  return generation === "B" ? MOUNTED : Infinity;
}

function sections(turn, index, view, chat) {
  const away = index < view.start || index >= view.start + windowSize(view.generation);
  if (view.generation === "B" && away) return [placeholder(turn.promptId)];
  const pair = [prompt(turn, index * 2 + 1, view)];
  if (turn.answers.length || turn.state !== "running") pair.push(reply(turn, index * 2 + 2, view));
  if (view.generation === "A") return pair;
  const names = [turn.promptId, `request-${chat.provisional}-${index}`];
  return pair.map((section, place) => {
    section.dataset.turnId = names[place];
    return element("div", { "data-turn-id-container": names[place], "data-is-intersecting": "true" }, section);
  });
}

function placeholder(id) {
  return element("div", { "data-turn-id-container": id, "data-is-intersecting": "false", class: "placeholder" });
}

function shell(role, number, view) {
  const tag = view.generation === "A" ? "article" : "section";
  const heading = view.generation === "B" ? "h4" : role === "user" ? "h5" : "h6";
  const label = role === "user" ? view.labels.you : view.labels.bot;
  const attributes = { "data-testid": `conversation-turn-${number}`, "data-turn": role, dir: "auto" };
  return element(tag, attributes, element(heading, { class: "sr-only" }, label));
}

function prompt(turn, number, view) {
  const section = shell("user", number, view);
  const text = element("div", { class: "whitespace-pre-wrap" }, turn.prompt);
  const inner = view.generation === "B" ? element("div", { class: "user-message-bubble-color" }, text) : text;
  section.append(element("div", { "data-message-author-role": "user", "data-message-id": turn.promptId }, inner));
  return section;
}

function reply(turn, number, view) {
  const section = shell("assistant", number, view);
  turn.answers.forEach((answer, place) => {
    if (place > 0) section.append(element("button", {}, "Thought for 12s"));
    section.append(message(answer, place, view));
  });
  if (turn.error) section.append(element("div", { class: "text-token-text-error" }, turn.error));
  if (turn.state !== "running") section.append(actions(view));
  return section;
}

function message(answer, place, view) {
  const style = view.generation === "B" ? "markdown prose markdown-new-styling" : "markdown prose";
  const attributes = {
    "data-message-author-role": "assistant",
    "data-message-id": answer.id,
    "data-message-model-slug": answer.model,
    "data-turn-start-message": view.generation === "B" && place === 0 ? "true" : null,
  };
  return element("div", attributes, element("div", { class: style }, render(answer.text, view.generation)));
}

function actions(view) {
  const copy = element("button", { "data-testid": "copy-turn-action-button", "aria-label": view.labels.copy });
  return element("div", { class: "flex" }, copy);
}
