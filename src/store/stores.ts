// All that weir stores, in this process alone or with Redis behind it.
import type { Clock } from '../base/clock.ts'
import type { RedisConfig } from '../config/model.ts'
import type { Invalidation } from '../policy/invalidation.ts'
import { FallbackLeases } from './fallback-leases.ts'
import { withOwnReplays, withOwnRunRecords } from './fallback-records.ts'
import type { Leases } from './lease.ts'
import { createMemoryLeases } from './memory-lease.ts'
import { createMemoryReplays } from './memory-replays.ts'
import { createMemoryRunRecords } from './memory-run-records.ts'
import { createMemoryStore, type MemoryOptions, type MemoryStore } from './memory.ts'
import type { Store } from './port.ts'
import { type FleetStats, joinFleet } from './redis/fleet.ts'
import type { LinkError, LinkState } from './redis/link.ts'
import type { Replays } from './replays.ts'
import type { RunRecords } from './run-records.ts'
import { createTieredStore } from './tiered.ts'

export interface StoresOptions extends MemoryOptions {
  readonly clock: Clock
  /** Null: nothing is shared. */
  readonly redis: RedisConfig | null
  /** Needed with Redis: whoever has the same reads the same. */
  readonly secret: string | null
  readonly onRedis: (state: LinkState, error: LinkError | null) => void
  /** Another process made something invalid: fetches under way have to hear of it before the store is swept. */
  readonly onInvalidated: (by: Invalidation) => void
}

export interface Stores {
  /** What this process holds in memory; the same as `store` where nothing is shared. */
  readonly near: MemoryStore
  readonly store: Store
  readonly leases: Leases
  readonly replays: Replays
  readonly runs: RunRecords
  readonly shared: SharedStores | null
}

export interface SharedStores {
  readonly joined: Promise<void>
  stats(): SharedStats
  finish(): Promise<void>
  close(): void
}

export interface SharedStats extends FleetStats {
  /** Leases that were taken without Redis. */
  readonly ownLeases: number
}

/** What answers to idempotent writes may take, all together. */
const REPLAY_BYTES = 64 * 1024 * 1024

export function openStores(options: StoresOptions): Stores {
  const { clock, redis, secret } = options
  const near = createMemoryStore(options)
  const leases = createMemoryLeases(clock)
  const replays = createMemoryReplays(clock, REPLAY_BYTES)
  const runs = createMemoryRunRecords()
  if (redis === null || secret === null) return { near, store: near, leases, replays, runs, shared: null }
  const invalidate = (by: Invalidation, soft: boolean): void => {
    options.onInvalidated(by)
    near.invalidate(by, soft)
  }
  const fleet = joinFleet({
    config: redis,
    secret,
    clock,
    maxEntryBytes: options.maxEntryBytes,
    onState: options.onRedis,
    onInvalidated: invalidate,
    onGap: () => invalidate({ uris: new Set(), tags: new Set(), paths: () => true }, false),
  })
  const held = new FallbackLeases(fleet.leases, leases, clock)
  fleet.onUp(() => void held.catchUp())
  return {
    near,
    store: createTieredStore(near, fleet.tier, redis.cutOffTtlMs),
    leases: held,
    replays: withOwnReplays(fleet.replays, replays),
    runs: withOwnRunRecords(fleet.runs, runs),
    shared: {
      joined: fleet.joined,
      stats: () => ({ ...fleet.stats(), ownLeases: held.fallbacks }),
      finish: () => fleet.finish(),
      close: () => fleet.close(),
    },
  }
}
