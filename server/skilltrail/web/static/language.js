/** The language of the dashboard: kept by the server, spoken by a page loaded anew. */

import { askJson } from "./server.js";

/** @param {HTMLSelectElement} select */
export async function chooseLanguage(select) {
  await askJson("/api/v1/language", { method: "PUT", body: { language: select.value }, demo: false });
  // The frame around the page and the short messages come with the shell, not with a fragment.
  location.reload();
}
