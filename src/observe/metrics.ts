// The metrics: every series that there will ever be is there from the start, whatever the traffic.
import { Registry } from 'prom-client'
import type { OriginStats } from '../origin/port.ts'
import { type Reason, reasons } from '../policy/reasons.ts'
import type { StoreStats } from '../store/port.ts'
import { countedMethods, type Figures } from './figures.ts'
import type { Histogram } from './histogram.ts'
import { outcomes, plainFailures, type RouteTally, sources, statusClasses } from './route-tally.ts'
import { counter, gauge, histogram, type Labels, type Sample } from './series.ts'

/** What the metrics are gathered from; asked at each scrape. */
export interface MetricSources {
  readonly figures: Figures
  readonly store: () => StoreStats
  readonly maxBytes: () => number
  readonly origin: () => OriginStats
  /** Keys with a fetch under way that others can join. */
  readonly flights: () => number
  readonly queues: () => Iterable<RouteQueue>
  /** The names that `classify` gives, by route. */
  readonly classes: () => Iterable<readonly [route: string, names: readonly string[]]>
  readonly reloads: () => ReloadCounts
}

export interface RouteQueue {
  readonly route: string
  readonly active: number
  readonly waiting: number
}

export interface ReloadCounts {
  readonly applied: number
  readonly refused: number
}

/** Registers all of weir's metrics. Names are fixed: alerts and dashboards read them. */
export function registerMetrics(registry: Registry, sources: MetricSources): void {
  registerRequests(registry, sources.figures)
  registerFailures(registry, sources)
  registerCache(registry, sources)
  registerOrigin(registry, sources)
  registerJobs(registry, sources.figures)
  counter(
    registry,
    { name: 'weir_config_reloads_total', help: 'Reloads of the configuration.', labels: ['result'] },
    () => Object.entries(sources.reloads()).map(([result, count]) => [{ result }, count] as const),
  )
}

function registerRequests(registry: Registry, figures: Figures): void {
  const each = (samples: (tally: RouteTally, labels: Labels) => Iterable<Sample>) => (): Sample[] =>
    Array.from(figures.routes).flatMap(([route, tally]) => [...samples(tally, { route })])
  const spread =
    (histograms: (tally: RouteTally, labels: Labels) => readonly (readonly [Labels, Histogram])[]) => () =>
      Array.from(figures.routes).flatMap(([route, tally]) => [...histograms(tally, { route })])

  counter(
    registry,
    {
      name: 'weir_requests_total',
      help: 'Requests, by how they were answered.',
      labels: ['route', 'cache', 'status'],
    },
    each((tally, labels) =>
      outcomes.flatMap((cache, row) =>
        statusClasses.map(
          (status, column) => [{ ...labels, cache, status }, tally.answersOf(row, column)] as const,
        ),
      ),
    ),
  )
  counter(
    registry,
    { name: 'weir_requests_by_method_total', help: 'Requests, by method.', labels: ['method'] },
    () => countedMethods.map((method) => [{ method }, figures.methodCount(method)] as const),
  )
  counter(
    registry,
    {
      name: 'weir_coalesced_total',
      help: 'Requests that led a shared fetch, and that followed one.',
      labels: ['route', 'role'],
    },
    each(({ counts }, labels) => [
      [{ ...labels, role: 'leader' }, counts.leaders],
      [{ ...labels, role: 'follower' }, counts.followers],
    ]),
  )
  counter(
    registry,
    { name: 'weir_response_bytes_total', help: 'Content given to clients.', labels: ['route'] },
    each(({ counts }, labels) => [[labels, counts.bytes]]),
  )
  counter(
    registry,
    { name: 'weir_saved_bytes_total', help: 'Content that the API did not have to send.', labels: ['route'] },
    each(({ counts }, labels) => [[labels, counts.bytesSaved]]),
  )
  counter(
    registry,
    {
      name: 'weir_saved_origin_seconds_total',
      help: 'Time the API did not have to spend (estimated).',
      labels: ['route'],
    },
    each(({ counts }, labels) => [[labels, counts.originMsSaved / 1000]]),
  )
  histogram(
    registry,
    { name: 'weir_request_duration_seconds', help: 'From the head of a request to the end of its answer.' },
    spread((tally, labels) => sources.map((from) => [{ ...labels, from }, tally.durations[from]] as const)),
  )
  histogram(
    registry,
    { name: 'weir_first_byte_seconds', help: 'From the head of a request to the head of its answer.' },
    spread((tally, labels) => [[labels, tally.firstByte]]),
  )
  histogram(
    registry,
    { name: 'weir_origin_duration_seconds', help: 'From asking the API to the head of its answer.' },
    spread((tally, labels) => [[labels, tally.originDuration]]),
  )
}

