// What is remembered of one exchange: the single source of the log line, the figures and the metrics.
import type { FailureKind } from '../policy/failure.ts'
import type { Outcome } from '../policy/outcome.ts'
import type { Trace } from './trace.ts'

export interface ExchangeRecord {
  /** The route's name, or `-` where no route matched: a bounded label. */
  readonly route: string
  readonly method: string
  readonly path: string
  /** With its '?', or ''; it may hold secrets. */
  readonly query: string
  readonly trace: Trace
  readonly status: number
  readonly outcome: Outcome
  /** From the request's head to the end of the answer. */
  readonly totalMs: number
  /** From the request's head to the head of the answer; null where none went out. */
  readonly headMs: number | null
  /** How long it waited for a place at the origin. */
  readonly queuedMs: number
  /** From asking the origin to its head; null where it was not asked for this request. */
  readonly originMs: number | null
  /** Content bytes given to the client's connection. */
  readonly bytes: number
  /** Attempts at the origin; 0 where it was not asked for this request. */
  readonly attempts: number
  readonly failure: FailureKind | null
  /** The condition's name by the route's `classify`, else what failed; null where nothing did. A bounded label. */
  readonly failureClass: string | null
  /** whole: the client got all; broken: weir had to break the transfer off; gone: the client left. */
  readonly end: 'whole' | 'broken' | 'gone'
}

/** Takes note of each finished exchange. Called once per exchange, on the request's own tick: must be quick. */
export type Observer = (record: ExchangeRecord) => void
