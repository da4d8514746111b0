// The extension's own redaction, run by Node: {"texts": [...], "lists": {...} | null} in, {"texts", "counts", "ms"} out.

import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { redactText } from "../extension/shared/redaction.js";
import { REDACTION_RULES } from "../extension/shared/redaction-rules.js";

const KEY = Buffer.from("k".repeat(32));
const fingerprint = async (secret) => createHmac("sha256", KEY).update(secret).digest("hex").slice(0, 4);

const { texts, lists } = JSON.parse(readFileSync(0, "utf8"));
const answer = { texts: [], counts: [], ms: [] };
for (const text of texts) {
  const started = process.cpuUsage();
  const redacted = await redactText(text, { rules: REDACTION_RULES, fingerprint, lists });
  const used = process.cpuUsage(started);
  answer.ms.push((used.user + used.system) / 1000);
  answer.texts.push(redacted.text);
  answer.counts.push(redacted.counts);
}
process.stdout.write(JSON.stringify(answer));
