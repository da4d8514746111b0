/**
 * When capture was paused. What was asked during a pause stays unkept, also when the page shows it again later.
 */

/**
 * @typedef {object} PauseSpan
 * @property {number} from milliseconds since 1970
 * @property {number | null} to null: not over yet
 */

/** A learner who pauses every working day fills this in two years; the oldest go first. */
const MOST_SPANS = 500;

/**
 * @param {readonly PauseSpan[]} spans in time order
 * @param {number} now
 * @param {number | null} until the end that was chosen, if any
 * @returns {PauseSpan[]}
 */
export function pauseBegun(spans, now, until) {
  return [...pauseEnded(spans, now), { from: now, to: until }].slice(-MOST_SPANS);
}

/**
 * @param {readonly PauseSpan[]} spans
 * @param {number} now
 * @returns {PauseSpan[]}
 */
export function pauseEnded(spans, now) {
  return spans.map(({ from, to }) => ({ from, to: to === null ? now : Math.min(to, now) }));
}

/**
 * @param {readonly PauseSpan[]} spans
 * @param {number} at when a question was asked
 * @returns {boolean}
 */
export function wasPaused(spans, at) {
  return spans.some(({ from, to }) => at >= from && (to === null || at < to));
}
