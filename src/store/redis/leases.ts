// Leases in Redis: one holder in the whole fleet, a token greater than all before, and a wake-up for who waits.
import type { Clock } from '../../base/clock.ts'
import type { Acquisition, Lease, Leases, Renewal } from '../lease.ts'
import { acquireLease, awaitLease, raiseToken, releaseLease, renewLease } from './lease-scripts.ts'
import type { RedisLink } from './link.ts'
import type { Names } from './names.ts'
import type { Seal } from './seal.ts'
import type { Wakes } from './wakes.ts'

export interface RedisLeasesOptions {
  readonly link: RedisLink
  readonly names: Names
  readonly seal: Seal
  readonly wakes: Wakes
  readonly clock: Clock
  readonly instance: string
}

/** Leases whose fate is known only when Redis answers again. */
const MOST_DOUBTFUL = 1000

export interface RedisLeases extends Leases {
  /** Lets tokens of this name go on from one that was given without Redis. False: not known to be done. */
  raise(name: string, token: number): Promise<boolean>
  /** Gives up what may have been taken by requests that got no reply. */
  settleDoubts(): Promise<void>
}

export function createRedisLeases(options: RedisLeasesOptions): RedisLeases {
  return new LeasesInRedis(options)
}

class LeasesInRedis implements RedisLeases {
  readonly #options: RedisLeasesOptions
  readonly #doubtful = new Map<string, string>()
  #nonces = 0

  constructor(options: RedisLeasesOptions) {
    this.#options = options
  }

  async acquire(name: string, ttlMs: number, note: string): Promise<Acquisition> {
    const { link, names, seal, instance } = this.#options
    const { hold, token } = names.lease(name)
    const nonce = `${instance} ${this.#nonces++}`
    const sealed = seal.close(Buffer.from(note), hold)
    const reply = await link.ask((client) =>
      client.run(acquireLease, hold, token, nonce, sealed, Math.ceil(ttlMs), 0),
    )
    if (reply.kind === 'spared') return { kind: 'unavailable' }
    if (reply.kind === 'failed') {
      if (this.#doubtful.size < MOST_DOUBTFUL) this.#doubtful.set(nonce, name)
      return { kind: 'unavailable' }
    }
    const [kind, value] = reply.value as [Buffer, Buffer | null]
    if (kind.toString() === 'held') return { kind: 'held', lease: { name, token: Number(String(value)) } }
    const known = value === null ? null : seal.open(value, hold)
    return { kind: 'busy', note: known?.toString() ?? '' }
  }

  async renew({ name, token }: Lease, ttlMs: number): Promise<Renewal> {
    const { link, names } = this.#options
    const { hold } = names.lease(name)
    const reply = await link.ask((client) => client.run(renewLease, hold, token, Math.ceil(ttlMs)))
    if (reply.kind !== 'ok') return 'unavailable'
    return reply.value === 1 ? 'renewed' : 'lost'
  }

  async release({ name, token }: Lease): Promise<void> {
    await this.#release(name, 'token', token)
  }

  async freed(name: string, withinMs: number): Promise<void> {
    const { link, names, wakes, clock, instance } = this.#options
    const { hold, waiting } = names.lease(name)
    // Before the question, so that no call between question and answer is lost.
    const told = wakes.wait(waiting, withinMs)
    const reply = await link.ask((client) => client.run(awaitLease, hold, waiting, instance))
    const leftMs = reply.kind === 'ok' ? (reply.value as number) : RETRY_MS
    if (leftMs < 0) wakes.call(waiting)
    const expiry = clock.after(leftMs + 1, () => wakes.call(waiting))
    await told
    expiry.cancel()
  }

  async raise(name: string, token: number): Promise<boolean> {
    const { link, names } = this.#options
    const reply = await link.ask((client) => client.run(raiseToken, names.lease(name).token, token))
    return reply.kind === 'ok'
  }

  async settleDoubts(): Promise<void> {
    for (const [nonce, name] of this.#doubtful) {
      if (!(await this.#release(name, 'nonce', nonce))) return
      this.#doubtful.delete(nonce)
    }
  }

  async #release(name: string, by: 'token' | 'nonce', which: string | number): Promise<boolean> {
    const { link, names } = this.#options
    const { hold, waiting } = names.lease(name)
    const reply = await link.ask((client) =>
      client.run(releaseLease, hold, waiting, by, which, names.wakeChannel, waiting),
    )
    return reply.kind === 'ok'
  }
}

/** Where Redis does not say how long a lease lasts, it may be free after this time. */
const RETRY_MS = 500
