// Keys whose last answer could not be shared: their requests do not wait for one another.
import { LRUCache } from 'lru-cache'
import type { Clock } from '../base/clock.ts'

const REMEMBERED_KEYS = 10_000
const REMEMBERED_MS = 120_000

/** A bounded memory of keys that are not worth coalescing; a storable answer clears its key. */
export class HitForMiss {
  readonly #until = new LRUCache<string, number>({ max: REMEMBERED_KEYS })
  readonly #clock: Clock

  constructor(clock: Clock) {
    this.#clock = clock
  }

  mark(key: string): void {
    this.#until.set(key, this.#clock.now() + REMEMBERED_MS)
  }

  unmark(key: string): void {
    this.#until.delete(key)
  }

  has(key: string): boolean {
    const until = this.#until.get(key)
    return until !== undefined && this.#clock.now() < until
  }
}
