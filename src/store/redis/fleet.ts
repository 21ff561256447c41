// Everything that weir keeps in Redis, on two connections: one for commands, one to hear on.
import { randomBytes } from 'node:crypto'
import type { Clock } from '../../base/clock.ts'
import type { RedisConfig } from '../../config/model.ts'
import type { Invalidation } from '../../policy/invalidation.ts'
import type { SharedRunRecords } from '../fallback-records.ts'
import type { Replays } from '../replays.ts'
import type { SharedTier } from '../tiered.ts'
import { atomsOf, everything } from './atoms.ts'
import { connect, subscribe } from './client.ts'
import { type EntriesStats, RedisEntries } from './entries.ts'
import { FleetLog, type FleetLogStats } from './fleet-log.ts'
import { createRedisLeases, type RedisLeases } from './leases.ts'
import { type LinkError, RedisLink, type LinkState, type LinkStats } from './link.ts'
import { Names } from './names.ts'
import { createRedisReplays } from './replays.ts'
import { createRedisRunRecords } from './run-records.ts'
import { Seal } from './seal.ts'
import { Wakes } from './wakes.ts'

export interface FleetOptions {
  readonly config: RedisConfig
  readonly secret: string
  readonly maxEntryBytes: number
  readonly clock: Clock
  /** What leases are waited for by, where that is another clock. */
  readonly waitBy?: Clock
  readonly onState: (state: LinkState, error: LinkError | null) => void
  readonly onInvalidated: (by: Invalidation, soft: boolean) => void
  readonly onGap: () => void
}

export interface FleetStats {
  readonly link: LinkStats
  readonly log: FleetLogStats
  readonly entries: EntriesStats & { readonly queued: number }
}

export interface Fleet {
  readonly tier: SharedTier
  readonly leases: RedisLeases
  readonly replays: Replays
  readonly runs: SharedRunRecords
  /** Settles when the fleet is heard for the first time. */
  readonly joined: Promise<void>
  /** Called each time that Redis is there again. */
  onUp(listener: () => void): void
  stats(): FleetStats
  /** Gives up what is held for others, and settles when all that was to be written has been. */
  finish(): Promise<void>
  /** Ends the connections. */
  close(): void
}

/** Joins the fleet in the background; everything here answers, also while Redis does not. */
export function joinFleet(options: FleetOptions): Fleet {
  const { config, secret, clock, maxEntryBytes, onState, onInvalidated, onGap } = options
  const instance = randomBytes(9).toString('base64url')
  const seal = new Seal(secret)
  const names = new Names(config.prefix, seal)
  const { waitBy = clock } = options
  const wakes = new Wakes(waitBy)
  const ups: (() => void)[] = []
  const client = connect(config)
  const link = new RedisLink(client, {
    clock,
    timeoutMs: config.timeoutMs,
    onState(state, error) {
      onState(state, error)
      if (state !== 'up') return
      void leases.settleDoubts()
      for (const listener of ups) listener()
    },
  })
  const ports = { link, names, seal, wakes, clock, instance }
  const leases = createRedisLeases({ ...ports, clock: waitBy })
  const log = new FleetLog({ ...ports, onInvalidated, onGap })
  const entries = new RedisEntries({ ...ports, log, maxEntryBytes })
  const ownChannel = names.wakeChannel + instance
  const subscription = subscribe(config, client, {
    channels: [names.fleetChannel, ownChannel],
    heard: (channel, message) => (channel === ownChannel ? wakes.call(message) : log.hear(message)),
    // What was published until now went by unheard.
    subscribed: () => void log.compare(),
  })
  client.onReady(() => log.start())
  const patience = clock.after(FIRST_TRY_MS, () => log.start())

  return {
    tier: {
      ask: (key, labels, mayLead) => entries.ask(key, labels, mayLead),
      put: (entry, maxVariants) => entries.put(entry, maxVariants),
      remove: (entry) => entries.remove(entry),
      invalidate: (by, soft) => log.publish(atomsOf(by, soft)),
      clear: () => log.publish([everything]),
      get cutOffAt() {
        return log.cutOffAt
      },
    },
    leases,
    replays: createRedisReplays(ports),
    runs: createRedisRunRecords(ports),
    joined: log.joined,
    onUp: (listener) => void ups.push(listener),
    stats: () => ({ link: link.stats(), log: log.stats(), entries: entries.stats() }),
    finish: () => entries.end(),
    close() {
      patience.cancel()
      log.stop()
      subscription.close()
      client.close()
    },
  }
}

/** Where there is no connection by then, Redis counts as absent. */
const FIRST_TRY_MS = 1000
