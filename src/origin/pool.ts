// The origin adapter: undici's pool behind the origin port.
import { Pool } from 'undici'
import type { Clock } from '../base/clock.ts'
import { createAdmission } from '../guard/admission.ts'
import { RetryBudget } from '../resilience/retry-budget.ts'
import { createConnector } from './connector.ts'
import { weirFailure } from './failures.ts'
import { Fetch } from './fetch.ts'
import type { Line } from './fetch.ts'
import type { Origin, OriginFetch, OriginRequest, OriginSink, OriginStats } from './port.ts'

export interface OriginOptions {
  /** Scheme, host and port; nothing of a request ever changes it. */
  readonly url: string
  /** Connections at the most, each with one request at a time. */
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

/** Opens no connection until the first fetch. */
export function createOrigin(options: OriginOptions): Origin {
  return new PooledOrigin(options)
}

class PooledOrigin implements Origin {
  readonly #pool: Pool
  readonly #line: Line
  readonly #live = new Set<Fetch>()
  #closing = false
  #onIdle: (() => void) | null = null

  constructor({ url, connections, queue = 1024, keepAliveMs, connectMs, clock, random }: OriginOptions) {
    const connector = createConnector(connectMs)
    this.#pool = new Pool(url, {
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
    this.#line = {
      dispatcher: this.#pool,
      servername: new URL(url).hostname,
      resetting: connector.resetting,
      places: createAdmission({ concurrency: connections, queue }, clock),
      budget: new RetryBudget(),
      tally: {
        retries: { 'connect-failure': 0, reset: 0, timeout: 0, 429: 0, 502: 0, 503: 0, 504: 0 },
        refused: 0,
      },
      clock,
      random,
    }
  }

  fetch(request: OriginRequest, sink: OriginSink): OriginFetch {
    const fetch = new Fetch(this.#line, request, sink, (over) => this.#forget(over))
    this.#live.add(fetch)
    if (this.#closing) queueMicrotask(() => fetch.fail(closed()))
    else fetch.begin()
    return fetch
  }

  stats(): OriginStats {
    const { connected, free, pending, running } = this.#pool.stats
    const { places, tally } = this.#line
    const now = { connected, free, pending: pending + places.waiting, running }
    return { ...now, retries: { ...tally.retries }, retriesRefused: tally.refused }
  }

  async close(): Promise<void> {
    this.#closing = true
    if (this.#live.size > 0) await new Promise<void>((resolve) => (this.#onIdle = resolve))
    await this.#pool.close()
  }

  async destroy(): Promise<void> {
    this.#closing = true
    for (const fetch of this.#live) fetch.fail(closed())
    await this.#pool.destroy()
  }

  #forget(fetch: Fetch): void {
    this.#live.delete(fetch)
    if (this.#live.size === 0) this.#onIdle?.()
  }
}

function closed(): ReturnType<typeof weirFailure> {
  return weirFailure(
    'destination_unavailable',
    'connecting',
    'weir is closing its connections to the origin.',
  )
}
