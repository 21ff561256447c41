// The origin port: one fetch with its attempts and deadlines, told to a sink as it happens.
import type { Readable } from 'node:stream'
import type { Fields } from '../http/fields.ts'
import type { ResponseHead } from '../http/message.ts'
import type { Failure } from '../policy/failure.ts'
import type { RetryCondition, RetryPolicy, TimeoutsPolicy } from '../policy/route-policy.ts'
import type { BreakerState } from '../resilience/breaker.ts'

export interface OriginRequest {
  readonly method: string
  /** Path and query in origin-form (RFC 9112 §3.2.1). */
  readonly target: string
  /** End-to-end fields as name, value, name, value …, Host included; Content-Length, Transfer-Encoding and Expect left out. */
  readonly fields: readonly string[]
  readonly body: RequestContent | null
  readonly timeouts: TimeoutsPolicy
  readonly retry: RetryPolicy
  /** True where a repeated request has the effect of one (RFC 9110 §9.2.2, or an accepted Idempotency-Key). */
  readonly idempotent: boolean
}

/** Content that is held can be sent again; a stream is sent once. */
export type RequestContent =
  | { readonly kind: 'held'; readonly content: Uint8Array }
  /**
   * `bytes` is what Content-Length said, null for a chunked stream. Beyond `limitBytes` (null: no limit), and where the
   * stream breaks off, the fetch fails on the client's side and the origin never sees a complete request. The
   * stream itself is not destroyed: its connection may still carry an answer.
   */
  | {
      readonly kind: 'stream'
      readonly stream: Readable
      readonly bytes: number | null
      readonly limitBytes: number | null
    }

/**
 * What a fetch tells, in this order: `informed` any number of times; then `headed`, `data` any number of
 * times and `ended`. `failed` comes instead of what is left, once. Nothing comes after `ended`, `failed` or
 * an abort. No call is made before `fetch` has returned, nor from within `resume`.
 */
export interface OriginSink {
  informed(status: number, fields: Fields): void
  headed(head: ResponseHead, attempts: number): void
  data(chunk: Uint8Array): void
  ended(trailers: Fields): void
  failed(failure: Failure, attempts: number): void
}

export interface OriginFetch {
  /** Stops reading from the origin until `resume`; the idle deadline rests meanwhile. */
  pause(): void
  resume(): void
  /** Ends the fetch and its connection; the sink hears nothing more. */
  abort(): void
}

export interface Origin {
  fetch(request: OriginRequest, sink: OriginSink): OriginFetch
  /** Connections and requests at this moment. */
  stats(): OriginStats
  /** Lets what runs finish, then closes. */
  close(): Promise<void>
  /** Ends everything at once. */
  destroy(): Promise<void>
}

export interface OriginStats {
  readonly connected: number
  readonly free: number
  readonly pending: number
  readonly running: number
  /** Attempts after the first so far, by what made them necessary. */
  readonly retries: Readonly<Record<RetryCondition, number>>
  /** Retries that the budget did not allow. */
  readonly retriesRefused: number
  /** Whether the origin is asked at all; the best state of its members. */
  readonly circuit: BreakerState
}
