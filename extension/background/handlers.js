/**
 * One handler for each message; each answers {ok: true, …} or {ok: false, code}.
 */

import { nextMidnight } from "../shared/moments.js";
import { CONTENT_MESSAGES, PAGE_MESSAGES, failure } from "../shared/messages.js";
import { cleanPatch } from "../shared/settings.js";
import { testConnection } from "./connection-test.js";
import { pauseBegun, pauseEnded } from "../shared/pauses.js";

/**
 * @typedef {import("../shared/messages.js").Message} Message
 * @typedef {import("../shared/messages.js").Answer} Answer
 * @typedef {import("./composition.js").Services} Services
 * @typedef {import("./intake.js").PageSender} PageSender
 */

/** Ends a pause that has an end. */
export const RESUME_ALARM = "skilltrail.resume";

/** Raised when the welcome page discloses something new; an older consent then no longer counts. */
export const CONSENT_VERSION = 1;

/** Rejected exchanges shown at once. */
const REJECTED_SHOWN = 200;

/** @type {Readonly<Record<string, (services: Services, message: Message, sender: PageSender) => Promise<Answer>>>} */
const CONTENT_HANDLERS = {
  "exchange.captured": async (services, message, sender) => {
    const answer = await services.intake.captured(message.exchange, sender);
    // The page waits only for the disk, not for the service.
    services.inBackground("deliver", async () => {
      if (answer.ok) await services.delivery.captured();
      await services.status.refreshBadge();
    });
    return answer;
  },
  "capture.health": async (services, message, sender) => {
    const answer = await services.intake.reported(message.row, sender);
    services.inBackground("report", async () => {
      if (answer.ok) await services.delivery.whenDue();
      await services.status.refreshBadge();
    });
    return answer;
  },
  "capture.rules": (services) => services.intake.rules(),
};

/**
 * @param {Services} services
 * @param {Message} message `paused`; `until` is "hour", "tomorrow" or missing
 * @returns {Promise<Answer>}
 */
async function pause(services, message) {
  const { state, alarms, now, status } = services;
  if (typeof message.paused !== "boolean") return failure("invalid_message", "paused");
  const ends = { hour: now() + 3_600_000, tomorrow: nextMidnight(now()) };
  const until = message.until === "hour" || message.until === "tomorrow" ? ends[message.until] : null;
  const pausedUntil = message.paused ? until : null;
  await state.update("settings", (before) => ({ ...before, paused: message.paused === true, pausedUntil }));
  await state.update("pauses", ({ spans }) => ({
    spans: message.paused ? pauseBegun(spans, now(), pausedUntil) : pauseEnded(spans, now()),
  }));
  await alarms.clear(RESUME_ALARM);
  if (pausedUntil !== null) await alarms.create(RESUME_ALARM, { when: pausedUntil });
  await status.refreshBadge();
  return { ok: true, paused: message.paused, pausedUntil };
}

/**
 * @param {Services} services
 * @param {Message} message
 * @returns {Promise<Answer>}
 */
async function setSettings({ state }, message) {
  const patch = cleanPatch(message.patch);
  if (!patch) return failure("invalid_settings");
  const settings = await state.update("settings", (before) => ({ ...before, ...patch }));
  return { ok: true, settings };
}

/**
 * @param {Services} services
 * @returns {Promise<Answer>}
 */
async function listRejected({ outbox }) {
  const records = await outbox.rejected(REJECTED_SHOWN);
  const items = records.map(({ id, code, detail, bytes, rejected_at, item }) => ({
    id,
    code,
    detail,
    bytes,
    rejectedAt: rejected_at,
    askedAt: Date.parse(item.asked_at),
    title: item.title,
    start: item.prompt.slice(0, 140),
  }));
  return { ok: true, items };
}

/**
 * @param {Services} services
 * @param {Message} message `id` of a rejected exchange
 * @param {"retry" | "discard"} what
 * @returns {Promise<Answer>}
 */
async function handleRejected(services, { id }, what) {
  if (!Number.isSafeInteger(id)) return failure("invalid_message", "id");
  const found = await services.outbox[what](Number(id));
  if (what === "retry") services.inBackground("deliver", () => services.delivery.now());
  await services.status.refreshBadge();
  return found ? { ok: true } : failure("not_found");
}

/**
 * @param {Services} services
 * @returns {Promise<Answer>}
 */
async function deliverNow(services) {
  const waiting = (await services.outbox.totals()).waiting.count;
  // A person is watching: look for the service even when nothing waits.
  await (waiting > 0 ? services.delivery.now() : services.delivery.check());
  await services.status.refreshBadge();
  return services.status.read();
}

/**
 * @param {Services} services
 * @returns {Promise<Answer>}
 */
async function pollPairing(services) {
  const answer = await services.pairing.poll();
  if (answer.ok && answer.state === "approved") {
    services.inBackground("deliver", async () => {
      await services.delivery.check();
      await services.status.refreshBadge();
    });
  }
  return answer;
}

/** @type {Readonly<Record<string, (services: Services, message: Message) => Promise<Answer>>>} */
const PAGE_HANDLERS = {
  "status.get": ({ status }) => status.read(),
  "capture.pause": pause,
  "consent.give": async ({ state, now }) => {
    await state.update("consent", () => ({ at: now(), version: CONSENT_VERSION }));
    return { ok: true };
  },
  "pairing.start": ({ pairing }) => pairing.start(),
  "pairing.poll": pollPairing,
  "pairing.cancel": ({ pairing }) => pairing.cancel(),
  "pairing.forget": async ({ pairing, status }, { discardWaiting }) => {
    const answer = await pairing.forget({ discardWaiting: discardWaiting === true });
    await status.refreshBadge();
    return answer;
  },
  "delivery.now": deliverNow,
  "connection.test": async ({ connection, state }) => {
    const report = await testConnection({ connection });
    return { ok: true, ...report, fault: await state.get("fault") };
  },
  "rejected.list": listRejected,
  "rejected.retry": (services, message) => handleRejected(services, message, "retry"),
  "rejected.discard": (services, message) => handleRejected(services, message, "discard"),
  "settings.get": async ({ state }) => ({ ok: true, settings: await state.get("settings") }),
  "settings.set": setSettings,
};

/**
 * @param {Services} services
 * @param {Message} message
 * @param {import("./senders.js").Caller} caller
 * @returns {Promise<Answer>}
 */
export async function handleMessage(services, message, caller) {
  const { type } = message;
  if (caller.kind === "content" && CONTENT_MESSAGES.includes(type)) {
    return (await CONTENT_HANDLERS[type]?.(services, message, caller.sender)) ?? failure("unknown_message");
  }
  if (caller.kind === "page" && PAGE_MESSAGES.includes(type)) {
    return (await PAGE_HANDLERS[type]?.(services, message)) ?? failure("unknown_message");
  }
  return failure(caller.kind === "stranger" ? "not_allowed" : "unknown_message");
}

/** @type {Readonly<Record<string, (services: Services) => Promise<void>>>} */
const ALARM_HANDLERS = {
  "skilltrail.deliver": ({ delivery }) => delivery.whenDue(),
  "skilltrail.ledger": ({ delivery }) => delivery.whenDue(),
  [RESUME_ALARM]: async ({ state }) => {
    await state.update("settings", (before) => ({ ...before, paused: false, pausedUntil: null }));
  },
};

/**
 * @param {Services} services
 * @param {string} name
 */
export async function handleAlarm(services, name) {
  await ALARM_HANDLERS[name]?.(services);
  await services.status.refreshBadge();
}
