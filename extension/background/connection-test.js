/**
 * "Test connection": step by step, with the raw error of each step and the fix by name.
 */

import { SERVICE_PERMISSION, Unreachable } from "./server-client.js";

/**
 * @typedef {object} TestStep
 * @property {"permission" | "service" | "version" | "proof"} id
 * @property {"pass" | "fail" | "skipped"} outcome
 * @property {string | null} detail the browser's or the service's own words
 *
 * @typedef {object} ConnectionReport
 * @property {boolean} well
 * @property {TestStep[]} steps
 * @property {string} fix code of what to do; "none" when all is well
 */

/** @type {readonly TestStep["id"][]} */
const STEPS = ["permission", "service", "version", "proof"];

/** @type {Readonly<Record<string, TestStep["id"]>>} the step at which each refusal happens */
const FAILS_AT = {
  no_permission: "permission",
  server_away: "service",
  other_skilltrail: "service",
  port_taken: "service",
  version_mismatch: "version",
  not_paired: "proof",
  pairing_gone: "proof",
  proof_failed: "proof",
  proof_wrong: "proof",
};

/**
 * @param {string} fix
 * @param {string | null} error
 * @param {string | null} passed words for the steps that passed
 * @returns {TestStep[]}
 */
function stepsUntil(fix, error, passed) {
  const failing = FAILS_AT[fix] ?? "service";
  const at = STEPS.indexOf(failing);
  return STEPS.map((id, index) => {
    if (index > at) return { id, outcome: "skipped", detail: null };
    return index === at ? { id, outcome: "fail", detail: error } : { id, outcome: "pass", detail: id === "service" ? passed : null };
  });
}

/**
 * @param {object} deps
 * @param {import("./connection.js").Connection} deps.connection
 * @returns {Promise<ConnectionReport>}
 */
export async function testConnection({ connection }) {
  try {
    const link = await connection.prove();
    if (!link.ok && link.code === "not_paired") return await unpairedReport(connection);
    if (!link.ok) return { well: false, steps: stepsUntil(link.code, link.error ?? permissionWords(link.code), link.version), fix: link.code };
    const where = `127.0.0.1:${link.port}, Skilltrail ${link.version}`;
    const steps = STEPS.map((id) => ({ id, outcome: /** @type {const} */ ("pass"), detail: id === "service" ? where : null }));
    return { well: true, steps, fix: "none" };
  } catch (error) {
    if (!(error instanceof Unreachable)) throw error;
    return { well: false, steps: stepsUntil("server_away", error.message, null), fix: "server_away" };
  }
}

/**
 * Before pairing, what can be said is whether a service is there.
 *
 * @param {import("./connection.js").Connection} connection
 * @returns {Promise<ConnectionReport>}
 */
async function unpairedReport(connection) {
  const found = await connection.findAny();
  if (!found.ok) return { well: false, steps: stepsUntil(found.code, found.error ?? permissionWords(found.code), found.version), fix: found.code };
  const where = `127.0.0.1:${found.port}, Skilltrail ${found.hello.version}`;
  return { well: false, steps: stepsUntil("not_paired", null, where), fix: "not_paired" };
}

/**
 * @param {string} code
 * @returns {string | null}
 */
function permissionWords(code) {
  return code === "no_permission" ? `permissions.contains(${SERVICE_PERMISSION.origins[0]}) = false` : null;
}
