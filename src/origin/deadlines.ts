// The deadlines of one fetch: the phase it is in, and the whole of it, on a single timer.
import type { Clock, Timer } from '../base/clock.ts'

export type Phase =
  /** Until a connection is made. */
  | 'connect'
  /** Between two pieces of the request's content. */
  | 'upload'
  /** From the end of the request to the end of the response's head, however it drips. */
  | 'head'
  /** Between two pieces of the response's content. */
  | 'body'
  /** Until the next attempt; its end is not a failure. */
  | 'backoff'

export type Expired = Phase | 'total'

/**
 * Calls `expired` when the phase, or the whole, has taken too long. A deadline that is moved on leaves the timer as
 * it is (it looks again when it fires), so that each piece of a body costs an assignment and not a timer.
 */
export class Deadlines {
  readonly #clock: Clock
  readonly #expired: (what: Expired) => void
  #totalAt: number
  #phase: Phase = 'connect'
  #phaseAt = Infinity
  /** Since when the whole does not count on, epoch ms; null: it counts. */
  #heldAt: number | null = null
  #timer: Timer | null = null
  #timerAt = Infinity

  /** @param totalMs from now; null: no bound for the whole */
  constructor(clock: Clock, totalMs: number | null, expired: (what: Expired) => void) {
    this.#clock = clock
    this.#expired = expired
    this.#totalAt = totalMs === null ? Infinity : clock.now() + totalMs
  }

  /** Epoch ms; null: none. */
  get totalAt(): number | null {
    return this.#totalAt === Infinity ? null : this.#totalAt
  }

  /** Begins a phase, or begins it anew. */
  enter(phase: Phase, ms: number): void {
    const now = this.#clock.now()
    if (this.#heldAt !== null) this.#totalAt += now - this.#heldAt
    this.#heldAt = null
    this.#phase = phase
    this.#phaseAt = now + ms
    this.#wake()
  }

  /** Ends the phase; the whole goes on. */
  rest(): void {
    this.#phaseAt = Infinity
  }

  /** Ends the phase, and the whole does not count on until the next one begins: the wait is for the client. */
  hold(): void {
    this.rest()
    this.#heldAt ??= this.#clock.now()
  }

  /** Lifts the bound on the whole. */
  liftTotal(): void {
    this.#totalAt = Infinity
  }

  /** Ends everything and leaves no timer. */
  cancel(): void {
    this.#phaseAt = Infinity
    this.#totalAt = Infinity
    this.#timer?.cancel()
    this.#timer = null
    this.#timerAt = Infinity
  }

  #wake(): void {
    const at = Math.min(this.#phaseAt, this.#totalAt)
    if (at >= this.#timerAt) return
    this.#timer?.cancel()
    this.#timerAt = at
    this.#timer = this.#clock.after(at - this.#clock.now(), () => this.#look())
  }

  #look(): void {
    this.#timer = null
    this.#timerAt = Infinity
    if (this.#heldAt !== null) return
    const now = this.#clock.now()
    if (now >= this.#totalAt) this.#expire('total')
    else if (now >= this.#phaseAt) this.#expire(this.#phase)
    else if (this.#phaseAt < Infinity || this.#totalAt < Infinity) this.#wake()
  }

  #expire(what: Expired): void {
    this.#phaseAt = Infinity
    if (what === 'total') this.#totalAt = Infinity
    else this.#wake()
    this.#expired(what)
  }
}
