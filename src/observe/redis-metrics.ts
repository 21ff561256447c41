// The metrics of Redis, where one is configured.
import type { Registry } from 'prom-client'
import type { SharedStats } from '../store/stores.ts'
import { counter, gauge, type Sample } from './series.ts'

/** Names are fixed: alerts and dashboards read them. */
export function registerRedisMetrics(registry: Registry, stats: () => SharedStats): void {
  const one =
    (value: (stats: SharedStats) => number | boolean): (() => Sample[]) =>
    () => [[{}, Number(value(stats()))]]
  const by =
    (label: string, values: (stats: SharedStats) => Readonly<Record<string, number>>): (() => Sample[]) =>
    () =>
      Object.entries(values(stats())).map(([name, value]) => [{ [label]: name }, value])

  gauge(
    registry,
    { name: 'weir_redis_up', help: '1: Redis is used; 0: the breaker keeps requests from it.' },
    one(({ link }) => link.state === 'up'),
  )
  gauge(
    registry,
    { name: 'weir_redis_hearing', help: '1: invalidations of others are heard.' },
    one(({ log }) => log.hearing),
  )
  gauge(
    registry,
    { name: 'weir_redis_latency_seconds', help: 'Moving average of the time that Redis takes to reply.' },
    one(({ link }) => link.latencyMs / 1000),
  )
  counter(
    registry,
    { name: 'weir_redis_lookups_total', help: 'Look-ups in Redis, by what they found.', labels: ['result'] },
    by('result', ({ entries: { hits, misses, unreadable } }) => ({ hit: hits, miss: misses, unreadable })),
  )
  counter(
    registry,
    {
      name: 'weir_redis_bytes_total',
      help: 'Bytes of stored responses, by direction.',
      labels: ['direction'],
    },
    by('direction', ({ entries }) => ({ read: entries.readBytes, written: entries.writtenBytes })),
  )
  counter(
    registry,
    { name: 'weir_redis_errors_total', help: 'Commands that failed, by kind.', labels: ['kind'] },
    by('kind', ({ link }) => link.errors),
  )
  counter(
    registry,
    {
      name: 'weir_redis_fallbacks_total',
      help: 'What was done without Redis: commands that the breaker spared, leases, writes that were dropped.',
      labels: ['what'],
    },
    by('what', ({ link, ownLeases, entries }) => ({
      command: link.spared,
      lease: ownLeases,
      write: entries.dropped,
    })),
  )
  counter(
    registry,
    {
      name: 'weir_redis_invalidations_total',
      help: 'Invalidations told to the fleet and heard of.',
      labels: ['direction'],
    },
    by('direction', ({ log }) => ({ published: log.published, heard: log.heard })),
  )
  gauge(
    registry,
    {
      name: 'weir_redis_invalidation_lag_seconds',
      help: 'From the last publication that was heard to its effect.',
    },
    one(({ log }) => log.lagMs / 1000),
  )
}
