// Turns at a resource: first come, first served, with so many in line for so long.
import type { Clock } from '../../base/clock.ts'
import { type Admission, createAdmission } from '../../guard/admission.ts'
import type { SerializePolicy } from '../../policy/route-policy.ts'
import type { Leases } from '../../store/lease.ts'
import type { Guard } from './guards.ts'
import { type HeldLease, takeLease } from './held-lease.ts'
import { type OwnAnswer, refusing, unavailable } from './own-answer.ts'
import type { Presence } from './presence.ts'

/** How long a lock outlives a holder that has died. */
const LEASE_MS = 10_000

export type Turn =
  | { readonly kind: 'taken'; readonly lease: HeldLease; readonly guard: Guard }
  | { readonly kind: 'answer'; readonly answer: OwnAnswer }
  /** The client left while it waited. */
  | { readonly kind: 'gone' }

type Place = 'taken' | 'full' | 'late' | 'gone'

/**
 * A line of this process for each resource, and for whoever is first in it the lease that all processes share: those
 * of one process are served in their order, and of several processes one at a time.
 */
export class Turns {
  readonly #leases: Leases
  readonly #clock: Clock
  readonly #lines = new Map<string, Admission>()

  constructor(leases: Leases, clock: Clock) {
    this.#leases = leases
    this.#clock = clock
  }

  async take(resource: string, policy: SerializePolicy, presence: Presence): Promise<Turn> {
    const waitUntil = this.#clock.now() + policy.waitMs
    const line = this.#lineOf(resource, policy.queue)
    const place = await stand(line, waitUntil, presence)
    if (place === 'gone') return { kind: 'gone' }
    if (place !== 'taken') return { kind: 'answer', answer: place === 'full' ? full(policy) : late }
    const turn = await this.#lock(resource, waitUntil, presence, line)
    if (turn.kind !== 'taken') this.#leave(resource, line)
    return turn
  }

  /** Resources that somebody writes to, or waits to. */
  get size(): number {
    return this.#lines.size
  }

  async #lock(resource: string, waitUntil: number, presence: Presence, line: Admission): Promise<Turn> {
    const name = `write ${resource}`
    for (;;) {
      if (presence.isGone) return { kind: 'gone' }
      const taking = await takeLease({ leases: this.#leases, clock: this.#clock }, name, LEASE_MS)
      if (taking.kind === 'held') return this.#turn(resource, taking.held, line)
      if (taking.kind === 'unavailable') return { kind: 'answer', answer: unavailable }
      const leftMs = waitUntil - this.#clock.now()
      if (leftMs <= 0) return { kind: 'answer', answer: late }
      await this.#leases.freed(name, leftMs)
    }
  }

  #turn(resource: string, lease: HeldLease, line: Admission): Turn {
    const settle = (): Promise<void> => {
      const released = lease.release()
      this.#leave(resource, line)
      return released
    }
    return { kind: 'taken', lease, guard: { settle } }
  }

  #lineOf(resource: string, queue: number): Admission {
    let line = this.#lines.get(resource)
    if (line === undefined) {
      line = createAdmission({ concurrency: 1, queue }, this.#clock)
      this.#lines.set(resource, line)
    }
    return line
  }

  #leave(resource: string, line: Admission): void {
    line.leave()
    if (line.active === 0 && line.waiting === 0) this.#lines.delete(resource)
  }
}

function stand(line: Admission, waitUntil: number, presence: Presence): Promise<Place> {
  return new Promise((resolve) => {
    const entrance = line.enter({
      waitUntil,
      admitted: () => resolve('taken'),
      refused: () => resolve('late'),
    })
    if (entrance.kind === 'admitted') resolve('taken')
    else if (entrance.kind === 'refused') resolve('full')
    else
      presence.onGone(() => {
        entrance.giveUp()
        resolve('gone')
      })
  })
}

const late = refusing({
  status: 503,
  reason: 'queue-wait-over',
  detail: 'Other writes to this resource took longer than a write may wait. Nothing was sent; try again.',
  retryAfterSeconds: 1,
})

function full({ waitMs }: SerializePolicy): OwnAnswer {
  return refusing({
    status: 503,
    reason: 'queue-full',
    detail: 'As many writes to this resource wait already as may. Nothing was sent; try again later.',
    retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1000)),
  })
}
