/* global AbortSignal, DOMException, Image, URLSearchParams, chrome, document, fetch, setTimeout */
/**
 * What a stranger in the same browser would try on the local service and on our extension.
 * Runs in an extension's page and in an ordinary web page alike; returns what each attempt was answered.
 */
"use strict";

const READS = [
  "/api/v1/exchanges",
  "/api/v1/exchanges/1",
  "/api/v1/timeline",
  "/api/v1/topics",
  "/api/v1/exports?format=json",
  "/api/v1/exports?format=csv",
  "/api/v1/status",
  "/api/v1/pairings",
  "/api/v1/devices",
  "/api/v1/ledger",
  "/api/v1/process",
  "/fragments/timeline",
  "/fragments/home",
];

const WRITES = [
  "/api/v1/exchanges",
  "/api/v1/ledger",
  "/api/v1/pairings",
  "/api/v1/launch-keys",
  "/api/v1/sessions",
  "/api/v1/imports",
  "/api/v1/process",
  "/api/v1/proof",
];

const FORGED = {
  schema: 1,
  extension_version: "0.1.0",
  items: [
    {
      capture_id: "00000000-0000-4000-8000-000000000001",
      provider: "chatgpt",
      account: "",
      conversation_id: "11111111-1111-4111-8111-111111111111",
      prompt_id: "22222222-2222-4222-8222-222222222222",
      reply_id: "33333333-3333-4333-8333-333333333333",
      parent_id: null,
      prompt: "FORGED question",
      reply: "FORGED answer",
      asked_at: "2026-11-01T10:00:00Z",
      answered_at: null,
      asked_at_source: "message",
      model: null,
      title: null,
      project_id: null,
      gizmo_id: null,
      origin: "extension",
      fidelity: "stream_complete",
      status: "complete",
      on_current_path: true,
      attachments: [],
      citations: [],
      extractor: "chatgpt-stream@1",
      captured_at: "2026-11-01T10:00:00Z",
      redactions: {},
      truncated: false,
    },
  ],
};

// Some browsers never tell a page that a frame was refused.
const PATIENCE = 8000;

async function attempt(name, action) {
  try {
    const late = new Promise((_, refuse) => setTimeout(() => refuse(new Error("no answer")), PATIENCE));
    return { name, error: null, ...(await Promise.race([action(), late])) };
  } catch (error) {
    return { name, status: null, body: null, error: String(error) };
  }
}

async function ask(url, init) {
  const response = await fetch(url, { signal: AbortSignal.timeout(5000), ...init });
  return { status: response.status, body: (await response.text()).slice(0, 5000) };
}

function requests(base, reads, writes) {
  const body = JSON.stringify(FORGED);
  const json = { "Content-Type": "application/json" };
  const guess = { Authorization: "Bearer AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" };
  return [
    ...reads.flatMap((path) => [
      [`GET ${path}`, path, {}],
      [`GET ${path} with a guessed credential`, path, { headers: guess }],
      [`GET ${path} without CORS`, path, { mode: "no-cors", credentials: "include" }],
    ]),
    ...writes.flatMap((path) => [
      [`POST ${path}`, path, { method: "POST", headers: json, body }],
      [`POST ${path} with a guessed credential`, path, { method: "POST", headers: { ...json, ...guess }, body }],
      [`POST ${path} as text`, path, { method: "POST", mode: "no-cors", headers: { "Content-Type": "text/plain" }, body }],
      [`POST ${path} as a form`, path, { method: "POST", mode: "no-cors", body: new URLSearchParams({ a: body }) }],
    ]),
    ["DELETE /api/v1/exchanges/1", "/api/v1/exchanges/1", { method: "DELETE" }],
    ["PUT /api/v1/exchanges/1", "/api/v1/exchanges/1", { method: "PUT", headers: json, body }],
  ].map(([name, path, init]) => () => attempt(name, () => ask(base + path, init)));
}

function elements(base) {
  const image = () =>
    new Promise((resolve) => {
      const made = new Image();
      made.onload = () => resolve({ status: 200, body: "image" });
      made.onerror = () => resolve({ status: null, body: null });
      made.src = `${base}/api/v1/exports?format=json`;
    });
  const frame = () =>
    new Promise((resolve) => {
      const made = document.createElement("iframe");
      made.onload = () => resolve({ status: null, body: readable(made) });
      made.src = `${base}/`;
      document.body.append(made);
    });
  return [() => attempt("an image", image), () => attempt("a frame", frame)];
}

function readable(frame) {
  try {
    return frame.contentDocument?.body?.innerText ?? null;
  } catch (error) {
    return error instanceof DOMException ? null : String(error);
  }
}

function neighbours(extensionId) {
  if (!globalThis.chrome?.runtime?.sendMessage) return [];
  const tell = (message) => async () => ({ status: 200, body: JSON.stringify(await chrome.runtime.sendMessage(extensionId, message)) });
  const read = (path) => () => ask(`chrome-extension://${extensionId}/${path}`, {});
  return [
    () => attempt("message status.get", tell({ type: "status.get" })),
    () => attempt("message capture.pause", tell({ type: "capture.pause", paused: true })),
    () => attempt("message pairing.forget", tell({ type: "pairing.forget" })),
    () => attempt("file manifest.json", read("manifest.json")),
    () => attempt("file popup.html", read("extension/popup/popup.html")),
  ];
}

/**
 * @param {{port: number, extensionId: string, reads?: string[], writes?: string[]}} target `reads` and `writes` name
 *   addresses to try in place of the best known ones
 * @returns {Promise<{name: string, status: number | null, body: string | null, error: string | null}[]>}
 */
globalThis.attack = async ({ port, extensionId, reads = READS, writes = WRITES }) => {
  const base = `http://127.0.0.1:${port}`;
  const results = [];
  for (const run of [...requests(base, reads, writes), ...elements(base), ...neighbours(extensionId)]) results.push(await run());
  return results;
};
