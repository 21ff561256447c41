// A circuit breaker: whether an origin that keeps failing is asked at all.
import { RollingCount } from './rolling-count.ts'

export interface BreakerPolicy {
  /** Failures in a row that open it, once the first of them is `overMs` old: a burst is no outage. */
  readonly failures: number
  readonly overMs: number
  /** Share (0..1) of failures within `windowMs` that opens it, once there were `minRequests`. */
  readonly errorRate: number
  readonly minRequests: number
  readonly windowMs: number
  /** How long it stays open before a single request may try. */
  readonly openMs: number
  /** Statuses that count as failures; what answers in time with any other does its work. */
  readonly statuses: ReadonlySet<number>
}

export type BreakerState = 'closed' | 'open' | 'half-open'

/** Leave to ask the origin; what became of it is told to the breaker. */
export interface Pass {
  readonly era: number
}

/** `unknown`: the request ended before the origin had shown how it does. */
export type Outcome = 'answered' | 'failed' | 'unknown'

/**
 * Closed, everybody may pass. Open, nobody may, until `openMs` have gone by; then one request at a time may, and its
 * answer closes the breaker while its failure opens it again. What set off before a change of state counts no more.
 */
export class Breaker {
  readonly #policy: BreakerPolicy
  readonly #told: RollingCount
  readonly #failed: RollingCount
  #era = 0
  #inARow = 0
  #rowBeganAt = 0
  #openUntil: number | null = null
  #probe: Pass | null = null

  constructor(policy: BreakerPolicy) {
    this.#policy = policy
    this.#told = new RollingCount(policy.windowMs)
    this.#failed = new RollingCount(policy.windowMs)
  }

  state(now: number): BreakerState {
    if (this.#openUntil === null) return 'closed'
    return now < this.#openUntil ? 'open' : 'half-open'
  }

  /** Whether `enter` would let a request pass. */
  allows(now: number): boolean {
    return this.#openUntil === null || (now >= this.#openUntil && this.#probe === null)
  }

  /** Null: not now. */
  enter(now: number): Pass | null {
    if (!this.allows(now)) return null
    const pass: Pass = { era: this.#era }
    if (this.#openUntil !== null) this.#probe = pass
    return pass
  }

  /** May be told more than once of a pass: an answer that began well can still break off. */
  tell(pass: Pass, outcome: Outcome, now: number): void {
    if (pass.era !== this.#era) return
    if (this.#probe !== null) return this.#tellOfProbe(outcome, now)
    if (outcome === 'unknown') return
    this.#told.add(now)
    if (outcome === 'answered') {
      this.#inARow = 0
      return
    }
    this.#failed.add(now)
    if (this.#inARow === 0) this.#rowBeganAt = now
    this.#inARow += 1
    if (this.#failsInARow(now) || this.#failsTooOften(now)) this.#open(now)
  }

  /** Whether an answer with this status counts as a failure. */
  isFailure(status: number): boolean {
    return this.#policy.statuses.has(status)
  }

  /** Ms until a request may try. */
  retryAfterMs(now: number): number {
    return Math.max(0, (this.#openUntil ?? now) - now)
  }

  #tellOfProbe(outcome: Outcome, now: number): void {
    this.#probe = null
    if (outcome === 'failed') this.#open(now)
    if (outcome === 'answered') this.#begin(null)
  }

  #failsInARow(now: number): boolean {
    const { failures, overMs } = this.#policy
    return this.#inARow >= failures && now - this.#rowBeganAt >= overMs
  }

  #failsTooOften(now: number): boolean {
    const told = this.#told.total(now)
    return told >= this.#policy.minRequests && this.#failed.total(now) >= this.#policy.errorRate * told
  }

  #open(now: number): void {
    this.#begin(now + this.#policy.openMs)
  }

  #begin(openUntil: number | null): void {
    this.#era += 1
    this.#openUntil = openUntil
    this.#inARow = 0
    this.#told.clear()
    this.#failed.clear()
  }
}
