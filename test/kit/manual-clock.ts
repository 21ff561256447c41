// A clock that stands still until a test moves it.
import type { Clock } from '../../src/base/clock.ts'

export interface ManualClock extends Clock {
  /** Moves time on by `ms`; timers fire in the order of their times, each at its own time. */
  advance(ms: number): void
  /** Timers that have neither fired nor been cancelled: 0 at the end of a tidy test. */
  pendingTimers(): number
}

interface Pending {
  readonly at: number
  readonly task: () => void
}

/** @param startAt epoch ms; by default a fixed moment of the year 2026. */
export function manualClock(startAt: number = Date.UTC(2026, 0, 15, 12)): ManualClock {
  let now = startAt
  const pending = new Set<Pending>()

  const nextUntil = (end: number): Pending | null => {
    let next: Pending | null = null
    for (const timer of pending) {
      if (timer.at <= end && (next === null || timer.at < next.at)) next = timer
    }
    return next
  }

  return {
    now: () => now,
    after(delayMs, task) {
      const timer: Pending = { at: now + Math.max(0, delayMs), task }
      pending.add(timer)
      return { cancel: () => void pending.delete(timer) }
    },
    advance(ms) {
      const end = now + ms
      for (let timer = nextUntil(end); timer !== null; timer = nextUntil(end)) {
        pending.delete(timer)
        now = Math.max(now, timer.at)
        timer.task()
      }
      now = end
    },
    pendingTimers: () => pending.size,
  }
}
