// GET /health/performance: one call for the people on call.
import { z } from 'zod'
import type { Clock } from '../base/clock.ts'
import type { Figures, RouteFigures } from '../observe/figures.ts'
import type { Origin, OriginStats } from '../origin/port.ts'
import type { Store } from '../store/port.ts'
import { type DatabaseHealth, databaseSchema } from './database-health.ts'

const route = z.strictObject({
  requests: z.int(),
  hits: z.int(),
  misses: z.int(),
  bypasses: z.int(),
  failures: z.int(),
})

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
  origin: z.strictObject({ connected: z.int(), free: z.int(), pending: z.int(), running: z.int() }),
  routes: z.record(z.string(), route),
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
  readonly origin: OriginStats
  readonly routes: Readonly<Record<string, RouteFigures>>
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
}

const MIB = 1024 * 1024

export async function reportPerformance({
  clock,
  store,
  figures,
  origin,
  database,
}: PerformanceSources): Promise<PerformanceReport> {
  const startedAt = clock.now()
  const health = await database()
  const { entries, fresh, bytes, evictions } = store.stats(clock.now())
  const { hits, misses, bypasses } = figures.total
  return {
    status: health === null || health.status === 'healthy' ? 'ok' : 'degraded',
    response_time_ms: rounded(clock.now() - startedAt),
    cache: {
      total_entries: entries,
      active_entries: fresh,
      hits,
      misses,
      hit_rate: hits + misses === 0 ? 0 : rounded((100 * hits) / (hits + misses)),
      memory_usage_estimate_mb: rounded(bytes / MIB),
      bypasses,
      evictions,
    },
    database: health,
    origin: origin.stats(),
    routes: Object.fromEntries(figures.routes),
    refusals: Object.fromEntries(figures.ownAnswers),
    jobs: Object.fromEntries(
      Array.from(figures.jobs, ([name, { runs, failures, busyMs }]) => [
        name,
        { runs, failures, busy_ms: rounded(busyMs) },
      ]),
    ),
  }
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100
}
