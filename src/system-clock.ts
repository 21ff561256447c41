// The clock of a running process.
import type { Clock } from './base/clock.ts'

/** Wall time at the start of the process plus monotonic time since: never steps back when the wall clock is set. */
export const systemClock: Clock = {
  now: () => performance.timeOrigin + performance.now(),
  after(delayMs, task) {
    const timeout = setTimeout(task, Math.max(0, delayMs))
    timeout.unref()
    return { cancel: () => clearTimeout(timeout) }
  },
}
