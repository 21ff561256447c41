// What is remembered of one exchange: the single source of the log line, the figures and the metrics.
import type { FailureKind } from '../policy/failure.ts'
import type { Outcome } from '../policy/outcome.ts'

export interface ExchangeRecord {
  /** The route's name, or `-` where no route matched: a bounded label. */
  readonly route: string
  readonly method: string
  /** Path without its query, which may hold secrets. */
  readonly path: string
  readonly status: number
  readonly outcome: Outcome
  /** From the request's head to the end of the answer. */
  readonly totalMs: number
  /** From asking the origin to its head; null where it was not asked for this request. */
  readonly originMs: number | null
  /** Content bytes given to the client's connection. */
  readonly bytes: number
  /** Attempts at the origin; 0 where it was not asked for this request. */
  readonly attempts: number
  readonly failure: FailureKind | null
  /** whole: the client got all; broken: weir had to break the transfer off; gone: the client left. */
  readonly end: 'whole' | 'broken' | 'gone'
}

/** Takes note of each finished exchange. Called once per exchange, on the request's own tick: must be quick. */
export type Observer = (record: ExchangeRecord) => void
