/** The page: navigation, composer, drawing; `window.standin` lets a test press its buttons. */
import { Chat, load, loadOlder, regenerate, reportSocket, send, stop } from "/assets/chat.js";
import { element } from "/assets/element.js";
import { LABELS } from "/assets/labels.js";
import * as lookAB from "/assets/look-ab.js";
import * as lookC from "/assets/look-c.js";
import { streams } from "/assets/wire.js";

/* global standinConfig */

const labels = LABELS[standinConfig.locale];
const look = standinConfig.generation === "C" ? lookC : lookAB;
const root = document.getElementById("root");
const chats = new Map();
const errors = [];
const jobs = [];
let active = new Chat(fromAddress());
let page = null;
let start = 0;
let drawing = false;

addEventListener("error", ({ message }) => errors.push(message));
addEventListener("unhandledrejection", ({ reason }) => errors.push(String(reason)));

function fromAddress() {
  const temporary = new URLSearchParams(location.search).get("temporary-chat") === "true";
  const [, gizmo = null] = /^\/g\/([^/]+)/.exec(location.pathname) ?? [];
  return { temporary, gizmo };
}

function show(chat) {
  const moved = chat !== active;
  active = chat;
  if (chat.id) chats.set(chat.id, chat);
  if (moved) {
    if (page && look === lookC) lookC.retire(page);
    page = null;
    start = Math.max(0, chat.turns.length - look.windowSize(standinConfig.generation));
    history.pushState(null, "", chat.path);
  }
  draw();
}

function changed(chat) {
  if (chat.id) chats.set(chat.id, chat);
  if (chat !== active) return;
  const last = Math.max(0, chat.turns.length - look.windowSize(standinConfig.generation));
  if (chat.running) start = last;
  if (location.pathname + location.search !== chat.path) navigate(chat);
  if (drawing) return;
  drawing = true;
  // Everything mounted is drawn anew, so long answers are drawn less often.
  setTimeout(draw, 25 + shownSize(chat) / 300);
}

function shownSize(chat) {
  const shown = chat.turns.slice(start, start + look.windowSize(standinConfig.generation));
  return shown.flatMap(({ answers }) => answers).reduce((sum, { text }) => sum + text.length, 0);
}

function navigate(chat) {
  // "/" to a provisional address is a step; a provisional address becomes the real one in place.
  const provisional = location.pathname.includes("WEB:") || location.pathname.includes("WEB%3A");
  if (provisional && chat.id) history.replaceState(null, "", chat.path);
  else history.pushState(null, "", chat.path);
}

function draw() {
  drawing = false;
  const view = { generation: standinConfig.generation, labels, start };
  document.title = active.title || "ChatGPT";
  const shown = element("div", standinConfig.generation === "C" ? { "data-app-shell-page": "", "data-app-shell-active-page": "true" } : {});
  shown.append(...look.conversation(active, view), composer());
  if (page) page.replaceWith(shown);
  else if (look === lookC) root.append(shown);
  else root.replaceChildren(shown);
  page = shown;
  const scroller = page.querySelector("[data-app-action-timeline-scroll], [data-scroll-root], .page-scroller");
  if (standinConfig.generation !== "C") scroller.scrollTop = scroller.scrollHeight;
}

function composer() {
  const generationC = standinConfig.generation === "C";
  const box = element("div", { id: generationC ? null : "prompt-textarea", contenteditable: "true", role: "textbox", "aria-label": labels.ask });
  const button = active.running
    ? element("button", { type: "button", "data-testid": "stop-button", "aria-label": labels.stop })
    : element("button", { type: "submit", "data-testid": "send-button", id: "composer-submit-button" }, "↑");
  button.addEventListener("click", () => active.running && stop(active));
  const form = element("form", generationC ? { "data-chatgpt-composer": "" } : {}, box, button);
  const above = generationC && active.id ? element("div", { "data-above-composer-conversation-id": `chatgpt:${active.id}` }) : "";
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const prompt = box.textContent;
    track(send(active, { prompt }, () => changed(active)));
  });
  return element("div", {}, above, form);
}

function track(promise) {
  const job = promise.catch((error) => errors.push(`${error}\n${error.stack}`));
  jobs.push(job);
  return job;
}

/** Play a list of steps one after the other; several lanes may run at once in one tab. */
async function play(steps) {
  let chat = active;
  const results = [];
  for (const step of steps) {
    if (step.chat) chat = step.chat === "new" ? new Chat(step) : chats.get(step.chat);
    if (chat !== active) show(chat);
    const mine = chat;
    const options = { ...step, replace: step.replace };
    const act = step.again ? regenerate : send;
    results.push(await act(mine, options, () => changed(mine)));
    if (step.read) await new Promise((resolve) => setTimeout(resolve, step.read));
  }
  return results;
}

/** Show a chat: from memory without a request, or loaded in one of the two JSON forms. */
async function open(id, how) {
  const chat = how === "memory" ? chats.get(id) : await load(id, how);
  show(chat);
  return chat.turns.length;
}

/** Scroll up: older turns are mounted a little later, and never while the tab is hidden. */
async function showOlder() {
  await new Promise((resolve) => setTimeout(resolve, 100));
  if (document.visibilityState === "hidden") return false;
  if (start === 0 && active.cursor) await loadOlder(active);
  start = Math.max(0, start - 2);
  draw();
  return start > 0 || Boolean(active.cursor);
}

window.standin = {
  start: (lanes) => void track(Promise.all(lanes.map(play))),
  idle: async () => (await Promise.all(jobs.splice(0))).flat(Infinity),
  open,
  showOlder,
  newChat: (options) => show(new Chat(options)),
  stop: () => stop(active),
  errors: () => errors,
  streams: async () => {
    await reportSocket();
    return streams;
  },
};

if (active.temporary || active.gizmo || location.pathname === "/") draw();
else {
  const [id] = /[0-9a-f-]{36}$/.exec(location.pathname) ?? [];
  track(load(id, "window").then(show));
}
