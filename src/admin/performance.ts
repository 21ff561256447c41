// GET /health/performance: one call for the people on call.
import { z } from 'zod'
import type { Clock } from '../base/clock.ts'
import type { Figures } from '../observe/figures.ts'
import type { Origin, OriginStats } from '../origin/port.ts'
import type { Store } from '../store/port.ts'
import type { SharedStores } from '../store/stores.ts'
import { type DatabaseHealth, databaseSchema } from './database-health.ts'
import { type RedisReport, redisSchema, reportRedis } from './redis-report.ts'
import { hitRate, reportRoute, rounded, type RouteReport, routeReportSchema } from './route-report.ts'

/** The shape of the report, for the description of the API. */
export const performanceSchema = z.strictObject({
  status: z.enum(['ok', 'degraded']),
  response_time_ms: z.number(),
  cache: z.strictObject({
    total_entries: z.int(),
    active_entries: z.int(),
    hits: z.int(),
    misses: z.int(),
    hit_rate: z.number(),
    memory_usage_estimate_mb: z.number(),
    bypasses: z.int(),
    evictions: z.int(),
  }),
  database: databaseSchema.nullable(),
  redis: redisSchema.nullable(),
  origin: z.strictObject({
    connected: z.int(),
    free: z.int(),
    pending: z.int(),
    running: z.int(),
    retries: z.record(z.string(), z.int()),
    retries_refused: z.int(),
    circuit: z.enum(['closed', 'open', 'half-open']),
  }),
  routes: z.record(z.string(), routeReportSchema),
  slowest: z.array(z.strictObject({ route: z.string(), origin_p95_ms: z.number() })),
  saved: z.strictObject({ bytes: z.number(), origin_ms: z.number() }),
  refusals: z.record(z.string(), z.int()),
  jobs: z.record(z.string(), z.strictObject({ runs: z.int(), failures: z.int(), busy_ms: z.number() })),
})

/** Names and shape are fixed: dashboards read them. Times in ms, sizes in MiB, rates in percent. */
export interface PerformanceReport {
  readonly status: 'ok' | 'degraded'
  readonly response_time_ms: number
  readonly cache: {
    readonly total_entries: number
    readonly active_entries: number
    readonly hits: number
    readonly misses: number
    readonly hit_rate: number
    readonly memory_usage_estimate_mb: number
    readonly bypasses: number
    readonly evictions: number
  }
  /** What the API's own health endpoint says of its database; null where none is configured. */
  readonly database: DatabaseHealth | null
  /** Null where no Redis is configured. */
  readonly redis: RedisReport | null
  readonly origin: Omit<OriginStats, 'retriesRefused'> & { readonly retries_refused: number }
  readonly routes: Readonly<Record<string, RouteReport>>
  /** The routes on which the API takes longest now, the slowest first. */
  readonly slowest: readonly { readonly route: string; readonly origin_p95_ms: number }[]
  readonly saved: { readonly bytes: number; readonly origin_ms: number }
  /** Answers that weir gave by itself, by reason: what it refused, replayed, or summed up. */
  readonly refusals: Readonly<Record<string, number>>
  /** Runs of jobs that have ended, by route. */
  readonly jobs: Readonly<Record<string, { runs: number; failures: number; busy_ms: number }>>
}

export interface PerformanceSources {
  readonly clock: Clock
  readonly store: Store
  readonly figures: Figures
  readonly origin: Origin
  readonly database: () => Promise<DatabaseHealth | null>
  /** Null: nothing is shared with other processes. */
  readonly shared: Pick<SharedStores, 'stats'> | null
  /** Requests of a route that wait for a place at the API. */
  readonly waiting: (route: string) => number
}

const MIB = 1024 * 1024

export async function reportPerformance({
  clock,
  store,
  figures,
  origin,
  database,
  shared,
  waiting,
}: PerformanceSources): Promise<PerformanceReport> {
  const startedAt = clock.now()
  const health = await database()
  const { entries, fresh, bytes, evictions } = store.stats(clock.now())
  const { hits, misses, bypasses, bytesSaved } = figures.total
  const { retriesRefused, ...originStats } = origin.stats()
  const now = clock.now()
  const routes = Array.from(
    figures.routes,
    ([name, tally]) => [name, reportRoute(tally, waiting(name), now)] as const,
  )
  return {
    status: health === null || health.status === 'healthy' ? 'ok' : 'degraded',
    response_time_ms: rounded(clock.now() - startedAt),
    cache: {
      total_entries: entries,
      active_entries: fresh,
      hits,
      misses,
      hit_rate: hitRate(hits, misses),
      memory_usage_estimate_mb: rounded(bytes / MIB),
      bypasses,
      evictions,
    },
    database: health,
    redis: shared === null ? null : reportRedis(shared.stats()),
    origin: { ...originStats, retries_refused: retriesRefused },
    routes: Object.fromEntries(routes),
    slowest: slowest(routes),
    saved: {
      bytes: bytesSaved,
      origin_ms: routes.reduce((sum, [, { origin_ms_saved }]) => sum + origin_ms_saved, 0),
    },
    refusals: Object.fromEntries(figures.ownAnswers),
    jobs: Object.fromEntries(
      Array.from(figures.jobs, ([name, { runs, failures, busyMs }]) => [
        name,
        { runs, failures, busy_ms: rounded(busyMs) },
      ]),
    ),
  }
}

const SHOWN_SLOWEST = 5

function slowest(
  routes: readonly (readonly [name: string, report: RouteReport])[],
): PerformanceReport['slowest'] {
  return routes
    .flatMap(([route, { origin_ms }]) =>
      origin_ms === null ? [] : [{ route, origin_p95_ms: origin_ms.p95 }],
    )
    .sort((a, b) => b.origin_p95_ms - a.origin_p95_ms)
    .slice(0, SHOWN_SLOWEST)
}
