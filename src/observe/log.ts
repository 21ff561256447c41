// The log: one JSON line for each thing worth knowing, to standard output.
import { type DestinationStream, type Logger, pino } from 'pino'
import { queryRedactor } from './redact.ts'
import type { ExchangeRecord, Observer } from './record.ts'

export interface LogOptions {
  readonly level: string
  /** problems: every answer that is not a plain hit. */
  readonly requests: 'problems' | 'all' | 'none'
  /** Share (0..1) of those lines that is written. */
  readonly sample: number
  /** Names of query parameters, or beginnings followed by `*`, whose values are not written. */
  readonly secrets: readonly string[]
}

export type Log = Logger

/** Lines are gathered and written in pieces; `flush` before the process ends. */
export function createLog(level: string, destination: DestinationStream): Log {
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, destination)
}

/** Writes a line for each exchange that the options ask for. */
export function requestLog(log: Log, options: LogOptions, random: () => number): Observer {
  const { requests, sample, secrets } = options
  if (requests === 'none') return () => undefined
  const redact = queryRedactor(secrets)
  return (record) => {
    if (requests === 'problems' && isPlainHit(record)) return
    if (sample < 1 && random() >= sample) return
    log[levelOf(record)](lineOf(record, redact), 'request')
  }
}

function isPlainHit({ outcome, end }: ExchangeRecord): boolean {
  return outcome.cache === 'HIT' && end === 'whole'
}

function levelOf({ status, end }: ExchangeRecord): 'info' | 'warn' {
  return status >= 500 || end === 'broken' ? 'warn' : 'info'
}

/** One line that says where the time went: headMs of totalMs until the answer began, of which queuedMs and originMs. */
function lineOf(record: ExchangeRecord, redact: (query: string) => string): object {
  const { outcome, trace, query, totalMs, headMs, originMs, queuedMs, ...rest } = record
  return {
    requestId: trace.requestId,
    traceId: trace.traceId,
    ...rest,
    query: redact(query),
    cache: outcome.cache,
    reason: outcome.reason,
    totalMs: rounded(totalMs),
    headMs: headMs === null ? null : rounded(headMs),
    queuedMs: rounded(queuedMs),
    originMs: originMs === null ? null : rounded(originMs),
  }
}

function rounded(ms: number): number {
  return Math.round(ms * 10) / 10
}
