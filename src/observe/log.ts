// The log: one JSON line for each thing worth knowing, to standard output.
import { type DestinationStream, type Logger, pino } from 'pino'
import type { ExchangeRecord, Observer } from './record.ts'

export interface LogOptions {
  readonly level: string
  /** problems: every answer that is not a plain hit. */
  readonly requests: 'problems' | 'all' | 'none'
  /** Share (0..1) of those lines that is written. */
  readonly sample: number
}

export type Log = Logger

/** Lines are gathered and written in pieces; `flush` before the process ends. */
export function createLog(level: string, destination: DestinationStream): Log {
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, destination)
}

/** Writes a line for each exchange that the options ask for. */
export function requestLog(log: Log, { requests, sample }: LogOptions, random: () => number): Observer {
  if (requests === 'none') return () => undefined
  return (record) => {
    if (requests === 'problems' && isPlainHit(record)) return
    if (sample < 1 && random() >= sample) return
    log[levelOf(record)](lineOf(record), 'request')
  }
}

function isPlainHit({ outcome, end }: ExchangeRecord): boolean {
  return outcome.cache === 'HIT' && end === 'whole'
}

function levelOf({ status, end }: ExchangeRecord): 'info' | 'warn' {
  return status >= 500 || end === 'broken' ? 'warn' : 'info'
}

function lineOf({ outcome, totalMs, originMs, ...rest }: ExchangeRecord): object {
  return {
    ...rest,
    cache: outcome.cache,
    reason: outcome.reason,
    totalMs: rounded(totalMs),
    originMs: originMs === null ? null : rounded(originMs),
  }
}

function rounded(ms: number): number {
  return Math.round(ms * 10) / 10
}
