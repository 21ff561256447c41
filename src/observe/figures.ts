// Running totals of what the cache did, in all and by route: plain integers, read when somebody asks.
import type { Reason } from '../policy/reasons.ts'
import type { RunRecord } from '../store/run-records.ts'
import type { ExchangeRecord } from './record.ts'

export interface RouteFigures {
  readonly requests: number
  /** Answered without a request of their own to the origin: HIT, STALE and COLLAPSED. */
  readonly hits: number
  /** Cacheable, and the origin was asked: MISS and REVALIDATED. */
  readonly misses: number
  /** Not for the cache: BYPASS. */
  readonly bypasses: number
  /** Answers with a status of 500 or more, and transfers broken off. */
  readonly failures: number
}

export interface JobCounters {
  readonly runs: number
  /** Of these, those that the origin gave no whole answer to. */
  readonly failures: number
  /** How long they took, all together. */
  readonly busyMs: number
}

type Counters = { -readonly [Name in keyof RouteFigures]: number }

export class Figures {
  readonly #total: Counters = zero()
  /** Keyed by route name, of which the configuration bounds the number. */
  readonly #routes = new Map<string, Counters>()
  readonly #ownAnswers = new Map<Reason, number>()
  readonly #jobs = new Map<string, JobCounters>()

  count(record: ExchangeRecord): void {
    add(this.#total, record)
    let route = this.#routes.get(record.route)
    if (route === undefined) this.#routes.set(record.route, (route = zero()))
    add(route, record)
    const { cache, forwarded, reason } = record.outcome
    if (cache === 'BYPASS' && forwarded === null)
      this.#ownAnswers.set(reason, (this.#ownAnswers.get(reason) ?? 0) + 1)
  }

  countRun({ route, state, durationMs }: RunRecord): void {
    const { runs, failures, busyMs } = this.#jobs.get(route) ?? { runs: 0, failures: 0, busyMs: 0 }
    const failed = state === 'answered' ? 0 : 1
    this.#jobs.set(route, {
      runs: runs + 1,
      failures: failures + failed,
      busyMs: busyMs + (durationMs ?? 0),
    })
  }

  /** Requests that weir answered without the origin and without the store, refusals above all, by reason. */
  get ownAnswers(): ReadonlyMap<Reason, number> {
    return this.#ownAnswers
  }

  /** Runs of jobs that have ended, by route. */
  get jobs(): ReadonlyMap<string, JobCounters> {
    return this.#jobs
  }

  get total(): RouteFigures {
    return this.#total
  }

  get routes(): ReadonlyMap<string, RouteFigures> {
    return this.#routes
  }
}

function add(counters: Counters, { outcome, status, end }: ExchangeRecord): void {
  counters.requests++
  switch (outcome.cache) {
    case 'HIT':
    case 'STALE':
    case 'COLLAPSED':
      counters.hits++
      break
    case 'MISS':
    case 'REVALIDATED':
      counters.misses++
      break
    case 'BYPASS':
      counters.bypasses++
  }
  if (status >= 500 || end === 'broken') counters.failures++
}

function zero(): Counters {
  return { requests: 0, hits: 0, misses: 0, bypasses: 0, failures: 0 }
}
