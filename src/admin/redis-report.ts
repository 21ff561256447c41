// What operators are told of Redis.
import { z } from 'zod'
import type { SharedStats } from '../store/stores.ts'

export const redisSchema = z.strictObject({
  state: z.enum(['connecting', 'up', 'down']),
  hearing: z.boolean(),
  commands: z.int(),
  latency_ms: z.number(),
  hits: z.int(),
  misses: z.int(),
  read_bytes: z.int(),
  written: z.int(),
  written_bytes: z.int(),
  queued: z.int(),
  dropped: z.int(),
  unreadable: z.int(),
  led: z.int(),
  followed: z.int(),
  invalidations_published: z.int(),
  invalidations_heard: z.int(),
  invalidations_waiting: z.int(),
  invalidation_lag_ms: z.number(),
  invalidation_lag_max_ms: z.number(),
  memory_drops: z.int(),
  errors: z.record(z.string(), z.int()),
  fallbacks: z.int(),
  own_leases: z.int(),
})

/** Times in ms; hits and misses are those of look-ups in Redis, which memory could not answer. */
export type RedisReport = z.output<typeof redisSchema>

export function reportRedis({ link, log, entries, ownLeases }: SharedStats): RedisReport {
  return {
    state: link.state,
    hearing: log.hearing,
    commands: link.commands,
    latency_ms: rounded(link.latencyMs),
    hits: entries.hits,
    misses: entries.misses,
    read_bytes: entries.readBytes,
    written: entries.written,
    written_bytes: entries.writtenBytes,
    queued: entries.queued,
    dropped: entries.dropped,
    unreadable: entries.unreadable,
    led: entries.led,
    followed: entries.followed,
    invalidations_published: log.published,
    invalidations_heard: log.heard,
    invalidations_waiting: log.waiting,
    invalidation_lag_ms: rounded(log.lagMs),
    invalidation_lag_max_ms: rounded(log.maxLagMs),
    memory_drops: log.gaps,
    errors: { ...link.errors },
    fallbacks: link.spared,
    own_leases: ownLeases,
  }
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100
}
