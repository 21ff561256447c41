// A fetch through the origin port that writes down what it is told.
import type { Fields } from '../../src/http/fields.ts'
import type { ResponseHead } from '../../src/http/message.ts'
import type { Origin, OriginFetch, OriginRequest, OriginSink } from '../../src/origin/port.ts'
import type { Failure } from '../../src/policy/failure.ts'
import type { RetryPolicy, TimeoutsPolicy } from '../../src/policy/route-policy.ts'
import { gate } from './barrier.ts'

/** The defaults of the configuration. */
export const usualTimeouts: TimeoutsPolicy = {
  connectMs: 1_000,
  firstByteMs: 30_000,
  idleMs: 30_000,
  totalMs: 60_000,
}
export const usualRetry: RetryPolicy = {
  attempts: 2,
  on: new Set(['connect-failure', 'reset']),
  perTryMs: 5_000,
  budget: 0.2,
}

/** A GET of `/` with the usual deadlines and retries, but for what is given. */
export function originRequest(given: Partial<OriginRequest> = {}): OriginRequest {
  return {
    method: 'GET',
    target: '/',
    fields: ['Host', 'api.test'],
    body: null,
    timeouts: usualTimeouts,
    retry: usualRetry,
    idempotent: true,
    ...given,
  }
}

export interface RecordedFetch extends OriginFetch {
  /** The calls in order: `informed 103`, `headed 200`, `data`, `ended`, `failed <kind>`. */
  readonly calls: readonly string[]
  readonly interim: readonly { status: number; fields: Fields }[]
  readonly failure: Failure | null
  readonly attempts: number
  readonly trailers: Fields | null
  body(): string
  /** Settles at the head, or rejects where the fetch fails before. */
  readonly headed: Promise<ResponseHead>
  /** Settles when the fetch has ended or failed, with the last call. */
  readonly over: Promise<string>
}

/** @param onData runs after each piece of content has been written down */
export function recordedFetch(
  origin: Origin,
  request: OriginRequest,
  onData?: (fetch: OriginFetch) => void,
): RecordedFetch {
  const calls: string[] = []
  const interim: { status: number; fields: Fields }[] = []
  const chunks: Uint8Array[] = []
  const head = gate<ResponseHead>()
  const end = gate<string>()
  let failure: Failure | null = null
  let trailers: Fields | null = null
  let attempts = 0
  head.opened.catch(() => undefined)
  const sink: OriginSink = {
    informed(status, fields) {
      calls.push(`informed ${status}`)
      interim.push({ status, fields })
    },
    headed(received, made) {
      calls.push(`headed ${received.status}`)
      attempts = made
      head.open(received)
    },
    data(chunk) {
      if (calls.at(-1) !== 'data') calls.push('data')
      chunks.push(chunk)
      onData?.(fetch)
    },
    ended(received) {
      calls.push('ended')
      trailers = received
      end.open('ended')
    },
    failed(failed, made) {
      calls.push(`failed ${failed.kind}`)
      failure = failed
      attempts = made
      head.fail(new Error(failed.kind))
      end.open(`failed ${failed.kind}`)
    },
  }
  const fetch = origin.fetch(request, sink)
  return {
    calls,
    interim,
    get failure() {
      return failure
    },
    get attempts() {
      return attempts
    },
    get trailers() {
      return trailers
    },
    body: () => Buffer.concat(chunks).toString('latin1'),
    headed: head.opened,
    over: end.opened,
    pause: () => fetch.pause(),
    resume: () => fetch.resume(),
    abort: () => fetch.abort(),
  }
}
