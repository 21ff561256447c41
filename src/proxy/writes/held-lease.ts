// A lease that this process holds, renewed until it is released.
import type { Clock, Timer } from '../../base/clock.ts'
import type { Lease, Leases } from '../../store/lease.ts'

export type Taking =
  | { readonly kind: 'held'; readonly held: HeldLease }
  | { readonly kind: 'busy'; readonly note: string }
  | { readonly kind: 'unavailable' }

/** Takes a lease if nobody holds it; from then on it is renewed by itself. */
export async function takeLease(
  { leases, clock }: { leases: Leases; clock: Clock },
  name: string,
  ttlMs: number,
  note = '',
): Promise<Taking> {
  const askedAt = clock.now()
  const acquisition = await leases.acquire(name, ttlMs, note)
  if (acquisition.kind !== 'held') return acquisition
  return { kind: 'held', held: new HeldLease(leases, clock, acquisition.lease, ttlMs, askedAt) }
}

// Renewed this many times in its term, so that one renewal may fail.
const RENEWALS = 3

export class HeldLease {
  readonly #leases: Leases
  readonly #clock: Clock
  readonly #lease: Lease
  readonly #ttlMs: number
  #endsAt: number
  #renewal: Timer
  #over = false

  constructor(leases: Leases, clock: Clock, lease: Lease, ttlMs: number, takenAt: number) {
    this.#leases = leases
    this.#clock = clock
    this.#lease = lease
    this.#ttlMs = ttlMs
    // From when it was asked for, not answered: the store's own count may have begun as early as that.
    this.#endsAt = takenAt + ttlMs
    this.#renewal = this.#renewAfter(takenAt)
  }

  get token(): number {
    return this.#lease.token
  }

  /** Whether another may hold it by now. */
  get isLost(): boolean {
    return this.#clock.now() >= this.#endsAt
  }

  async release(): Promise<void> {
    this.#over = true
    this.#renewal.cancel()
    await this.#leases.release(this.#lease)
  }

  /** Due from when it was last asked for: a process that was held up renews at once. */
  #renewAfter(askedAt: number): Timer {
    const dueAt = askedAt + this.#ttlMs / RENEWALS
    return this.#clock.after(Math.max(0, dueAt - this.#clock.now()), () => void this.#renew())
  }

  async #renew(): Promise<void> {
    const askedAt = this.#clock.now()
    const renewal = await this.#leases.renew(this.#lease, this.#ttlMs)
    if (this.#over) return
    if (renewal === 'lost') this.#endsAt = Math.min(this.#endsAt, askedAt)
    else this.#renewal = this.#renewAfter(askedAt)
    if (renewal === 'renewed') this.#endsAt = askedAt + this.#ttlMs
  }
}
