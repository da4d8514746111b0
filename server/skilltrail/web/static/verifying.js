/** The page that checks a file which somebody sent. */

import { complain } from "./keeping.js";
import { showFragment } from "./fragments.js";
import { askText, Refused } from "./server.js";
import { word } from "./words.js";

const PATIENCE = 120_000;

/** @param {HTMLFormElement} form */
export async function checkFile(form) {
  const file = new FormData(form).get("file");
  const host = document.getElementById("verify-result");
  if (!host) return;
  complain(form, "");
  host.replaceChildren();
  if (!(file instanceof File) || !file.size) return complain(form, word("file-missing"));
  form.querySelector("button")?.setAttribute("disabled", "");
  try {
    showFragment(host, await askText("/fragments/verify-result", { method: "POST", body: file, patience: PATIENCE }));
    host.querySelector("h2")?.focus();
  } catch (fault) {
    sayRefused(form, fault);
  } finally {
    form.querySelector("button")?.removeAttribute("disabled");
  }
}

/**
 * @param {HTMLFormElement} form
 * @param {unknown} fault
 */
function sayRefused(form, fault) {
  if (!(fault instanceof Refused) || fault.status === 401) throw fault;
  complain(form, fault.message || word("failed"));
}
