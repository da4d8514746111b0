/** Importing: hands files over in pieces, shows what they hold, and follows what is imported. */

import { notify } from "./announce.js";
import { navigate } from "./router.js";
import { askJson, inDemo, Refused, ServerAway } from "./server.js";
import { refresh } from "./view.js";
import { fromTemplate, word } from "./words.js";

/** What can be an export, by the end of its name; archives come as they are. */
const READABLE = /\.(zip|json|html?|csv)$|^[^.]+$/i;
const PAUSE = 1000;
const PATIENCE = 120;

/** @typedef {{file: File, name: string}} Chosen */

/** The upload that this page hands over now. @type {{id: string, stopped: boolean} | null} */
let current = null;

/** Lets files be dropped anywhere on the import page. */
export function watchDrops() {
  const root = document.documentElement;
  document.addEventListener("dragover", (event) => {
    if (!dropIsOpen()) return;
    event.preventDefault();
    root.classList.add("dragging");
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) root.classList.remove("dragging");
  });
  document.addEventListener("drop", (event) => {
    if (!dropIsOpen()) return;
    event.preventDefault();
    root.classList.remove("dragging");
    if (event.dataTransfer) void droppedFiles(event.dataTransfer).then((files) => attempt(files));
  });
}

function dropIsOpen() {
  return !inDemo() && !current && document.getElementById("drop") !== null;
}

/** @param {HTMLElement} button */
export function chooseFiles(button) {
  const picker = document.createElement("input");
  picker.type = "file";
  picker.multiple = true;
  if (button.dataset["action"] === "import-folder") picker.webkitdirectory = true;
  picker.addEventListener("change", () => {
    void attempt([...(picker.files ?? [])].map((file) => ({ file, name: file.webkitRelativePath || file.name })));
  });
  picker.click();
}

/** @param {Chosen[]} files */
async function attempt(files) {
  try {
    await handOver(files);
  } catch (fault) {
    if (!(fault instanceof Refused) && !(fault instanceof ServerAway)) throw fault;
    notify(fault.message || word("failed"));
  } finally {
    current = null;
    document.getElementById("current")?.removeAttribute("data-grown");
    await refresh();
  }
}

/** @param {Chosen[]} files */
async function handOver(files) {
  const readable = files.filter(({ file }) => file.size > 0 && (files.length === 1 || READABLE.test(file.name)));
  if (!readable.length) return notify(word("no-files"));
  const listed = readable.map(({ file, name }) => ({ name: name.slice(-900), size: file.size }));
  const body = { files: listed };
  const { upload, piece_bytes: piece } = await askJson("/api/v1/uploads", { method: "POST", body, demo: false });
  current = { id: upload.id, stopped: false };
  const show = showCard(readable);
  let done = 0;
  for (const [number, { file }] of readable.entries()) {
    await sendFile(file, `/api/v1/uploads/${upload.id}/files/${number}`, piece, (sent) => show(done + sent));
    if (current.stopped) return undefined;
    done += file.size;
  }
  await askJson(`/api/v1/uploads/${upload.id}/look`, { method: "POST", demo: false });
  return undefined;
}

/**
 * @param {File} file
 * @param {string} path
 * @param {number} piece bytes that one request may hold
 * @param {(sent: number) => void} show
 */
