/**
 * Entry of the background: registers every listener at once, keeps nothing in variables.
 *
 * The browser stops this worker after half a minute and starts it again for the next event; only
 * listeners registered before the first `await` are woken.
 */

import { failure, isMessage } from "../shared/messages.js";
import { compose } from "./composition.js";
import { handleAlarm, handleMessage } from "./handlers.js";
import { callerOf } from "./senders.js";

const services = compose({
  indexedDB,
  locks: navigator.locks,
  storage: chrome.storage.local,
  session: chrome.storage.session,
  alarms: chrome.alarms,
  action: chrome.action,
  permissions: chrome.permissions,
  now: Date.now,
  random: Math.random,
  newId: () => crypto.randomUUID(),
  later: (run, ms) => setTimeout(run, ms),
  version: chrome.runtime.getManifest().version,
  userAgent: navigator.userAgent,
});

/** Content scripts share their process with the page; what is stored is none of their business. */
async function closeStorage() {
  // Firefox has no access levels.
  await chrome.storage.local.setAccessLevel?.({ accessLevel: "TRUSTED_CONTEXTS" });
}

/** Whatever woke the worker: if something waits and it is time, send it. */
async function resume() {
  await closeStorage();
  await services.status.refreshBadge();
  await services.delivery.whenDue();
  await services.status.refreshBadge();
}

chrome.runtime.onMessage.addListener((message, sender, answer) => {
  const self = { id: chrome.runtime.id, root: chrome.runtime.getURL("") };
  const caller = callerOf(sender, self);
  if (caller.kind === "stranger" || !isMessage(message)) {
    answer(failure("not_allowed"));
    return false;
  }
  handleMessage(services, message, caller).then(answer, (error) => {
    services.inBackground(message.type, () => Promise.reject(error));
    answer(failure("internal_fault"));
  });
  return true;
});

chrome.alarms.onAlarm.addListener(({ name }) => {
  services.inBackground(name, () => handleAlarm(services, name));
});

chrome.runtime.onInstalled.addListener(({ reason }) => {
  if (reason === "install") {
    chrome.tabs.create({ url: chrome.runtime.getURL("extension/welcome/welcome.html") });
  }
  services.inBackground("installed", resume);
});

chrome.runtime.onStartup.addListener(() => {
  services.inBackground("startup", resume);
});

for (const change of [chrome.permissions.onAdded, chrome.permissions.onRemoved]) {
  change.addListener(() => {
    services.inBackground("permissions", resume);
  });
}

services.inBackground("start", resume);
