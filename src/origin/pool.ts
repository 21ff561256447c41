// The origin adapter: undici's pool behind the origin port.
import { Pool } from 'undici'
import type { Clock } from '../base/clock.ts'
import type { Balance } from '../config/model.ts'
import { createAdmission } from '../guard/admission.ts'
import { Breaker, type BreakerPolicy } from '../resilience/breaker.ts'
import { RetryBudget } from '../resilience/retry-budget.ts'
import { createConnector } from './connector.ts'
import { weirFailure } from './failures.ts'
import { Fetch } from './fetch.ts'
import type { Line, RetryTally } from './fetch.ts'
import { type Member, Members } from './members.ts'
import type { Origin, OriginFetch, OriginRequest, OriginSink, OriginStats } from './port.ts'

export interface OriginOptions {
  /** Scheme, host and port of each member; nothing of a request ever changes them. */
  readonly urls: readonly string[]
  /** How one of several members is chosen; the least busy by default. */
  readonly balance?: Balance
  /** When a member that keeps failing is left alone; never by default. */
  readonly breaker?: BreakerPolicy | null
  /** Connections to a member at the most, each with one request at a time. */
  readonly connections: number
  /** Requests that may wait for a connection, beyond which a fetch fails at once; 1024 by default. */
  readonly queue?: number
  /** How long an idle connection is kept, where the origin does not say. */
  readonly keepAliveMs: number
  /** Bounds the making of a connection; a request may have less time for it. */
  readonly connectMs: number
  readonly clock: Clock
  /** A number in [0, 1), for jitter. */
  readonly random: () => number
}

/** Bytes of a response's head at the most. */
const maxHeadBytes = 64 * 1024

/** An origin that also tells where connections of other kinds than requests may go. */
export interface OriginPool extends Origin {
  /** The URL of a member that may be asked now, or the first one's. */
  chooseUrl(): string
}

/** Opens no connection until the first fetch. */
export function createOrigin(options: OriginOptions): OriginPool {
  return new PooledOrigin(options)
}

class PooledOrigin implements OriginPool {
  readonly #pools: readonly Pool[]
  readonly #line: Line
  readonly #live = new Set<Fetch>()
  #closing = false
  #onIdle: (() => void) | null = null

  constructor(options: OriginOptions) {
    const { urls, balance = { kind: 'least-pending' }, clock, random } = options
    const made = urls.map((url) => createMember(url, options))
    this.#pools = made.map(({ dispatcher }) => dispatcher)
    const tally: RetryTally = {
      retries: { 'connect-failure': 0, reset: 0, timeout: 0, 429: 0, 502: 0, 503: 0, 504: 0 },
      refused: 0,
    }
    this.#line = { members: new Members(made, balance), budget: new RetryBudget(), tally, clock, random }
  }

  fetch(request: OriginRequest, sink: OriginSink): OriginFetch {
    const fetch = new Fetch(this.#line, request, sink, (over) => this.#forget(over))
    this.#live.add(fetch)
    if (this.#closing) queueMicrotask(() => fetch.fail(closed()))
    else fetch.begin()
    return fetch
  }

  stats(): OriginStats {
    const { members, tally, clock } = this.#line
    const sum = { connected: 0, free: 0, pending: 0, running: 0 }
    for (const { stats } of this.#pools) {
      sum.connected += stats.connected
      sum.free += stats.free
      sum.pending += stats.pending
      sum.running += stats.running
    }
    for (const { places } of members.all) sum.pending += places.waiting
    const { retries, refused } = tally
    return { ...sum, retries: { ...retries }, retriesRefused: refused, circuit: members.state(clock.now()) }
  }

  chooseUrl(): string {
    const { members, clock } = this.#line
    const [first] = members.all
    return (members.all.find(({ breaker }) => breaker?.allows(clock.now()) !== false) ?? first)?.url ?? ''
  }

  async close(): Promise<void> {
    this.#closing = true
    if (this.#live.size > 0) await new Promise<void>((resolve) => (this.#onIdle = resolve))
    await Promise.all(this.#pools.map((pool) => pool.close()))
  }

  async destroy(): Promise<void> {
    this.#closing = true
    for (const fetch of this.#live) fetch.fail(closed())
    await Promise.all(this.#pools.map((pool) => pool.destroy()))
  }

  #forget(fetch: Fetch): void {
    this.#live.delete(fetch)
    if (this.#live.size === 0) this.#onIdle?.()
  }
}

function createMember(
  url: string,
  { connections, queue = 1024, keepAliveMs, connectMs, breaker = null, clock }: OriginOptions,
): Member & { readonly dispatcher: Pool } {
  const connector = createConnector(connectMs)
  const dispatcher = new Pool(url, {
    connections,
    pipelining: 1,
    allowH2: false,
    keepAliveTimeout: keepAliveMs,
    // weir's own deadlines are totals, on the clock port, and know of pauses and uploads.
    headersTimeout: 0,
    bodyTimeout: 0,
    maxHeaderSize: maxHeadBytes,
    connect: (options, callback) => connector.connect(options, callback),
  })
  return {
    url,
    dispatcher,
    servername: new URL(url).hostname,
    resetting: connector.resetting,
    places: createAdmission({ concurrency: connections, queue }, clock),
    breaker: breaker === null ? null : new Breaker(breaker),
  }
}

function closed(): ReturnType<typeof weirFailure> {
  return weirFailure(
    'destination_unavailable',
    'connecting',
    'weir is closing its connections to the origin.',
  )
}
