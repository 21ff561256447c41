// Keys whose last answer could not be shared: their requests do not wait for one another.
import { LRUCache } from 'lru-cache'
import type { Clock } from '../base/clock.ts'
import type { Reason } from '../policy/reasons.ts'

const REMEMBERED_KEYS = 10_000
const REMEMBERED_MS = 120_000

/** A bounded memory of keys that are not worth coalescing; a storable answer clears its key. */
export class HitForMiss {
  readonly #marks = new LRUCache<string, Mark>({ max: REMEMBERED_KEYS })
  readonly #clock: Clock

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** `reason`: why the answer could not be shared. */
  mark(key: string, reason: Reason): void {
    this.#marks.set(key, { reason, until: this.#clock.now() + REMEMBERED_MS })
  }

  unmark(key: string): void {
    this.#marks.delete(key)
  }

  has(key: string): boolean {
    return this.reasonOf(key) !== null
  }

  /** Why the last answer under the key could not be shared; null where none is remembered. */
  reasonOf(key: string): Reason | null {
    const mark = this.#marks.get(key)
    return mark !== undefined && this.#clock.now() < mark.until ? mark.reason : null
  }
}

interface Mark {
  readonly reason: Reason
  readonly until: number
}
