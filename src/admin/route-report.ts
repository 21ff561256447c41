// One route's figures as /health/performance tells them.
import { z } from 'zod'
import type { RouteTally } from '../observe/route-tally.ts'

const quantiles = z.strictObject({ p50: z.number(), p95: z.number(), p99: z.number() })

export const routeReportSchema = z.strictObject({
  requests: z.int(),
  hits: z.int(),
  misses: z.int(),
  bypasses: z.int(),
  failures: z.int(),
  hit_rate: z.number().meta({ description: 'Per cent of the cacheable requests.' }),
  hit_ms: quantiles.nullable().meta({ description: 'Answers from memory, the last five to ten minutes.' }),
  origin_ms: quantiles
    .nullable()
    .meta({ description: "The API's time to its head, the last five to ten minutes." }),
  failures_by_class: z.record(z.string(), z.int()),
  bytes_saved: z.number(),
  origin_ms_saved: z
    .number()
    .meta({ description: 'Time the API did not have to spend, by its mean so far.' }),
  waiting: z.int().meta({ description: 'Requests that wait for a place at the API now.' }),
})

export type RouteReport = Readonly<z.output<typeof routeReportSchema>>

export function reportRoute(tally: RouteTally, waiting: number, now: number): RouteReport {
  const { requests, hits, misses, bypasses, failures, bytesSaved, originMsSaved } = tally.counts
  return {
    requests,
    hits,
    misses,
    bypasses,
    failures,
    hit_rate: hitRate(hits, misses),
    hit_ms: roundedAll(tally.hitQuantiles(now)),
    origin_ms: roundedAll(tally.originQuantiles(now)),
    failures_by_class: Object.fromEntries(tally.failures),
    bytes_saved: bytesSaved,
    origin_ms_saved: Math.round(originMsSaved),
    waiting,
  }
}

/** Per cent, to two places; 0 where nothing was cacheable. */
export function hitRate(hits: number, misses: number): number {
  return hits + misses === 0 ? 0 : rounded((100 * hits) / (hits + misses))
}

/** To two places. */
export function rounded(value: number): number {
  return Math.round(value * 100) / 100
}

function roundedAll(values: RouteReport['hit_ms']): RouteReport['hit_ms'] {
  if (values === null) return null
  const { p50, p95, p99 } = values
  return { p50: rounded(p50), p95: rounded(p95), p99: rounded(p99) }
}