async function sendFile(file, path, piece, show) {
  let offset = 0;
  let tries = 0;
  while (offset < file.size && !current?.stopped) {
    try {
      const body = file.slice(offset, offset + piece);
      ({ received: offset } = await askJson(`${path}?offset=${offset}`, { method: "PUT", body, demo: false }));
      tries = 0;
      show(offset);
    } catch (fault) {
      if (!mayComeBack(fault) || (tries += 1) > PATIENCE) throw fault;
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
  }
}

/**
 * The server says in its answer how much it has; a piece that is sent twice is no harm.
 * @param {unknown} fault
 */
function mayComeBack(fault) {
  return fault instanceof ServerAway || (fault instanceof Refused && ["rate_limited", "shutting_down"].includes(fault.code));
}

/**
 * @param {Chosen[]} files
 * @returns {(done: number) => void}
 */
function showCard(files) {
  const all = files.reduce((sum, { file }) => sum + file.size, 0);
  const first = /** @type {Chosen} */ (files[0]);
  const title = files.length === 1 ? word("uploading-one").replace("{name}", first.file.name) : word("uploading-many").replace("{n}", String(files.length));
  const card = fromTemplate("upload-card", { title, line: sizes(0, all) });
  const place = document.getElementById("current");
  // The page is brought up to date each second; what is shown here only this page knows.
  place?.setAttribute("data-grown", "");
  place?.replaceChildren(card);
  /** @type {HTMLElement | null} */ (card.querySelector("button"))?.focus();
  return (done) => {
    card.querySelector("progress")?.setAttribute("value", String(done / all));
    const line = card.querySelector("[data-slot=line]");
    if (line) line.textContent = sizes(done, all);
  };
}

/**
 * @param {number} done
 * @param {number} all
 */
function sizes(done, all) {
  const unit = all >= 1e9 ? 1e9 : all >= 1e6 ? 1e6 : 1e3;
  const name = unit === 1e9 ? "GB" : unit === 1e6 ? "MB" : "kB";
  const said = (/** @type {number} */ bytes) => {
    const digits = bytes / unit < 10 ? 1 : 0;
    const figures = new Intl.NumberFormat(document.documentElement.lang, { minimumFractionDigits: digits, maximumFractionDigits: digits });
    return `${figures.format(bytes / unit)} ${name}`;
  };
  return word("bytes-of").replace("{done}", said(done)).replace("{all}", said(all));
}

export async function stopUpload() {
  if (!current) return;
  current.stopped = true;
  await askJson(`/api/v1/uploads/${current.id}`, { method: "DELETE", demo: false });
  notify(word("upload-stopped"));
}

/** @param {HTMLElement} button */
export async function dropUpload(button) {
  await askJson(`/api/v1/uploads/${button.dataset["id"]}`, { method: "DELETE", demo: false });
  await refresh();
  document.getElementById("import-files")?.focus();
}

/** @param {HTMLFormElement} form */
export async function startImport(form) {
  const given = new FormData(form);
  const only = given.getAll("only").map(String);
  if (!only.length) return notify(word("choose-one"));
  const path = `/api/v1/uploads/${form.dataset["id"]}/import`;
  const body = { only, account: String(given.get("account") ?? "").trim() };
  const { import_id: id } = await askJson(path, { method: "POST", body, demo: false });
  notify(word("importing"));
  navigate(`/imports/${id}`);
  return undefined;
}

/** @param {HTMLElement} button */
export async function cancelImport(button) {
  button.setAttribute("disabled", "");
  await askJson(`/api/v1/imports/${button.dataset["id"]}/cancel`, { method: "POST", demo: false });
  notify(word("import-cancelled"));
  await refresh();
}

/** @param {HTMLElement} button */
export async function resumeImport(button) {
  await askJson(`/api/v1/imports/${button.dataset["id"]}/resume`, { method: "POST", demo: false });
  notify(word("importing"));
  await refresh();
}

/** @param {HTMLFormElement} form */
export async function addRule(form) {
  const given = new FormData(form);
  const rule = String(given.get("rule") ?? "").trim();
  if (!rule) return;
  await changeRules(String(given.get("kind")), (rules) => [...rules, rule]);
  document.getElementById("rule-text")?.focus();
}

/** @param {HTMLElement} button */
export async function removeRule(button) {
  await changeRules(button.dataset["kind"] ?? "", (rules) => rules.filter((rule) => rule !== button.dataset["rule"]));
  document.getElementById("rule-text")?.focus();
}

/**
 * @param {string} kind
 * @param {(rules: string[]) => string[]} change
 */
async function changeRules(kind, change) {
  const rules = await askJson("/api/v1/import-exclusions", { demo: false });
  rules[kind] = change(rules[kind] ?? []);
  await askJson("/api/v1/import-exclusions", { method: "PUT", body: rules, demo: false });
  notify(word("done"));
  await refresh();
}

/**
 * @param {DataTransfer} dropped
 * @returns {Promise<Chosen[]>} the files, those in folders too
 */
async function droppedFiles(dropped) {
  const entries = [...dropped.items].map((item) => item.webkitGetAsEntry());
  if (entries.some((entry) => entry === null)) return [...dropped.files].map((file) => ({ file, name: file.name }));
  const found = await Promise.all(entries.map((entry) => filesOf(/** @type {FileSystemEntry} */ (entry))));
  return found.flat();
}

/**
 * @param {FileSystemEntry} entry
 * @returns {Promise<Chosen[]>}
 */
async function filesOf(entry) {
  if (entry.isFile) {
    const file = await new Promise((resolve, reject) => /** @type {FileSystemFileEntry} */ (entry).file(resolve, reject));
    return [{ file, name: entry.fullPath.replace(/^\//, "") }];
  }
  const reader = /** @type {FileSystemDirectoryEntry} */ (entry).createReader();
  /** @type {Chosen[]} */
  const found = [];
  // A folder is read a hundred entries at a time, until none is left.
  for (;;) {
    const part = /** @type {FileSystemEntry[]} */ (await new Promise((resolve, reject) => reader.readEntries(resolve, reject)));
    if (!part.length) return found;
    for (const inside of part) found.push(...(await filesOf(inside)));
  }
}
