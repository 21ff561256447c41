// Leases within this process.
import type { Clock, Timer } from '../base/clock.ts'
import type { Acquisition, Lease, Leases, Renewal } from './lease.ts'

interface Holding {
  readonly token: number
  readonly note: string
  endsAt: number
  expiry: Timer
}

// Names whose last token is known; any other begins again at the clock, which is ahead of all that was given before.
const REMEMBERED_NAMES = 10_000

export function createMemoryLeases(clock: Clock): Leases {
  return new MemoryLeases(clock)
}

class MemoryLeases implements Leases {
  readonly #clock: Clock
  readonly #held = new Map<string, Holding>()
  /** By name, the least recently given first. */
  readonly #lastTokens = new Map<string, number>()
  #greatestForgotten = 0
  readonly #waiting = new Map<string, Set<() => void>>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  acquire(name: string, ttlMs: number, note: string): Promise<Acquisition> {
    const holding = this.#holding(name)
    if (holding !== undefined) return Promise.resolve({ kind: 'busy', note: holding.note })
    const token = this.#nextToken(name)
    this.#held.set(name, { token, note, ...this.#term(name, ttlMs) })
    return Promise.resolve({ kind: 'held', lease: { name, token } })
  }

  renew({ name, token }: Lease, ttlMs: number): Promise<Renewal> {
    const holding = this.#holding(name)
    if (holding?.token !== token) return Promise.resolve('lost')
    holding.expiry.cancel()
    Object.assign(holding, this.#term(name, ttlMs))
    return Promise.resolve('renewed')
  }

  release({ name, token }: Lease): Promise<void> {
    if (this.#held.get(name)?.token === token) this.#drop(name)
    return Promise.resolve()
  }

  freed(name: string, withinMs: number): Promise<void> {
    if (this.#holding(name) === undefined) return Promise.resolve()
    return new Promise((resolve) => {
      const waiting = this.#waiting.get(name) ?? new Set()
      const settle = (): void => {
        patience.cancel()
        waiting.delete(settle)
        if (waiting.size === 0) this.#waiting.delete(name)
        resolve()
      }
      const patience = this.#clock.after(withinMs, settle)
      this.#waiting.set(name, waiting.add(settle))
    })
  }

  /** Who holds it now; timers fire late in a busy process, so the time counts and not the timer. */
  #holding(name: string): Holding | undefined {
    const holding = this.#held.get(name)
    if (holding === undefined || this.#clock.now() < holding.endsAt) return holding
    this.#drop(name)
    return undefined
  }

  #term(name: string, ttlMs: number): Pick<Holding, 'endsAt' | 'expiry'> {
    const expiry = this.#clock.after(ttlMs, () => this.#drop(name))
    return { endsAt: this.#clock.now() + ttlMs, expiry }
  }

  #drop(name: string): void {
    this.#held.get(name)?.expiry.cancel()
    this.#held.delete(name)
    for (const settle of [...(this.#waiting.get(name) ?? [])]) settle()
  }

  /** Microseconds since the epoch to begin with: more than any process before this one can have given. */
  #nextToken(name: string): number {
    const last = this.#lastTokens.get(name)
    const token =
      last === undefined
        ? Math.max(Math.floor(this.#clock.now() * 1000), this.#greatestForgotten + 1)
        : last + 1
    this.#lastTokens.delete(name)
    this.#lastTokens.set(name, token)
    const [oldest] = this.#lastTokens
    if (this.#lastTokens.size > REMEMBERED_NAMES && oldest !== undefined) {
      this.#lastTokens.delete(oldest[0])
      this.#greatestForgotten = Math.max(this.#greatestForgotten, oldest[1])
    }
    return token
  }
}
