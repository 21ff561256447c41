// Leases of the fleet where they can be had, and of this process alone where they cannot.
import type { Clock } from '../base/clock.ts'
import type { Acquisition, Lease, Leases, Renewal } from './lease.ts'

/** Leases that many processes share, and that may be out of reach. */
export interface SharedLeases extends Leases {
  /** Lets tokens of this name go on from one that was given without them. False: not known to be done. */
  raise(name: string, token: number): Promise<boolean>
}

/** Names whose tokens the shared leases have not heard of. */
const MOST_UNTOLD = 1000

/**
 * Whoever of this process holds a name holds its own lease as well: while the shared ones are out of reach, runs of
 * this process still do not overlap.
 */
export class FallbackLeases implements Leases {
  readonly #clock: Clock
  readonly #shared: SharedLeases
  readonly #own: Leases
  /** What is held with both: the own lease, by name and shared token. */
  readonly #pairs = new Map<string, Lease>()
  readonly #untold = new Map<string, number>()
  #fallbacks = 0

  constructor(shared: SharedLeases, own: Leases, clock: Clock) {
    this.#clock = clock
    this.#shared = shared
    this.#own = own
  }

  /** Leases that were taken without the shared ones. */
  get fallbacks(): number {
    return this.#fallbacks
  }

  async acquire(name: string, ttlMs: number, note: string): Promise<Acquisition> {
    const own = await this.#own.acquire(name, ttlMs, note)
    if (own.kind !== 'held') return own
    const shared = await this.#shared.acquire(name, ttlMs, note)
    if (shared.kind === 'unavailable') {
      this.#fallbacks++
      this.#remember(own.lease)
      return own
    }
    if (shared.kind === 'busy') await this.#own.release(own.lease)
    else this.#pairs.set(idOf(shared.lease), own.lease)
    return shared
  }

  async renew(lease: Lease, ttlMs: number): Promise<Renewal> {
    const own = this.#pairs.get(idOf(lease))
    if (own === undefined) return this.#own.renew(lease, ttlMs)
    const renewal = await this.#shared.renew(lease, ttlMs)
    if (renewal !== 'lost') await this.#own.renew(own, ttlMs)
    return renewal
  }

  async release(lease: Lease): Promise<void> {
    const own = this.#pairs.get(idOf(lease))
    if (own === undefined) return this.#own.release(lease)
    this.#pairs.delete(idOf(lease))
    await this.#shared.release(lease)
    await this.#own.release(own)
  }

  async freed(name: string, withinMs: number): Promise<void> {
    const waitUntil = this.#clock.now() + withinMs
    await this.#own.freed(name, withinMs)
    const leftMs = waitUntil - this.#clock.now()
    if (leftMs > 0) await this.#shared.freed(name, leftMs)
  }

  /** To be called when the shared leases are there again. */
  async catchUp(): Promise<void> {
    for (const [name, token] of this.#untold) {
      if (!(await this.#shared.raise(name, token))) return
      this.#untold.delete(name)
    }
  }

  #remember({ name, token }: Lease): void {
    this.#untold.set(name, token)
    const [oldest] = this.#untold
    if (this.#untold.size > MOST_UNTOLD && oldest !== undefined) this.#untold.delete(oldest[0])
  }
}

function idOf({ name, token }: Lease): string {
  return `${token} ${name}`
}
