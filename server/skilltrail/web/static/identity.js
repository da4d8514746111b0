/** The identity key: what the settings' forms and buttons about it do. */

import { notify } from "./announce.js";
import { agrees, complain, done, sendForm, typed } from "./keeping.js";
import { askJson } from "./server.js";
import { refresh } from "./view.js";
import { word } from "./words.js";

const PATH = "/api/v1/identity";

export async function makeIdentity() {
  await askJson(PATH, { method: "POST", demo: false });
  notify(word("done"));
  await refresh();
}

export async function undoIdentity() {
  await askJson(`${PATH}/rotation`, { method: "DELETE", demo: false });
  notify(word("done"));
  await refresh();
}

/** Makes a new backup and deletes those that hold a key of before. */
export async function dropEarlierIdentities() {
  await askJson(`${PATH}/backups`, { method: "POST", body: {}, demo: false });
  notify(word("done"));
  await refresh();
}

/** @param {HTMLFormElement} form its data-none: the passphrase is taken away */
export async function setIdentityPassphrase(form) {
  const away = form.dataset["none"] !== undefined;
  if (!away && !agrees(form)) return;
  if (!away && !typed(form, "new_passphrase")) return complain(form, word("passphrase-missing"));
  const body = { passphrase: typed(form, "passphrase"), new_passphrase: typed(form, "new_passphrase") };
  if (await sendForm(form, `${PATH}/passphrase`, { method: "PUT", body })) await done(form, "done");
}

/** @param {HTMLFormElement} form */
export async function rotateIdentity(form) {
  if (!agrees(form)) return;
  const given = new FormData(form);
  const body = {
    passphrase: typed(form, "passphrase"),
    new_passphrase: typed(form, "new_passphrase"),
    without_passphrase: given.get("without_passphrase") !== null,
    lost: given.get("lost") !== null,
  };
  if (await sendForm(form, `${PATH}/rotation`, { body })) await done(form, "done");
}
