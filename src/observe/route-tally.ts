// What happened on one route: plain numbers, changed on each request and gathered when somebody asks.
import { failureKinds } from '../policy/failure.ts'
import { Histogram } from './histogram.ts'
import { type Quantiles, RecentQuantiles } from './recent-quantiles.ts'
import type { ExchangeRecord } from './record.ts'

export const outcomes = ['HIT', 'STALE', 'COLLAPSED', 'REVALIDATED', 'MISS', 'BYPASS'] as const
/** `none`: the client left before it was answered. */
export const statusClasses = ['2xx', '3xx', '4xx', '5xx', 'none'] as const
/** store: from memory; origin: the origin was asked, for this request or for one that it shared; weir: by itself. */
export const sources = ['store', 'origin', 'weir'] as const
/** What failed where no `classify` rule of the route names it. */
export const plainFailures = [...failureKinds, 'status_5xx', 'transfer_broken'] as const

export type Source = (typeof sources)[number]

/** Running totals; see RouteTally. */
export interface RouteCounts {
  readonly requests: number
  /** Answered without a request of their own to the origin: HIT, STALE and COLLAPSED. */
  readonly hits: number
  /** Cacheable, and the origin was asked: MISS and REVALIDATED. */
  readonly misses: number
  /** Not for the cache: BYPASS. */
  readonly bypasses: number
  /** Answers with a status of 500 or more, and transfers broken off. */
  readonly failures: number
  readonly bytes: number
  /** Bytes of answers that the origin did not have to send. */
  readonly bytesSaved: number
  /** Time that the origin did not have to spend, as its mean so far says. */
  readonly originMsSaved: number
  /** Flights, and those who shared one. */
  readonly leaders: number
  readonly followers: number
}

export class RouteTally {
  readonly counts: { -readonly [Name in keyof RouteCounts]: number } = {
    requests: 0,
    hits: 0,
    misses: 0,
    bypasses: 0,
    failures: 0,
    bytes: 0,
    bytesSaved: 0,
    originMsSaved: 0,
    leaders: 0,
    followers: 0,
  }
  readonly durations: Readonly<Record<Source, Histogram>> = {
    store: new Histogram(),
    origin: new Histogram(),
    weir: new Histogram(),
  }
  readonly originDuration = new Histogram()
  readonly firstByte = new Histogram()
  readonly #answers = new Float64Array(outcomes.length * statusClasses.length)
  readonly #failures = new Map<string, number>()
  readonly #hitMs: RecentQuantiles
  readonly #originMs: RecentQuantiles
  #originMsSum = 0
  #originAsked = 0

  constructor(now: number) {
    this.#hitMs = new RecentQuantiles(now)
    this.#originMs = new RecentQuantiles(now)
  }

  add(record: ExchangeRecord, now: number): void {
    const { outcome, status, bytes, totalMs, headMs, originMs, failureClass, end } = record
    const { counts } = this
    const source = sourceOf(record)
    counts.requests++
    counts.bytes += bytes
    if (outcome.cache === 'BYPASS') counts.bypasses++
    else if (outcome.cache === 'MISS' || outcome.cache === 'REVALIDATED') counts.misses++
    else this.#addHit(bytes)
    if (outcome.collapsed) counts.followers++
    else if (outcome.forwarded !== null && outcome.cache !== 'BYPASS') counts.leaders++
    if (status >= 500 || end === 'broken') counts.failures++
    if (failureClass !== null) this.#failures.set(failureClass, this.failuresOf(failureClass) + 1)
    const cell = outcomes.indexOf(outcome.cache) * statusClasses.length + statusIndex(status)
    this.#answers[cell] = (this.#answers[cell] as number) + 1
    this.durations[source].add(totalMs / 1000)
    if (headMs !== null) this.firstByte.add(headMs / 1000)
    if (source === 'store') this.#hitMs.add(totalMs, now)
    if (originMs !== null) this.#addOrigin(originMs, now)
  }

  /** How many answers had this outcome and class of status. */
  answersOf(outcome: number, statusClass: number): number {
    return this.#answers[outcome * statusClasses.length + statusClass] as number
  }

  failuresOf(failureClass: string): number {
    return this.#failures.get(failureClass) ?? 0
  }

  /** By class, those that occurred. */
  get failures(): ReadonlyMap<string, number> {
    return this.#failures
  }

  hitQuantiles(now: number): Quantiles | null {
    return this.#hitMs.quantiles(now)
  }

  originQuantiles(now: number): Quantiles | null {
    return this.#originMs.quantiles(now)
  }

  #addHit(bytes: number): void {
    this.counts.hits++
    this.counts.bytesSaved += bytes
    if (this.#originAsked > 0) this.counts.originMsSaved += this.#originMsSum / this.#originAsked
  }

  #addOrigin(originMs: number, now: number): void {
    this.#originMsSum += originMs
    this.#originAsked++
    this.originDuration.add(originMs / 1000)
    this.#originMs.add(originMs, now)
  }
}

function sourceOf({ outcome, originMs }: ExchangeRecord): Source {
  if (originMs !== null || outcome.forwarded !== null || outcome.collapsed) return 'origin'
  return outcome.cache === 'BYPASS' ? 'weir' : 'store'
}

function statusIndex(status: number): number {
  return status < 200 || status > 599 ? 4 : Math.floor(status / 100) - 2
}