function registerFailures(registry: Registry, { figures, classes }: MetricSources): void {
  counter(
    registry,
    {
      name: 'weir_failures_total',
      help: 'What failed, by RFC 9209 or by the names of classify.',
      labels: ['route', 'class'],
    },
    () => {
      const named = new Map(classes())
      return Array.from(figures.routes).flatMap(([route, tally]) =>
        [...new Set([...plainFailures, ...(named.get(route) ?? [])])].map(
          (name) => [{ route, class: name }, tally.failuresOf(name)] as const,
        ),
      )
    },
  )
  counter(
    registry,
    {
      name: 'weir_own_answers_total',
      help: 'Answers of weir itself, refusals above all.',
      labels: ['reason'],
    },
    () =>
      (Object.keys(reasons) as Reason[]).map(
        (reason) => [{ reason }, figures.ownAnswers.get(reason) ?? 0] as const,
      ),
  )
}

function registerCache(registry: Registry, { store, maxBytes, flights }: MetricSources): void {
  const one = (value: () => number) => (): Sample[] => [[{}, value()]]
  gauge(
    registry,
    { name: 'weir_cache_entries', help: 'Stored responses.' },
    one(() => store().entries),
  )
  gauge(
    registry,
    { name: 'weir_cache_fresh_entries', help: 'Of these, fresh ones.' },
    one(() => store().fresh),
  )
  gauge(
    registry,
    { name: 'weir_cache_bytes', help: 'Memory they take (estimated).' },
    one(() => store().bytes),
  )
  gauge(registry, { name: 'weir_cache_max_bytes', help: 'Memory they may take.' }, one(maxBytes))
  gauge(
    registry,
    { name: 'weir_flights', help: 'Keys with a fetch under way that others can join.' },
    one(flights),
  )
  counter(
    registry,
    {
      name: 'weir_cache_removals_total',
      help: 'Stored responses removed, by what removed them.',
      labels: ['cause'],
    },
    () => Object.entries(store().removals).map(([cause, count]) => [{ cause }, count] as const),
  )
}

const circuitStates = ['closed', 'half-open', 'open'] as const

function registerOrigin(registry: Registry, { origin, queues }: MetricSources): void {
  gauge(
    registry,
    { name: 'weir_origin_connections', help: 'Connections to the API.', labels: ['state'] },
    () => {
      const { connected, free, running } = origin()
      return [
        [{ state: 'connected' }, connected],
        [{ state: 'free' }, free],
        [{ state: 'running' }, running],
      ]
    },
  )
  gauge(registry, { name: 'weir_origin_pending', help: 'Requests that wait for a connection.' }, () => [
    [{}, origin().pending],
  ])
  counter(
    registry,
    {
      name: 'weir_origin_retries_total',
      help: 'Repeated attempts, by what made them necessary.',
      labels: ['reason'],
    },
    () => Object.entries(origin().retries).map(([reason, count]) => [{ reason }, count] as const),
  )
  counter(
    registry,
    { name: 'weir_origin_retries_refused_total', help: 'Retries that the budget did not allow.' },
    () => [[{}, origin().retriesRefused]],
  )
  gauge(
    registry,
    {
      name: 'weir_origin_circuit',
      help: 'Whether the API is asked at all: 1 at its state.',
      labels: ['state'],
    },
    () => circuitStates.map((state) => [{ state }, origin().circuit === state ? 1 : 0] as const),
  )
  gauge(
    registry,
    {
      name: 'weir_route_queue',
      help: 'Requests at the API, and waiting for a place.',
      labels: ['route', 'state'],
    },
    () =>
      Array.from(queues()).flatMap(({ route, active, waiting }): Sample[] => [
        [{ route, state: 'active' }, active],
        [{ route, state: 'waiting' }, waiting],
      ]),
  )
}

function registerJobs(registry: Registry, figures: Figures): void {
  const jobs = (value: (job: { runs: number; failures: number; busyMs: number }) => number) => (): Sample[] =>
    Array.from(figures.jobs, ([route, job]) => [{ route }, value(job)] as const)
  const labels = ['route']
  counter(
    registry,
    { name: 'weir_job_runs_total', help: 'Runs of jobs that have ended.', labels },
    jobs(({ runs }) => runs),
  )
  counter(
    registry,
    { name: 'weir_job_failures_total', help: 'Of these, those without a whole answer.', labels },
    jobs(({ failures }) => failures),
  )
  counter(
    registry,
    { name: 'weir_job_busy_seconds_total', help: 'How long they took, all together.', labels },
    jobs(({ busyMs }) => busyMs / 1000),
  )
}
