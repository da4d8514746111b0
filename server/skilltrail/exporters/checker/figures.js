// The figures of a skill against each other and against what is shown of it: what contradicts itself fails, whoever signed it.
import { must } from "./evidence.js";

const OF_ALL = ["learning", "episodes", "days", "imported", "checked"];

/** @param {any} skill */
export function bindFigures(skill) {
  const counts = skill.counts;
  const shown = new Set(skill.excerpts.filter((/** @type {any} */ one) => one.origin === "import").map((/** @type {any} */ one) => one.entry));
  must(skill.stage !== "attested" || skill.endorsements.length, "attested without an endorsement");
  must(Object.values(counts).every((one) => Number.isInteger(one) && one >= 0), "no count");
  must(OF_ALL.every((name) => counts[name] <= counts.exchanges), "more of a kind than there are exchanges");
  must(counts.imported >= shown.size, "fewer imported exchanges than are shown");
  must(counts.corrected <= counts.checked, "more answers corrected than checked");
  must(skill.idle_days >= 0 && skill.first_on <= skill.last_on, "its first and its last day");
  bindMonths(skill);
}

/** A month without exchanges has a milestone alone, and may lie anywhere. @param {any} skill */
function bindMonths(skill) {
  const months = /** @type {{month: string, exchanges: number, learning: number}[]} */ (skill.months);
  const sum = (/** @type {"exchanges" | "learning"} */ name) => months.reduce((total, one) => total + one[name], 0);
  must(sum("exchanges") === skill.counts.exchanges && sum("learning") === skill.counts.learning, "its months");
  must(months.every((one) => one.learning >= 0 && one.learning <= one.exchanges), "its months");
  must(months.every((one, place) => place === 0 || (months[place - 1]?.month ?? "") < one.month), "its months");
  const busy = months.filter((one) => one.exchanges);
  must(busy.every((one) => skill.first_on.slice(0, 7) <= one.month && one.month <= skill.last_on.slice(0, 7)), "its months");
}
