// Who in this process waits for something that another process will tell it.
import type { Clock } from '../../base/clock.ts'

export class Wakes {
  readonly #clock: Clock
  readonly #waiting = new Map<string, Set<() => void>>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Settles when the name is called, or after `mostMs`. */
  wait(name: string, mostMs: number): Promise<'told' | 'late'> {
    return new Promise((resolve) => {
      const waiting = this.#waiting.get(name) ?? new Set()
      const end = (how: 'told' | 'late'): void => {
        patience.cancel()
        waiting.delete(told)
        if (waiting.size === 0) this.#waiting.delete(name)
        resolve(how)
      }
      const told = (): void => end('told')
      const patience = this.#clock.after(mostMs, () => end('late'))
      this.#waiting.set(name, waiting.add(told))
    })
  }

  call(name: string): void {
    for (const told of [...(this.#waiting.get(name) ?? [])]) told()
  }

  get size(): number {
    return this.#waiting.size
  }
}
