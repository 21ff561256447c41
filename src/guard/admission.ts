// Admission: at most so many at work, so many waiting in line, and nobody waits past its own deadline.
import type { Clock, Timer } from '../base/clock.ts'

export interface AdmissionLimits {
  /** Places; null: no limit, and nobody ever waits. */
  readonly concurrency: number | null
  /** How many may wait for a place. */
  readonly queue: number
}

export interface Visitor {
  /** Epoch ms after which waiting is pointless. */
  readonly waitUntil: number
  /** A place is free now, after a wait. */
  readonly admitted: () => void
  /** The time to wait ran out. */
  readonly refused: () => void
}

export type Entrance =
  /** A place is taken; `leave` gives it back. Neither function of the visitor will be called. */
  | { readonly kind: 'admitted' }
  /** One of the visitor's functions will be called, once, unless it gives up before. */
  | { readonly kind: 'waiting'; readonly giveUp: () => void }
  /** The line is full. */
  | { readonly kind: 'refused' }

export interface Admission {
  enter(visitor: Visitor): Entrance
  /** Gives a place back; once for each visitor that was admitted. */
  leave(): void
  /** Places taken. */
  readonly active: number
  readonly waiting: number
}

const admitted: Entrance = { kind: 'admitted' }
const refused: Entrance = { kind: 'refused' }

/** First come, first served. A visitor that finds a place costs two comparisons. */
export function createAdmission(limits: AdmissionLimits, clock: Clock): Admission {
  return new Line(limits, clock)
}

class Line implements Admission {
  readonly #places: number
  readonly #queue: number
  readonly #clock: Clock
  /** In the order of arrival, each with its timer. */
  readonly #line = new Map<Visitor, Timer>()
  #active = 0

  constructor({ concurrency, queue }: AdmissionLimits, clock: Clock) {
    this.#places = concurrency ?? Infinity
    this.#queue = queue
    this.#clock = clock
  }

  get active(): number {
    return this.#active
  }

  get waiting(): number {
    return this.#line.size
  }

  enter(visitor: Visitor): Entrance {
    if (this.#active < this.#places) {
      this.#active += 1
      return admitted
    }
    const now = this.#clock.now()
    if (this.#line.size >= this.#queue) this.#dropLate(now)
    if (this.#line.size >= this.#queue || visitor.waitUntil <= now) return refused
    const timer = this.#clock.after(visitor.waitUntil - now, () => this.#drop(visitor))
    this.#line.set(visitor, timer)
    return { kind: 'waiting', giveUp: () => this.#remove(visitor) }
  }

  leave(): void {
    const now = this.#clock.now()
    for (const visitor of this.#line.keys()) {
      if (visitor.waitUntil <= now) {
        this.#drop(visitor)
        continue
      }
      this.#remove(visitor)
      visitor.admitted()
      return
    }
    this.#active -= 1
  }

  /** Timers fire late in a busy process: whoever is past its deadline makes room for one who is not. */
  #dropLate(now: number): void {
    for (const visitor of this.#line.keys()) {
      if (visitor.waitUntil <= now) this.#drop(visitor)
    }
  }

  #drop(visitor: Visitor): void {
    if (this.#remove(visitor)) visitor.refused()
  }

  #remove(visitor: Visitor): boolean {
    this.#line.get(visitor)?.cancel()
    return this.#line.delete(visitor)
  }
}
