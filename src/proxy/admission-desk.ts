// The concurrency limit of each route: who may go to the origin now, who waits in line, who is turned away.
import type { Clock } from '../base/clock.ts'
import { type Admission, createAdmission, type Entrance } from '../guard/admission.ts'
import type { Fields } from '../http/fields.ts'
import type { ResponseHead } from '../http/message.ts'
import type { OriginFetch, OriginSink } from '../origin/port.ts'
import type { Failure } from '../policy/failure.ts'
import type { RoutePolicy } from '../policy/route-policy.ts'

/** One line for each route that limits its requests at the origin. */
export class AdmissionDesk {
  readonly #clock: Clock
  readonly #lines = new WeakMap<RoutePolicy, Admission>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Sets off `fetch` once the route has a place; `waitUntil` (epoch ms) bounds the wait. */
  admit(
    policy: RoutePolicy,
    waitUntil: number,
    sink: OriginSink,
    fetch: (sink: OriginSink) => OriginFetch,
  ): OriginFetch {
    if (policy.limits.concurrency === null) return fetch(sink)
    return new AdmittedFetch(this.#lineOf(policy), waitUntil, sink, fetch)
  }

  /** Requests of this route that wait for a place. */
  waiting(policy: RoutePolicy): number {
    return this.#lines.get(policy)?.waiting ?? 0
  }

  /** Requests of this route that have a place. */
  active(policy: RoutePolicy): number {
    return this.#lines.get(policy)?.active ?? 0
  }

  #lineOf(policy: RoutePolicy): Admission {
    let line = this.#lines.get(policy)
    if (line === undefined) this.#lines.set(policy, (line = createAdmission(policy.limits, this.#clock)))
    return line
  }
}

/** A fetch that holds a place from its beginning to its end, however it ends. */
class AdmittedFetch implements OriginFetch, OriginSink {
  readonly #line: Admission
  readonly #sink: OriginSink
  readonly #entrance: Entrance
  #fetch: OriginFetch | null = null
  #paused = false
  #over = false

  constructor(
    line: Admission,
    waitUntil: number,
    sink: OriginSink,
    fetch: (sink: OriginSink) => OriginFetch,
  ) {
    this.#line = line
    this.#sink = sink
    const start = (): void => {
      this.#fetch = fetch(this)
      if (this.#paused) this.#fetch.pause()
    }
    this.#entrance = line.enter({ waitUntil, admitted: start, refused: () => this.#turnAway() })
    if (this.#entrance.kind === 'admitted') start()
    else if (this.#entrance.kind === 'refused') queueMicrotask(() => this.#turnAway())
  }

  pause(): void {
    this.#paused = true
    this.#fetch?.pause()
  }

  resume(): void {
    this.#paused = false
    this.#fetch?.resume()
  }

  abort(): void {
    if (this.#over) return
    if (this.#fetch !== null) {
      this.#leave()
      this.#fetch.abort()
      return
    }
    this.#over = true
    if (this.#entrance.kind === 'waiting') this.#entrance.giveUp()
  }

  informed(status: number, fields: Fields): void {
    this.#sink.informed(status, fields)
  }

  headed(head: ResponseHead, attempts: number): void {
    this.#sink.headed(head, attempts)
  }

  data(chunk: Uint8Array): void {
    this.#sink.data(chunk)
  }

  ended(trailers: Fields): void {
    this.#leave()
    this.#sink.ended(trailers)
  }

  failed(failure: Failure, attempts: number): void {
    this.#leave()
    this.#sink.failed(failure, attempts)
  }

  #turnAway(): void {
    if (this.#over) return
    this.#over = true
    this.#sink.failed(busy, 0)
  }

  #leave(): void {
    if (this.#over) return
    this.#over = true
    this.#line.leave()
  }
}

const busy: Failure = {
  kind: 'connection_limit_reached',
  side: 'weir',
  status: 503,
  sent: false,
  retryAfterSeconds: 1,
  detail: 'The route has as many requests under way as limits.concurrency allows, and its queue is full.',
}
