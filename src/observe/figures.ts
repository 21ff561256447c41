// Running totals of what the cache did, in all and by route: plain integers, read when somebody asks.
import type { Clock } from '../base/clock.ts'
import type { Reason } from '../policy/reasons.ts'
import type { RunRecord } from '../store/run-records.ts'
import type { ExchangeRecord } from './record.ts'
import { type RouteCounts, RouteTally } from './route-tally.ts'

export interface JobCounters {
  readonly runs: number
  /** Of these, those that the origin gave no whole answer to. */
  readonly failures: number
  /** How long they took, all together. */
  readonly busyMs: number
}

/** The methods that are told apart; any other is `other`. */
export const countedMethods = [
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
  'QUERY',
  'other',
] as const

type CountedMethod = (typeof countedMethods)[number]

export class Figures {
  readonly #clock: Clock
  /** Keyed by route name, of which the configuration bounds the number. */
  #routes = new Map<string, RouteTally>()
  readonly #total: RouteTally
  readonly #methods = new Map<string, number>(countedMethods.map((method) => [method, 0]))
  readonly #ownAnswers = new Map<Reason, number>()
  readonly #jobs = new Map<string, JobCounters>()

  constructor(clock: Clock) {
    this.#clock = clock
    this.#total = new RouteTally(clock.now())
  }

  /** Names the routes there are: each has its figures from now on, and one that is gone has none any more. */
  keep(names: Iterable<string>): void {
    const kept = new Map<string, RouteTally>()
    for (const name of names) kept.set(name, this.#routes.get(name) ?? new RouteTally(this.#clock.now()))
    this.#routes = kept
  }

  count(record: ExchangeRecord): void {
    const now = this.#clock.now()
    this.#total.add(record, now)
    // A request that began before a reload may belong to a route that is gone.
    this.#routes.get(record.route)?.add(record, now)
    const method = this.#methods.has(record.method) ? record.method : 'other'
    this.#methods.set(method, (this.#methods.get(method) ?? 0) + 1)
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

  methodCount(method: CountedMethod): number {
    return this.#methods.get(method) ?? 0
  }

  /** Requests that weir answered without the origin and without the store, refusals above all, by reason. */
  get ownAnswers(): ReadonlyMap<Reason, number> {
    return this.#ownAnswers
  }

  /** Runs of jobs that have ended, by route. */
  get jobs(): ReadonlyMap<string, JobCounters> {
    return this.#jobs
  }

  get total(): RouteCounts {
    return this.#total.counts
  }

  get routes(): ReadonlyMap<string, RouteTally> {
    return this.#routes
  }
}
