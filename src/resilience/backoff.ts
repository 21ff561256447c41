// How long to wait before an attempt is repeated.

const baseMs = 50
const capMs = 2_000

/**
 * Exponential backoff with full jitter, in whole ms: anywhere from 0 to the step, so that clients that failed
 * together do not come back together.
 *
 * @param attempts attempts made so far, from 1
 * @param random a number in [0, 1)
 */
export function backoffMs(attempts: number, random: number): number {
  return Math.floor(random * Math.min(capMs, baseMs * 2 ** (attempts - 1)))
}
