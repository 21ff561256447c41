// What a process sees of the clock and of common leases, until it dies.
import type { Clock, Timer } from '../../src/base/clock.ts'
import type { Leases } from '../../src/store/lease.ts'

/** Leases that never answer a process that has died: whatever it would have done next, it does not. */
export function mortalLeases(leases: Leases, isDead: () => boolean): Leases {
  const alive = <T>(promise: Promise<T>): Promise<T> =>
    new Promise((resolve) => void promise.then((value) => isDead() || resolve(value)))
  return {
    acquire: (...given) => alive(leases.acquire(...given)),
    renew: (...given) => alive(leases.renew(...given)),
    release: (...given) => alive(leases.release(...given)),
    freed: (...given) => alive(leases.freed(...given)),
  }
}

/** A clock whose timers never fire again once its process has died. */
export function mortalClock(clock: Clock): Clock & { kill(): void; readonly isDead: boolean } {
  const timers = new Set<Timer>()
  let isDead = false
  return {
    now: () => clock.now(),
    after(delayMs, task) {
      const timer = clock.after(delayMs, () => {
        timers.delete(timer)
        task()
      })
      if (isDead) timer.cancel()
      else timers.add(timer)
      return timer
    },
    get isDead() {
      return isDead
    },
    kill() {
      isDead = true
      for (const timer of timers) timer.cancel()
    },
  }
}
