// What requests are answered with, made of a configuration, and made anew of the next one without losing what is kept.
import { createHmac, randomBytes } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import type { Clock } from './base/clock.ts'
import type { WeirConfig } from './config/model.ts'
import type { Figures } from './observe/figures.ts'
import { type Log, requestLog } from './observe/log.ts'
import { createOrigin, type OriginPool } from './origin/pool.ts'
import type { Digest } from './policy/key.ts'
import { reconsider } from './policy/reconsider.ts'
import { AdmissionDesk } from './proxy/admission-desk.ts'
import type { Room } from './proxy/call.ts'
import type { Fences } from './proxy/fences.ts'
import { Flights } from './proxy/flights.ts'
import { HitForMiss } from './proxy/hit-for-miss.ts'
import { Searches } from './proxy/searches.ts'
import { invalidateAll } from './proxy/invalidate.ts'
import { coverageOf } from './proxy/writes/coverage.ts'
import type { Writes } from './proxy/writes/writes.ts'
import { compileRoutes, type RouteDefinition } from './route/routes.ts'
import { createUpgrades, type Upgrades } from './server/upgrades.ts'
import type { MemoryStore } from './store/memory.ts'
import type { Stores } from './store/stores.ts'

export interface FurnishPorts {
  readonly clock: Clock
  readonly log: Log
  /** A number in [0, 1), for jitter and sampling. */
  readonly random: () => number
  readonly figures: Figures
  /** Without `covers`, which the routes decide. */
  readonly writes: Writes
  readonly stores: Pick<Stores, 'near' | 'store'>
  /** Invalidations of other processes raise them too. */
  readonly fences: Fences
}

/** One configuration at work. A request keeps what it began with to its end. */
export interface Furnished {
  readonly config: WeirConfig
  readonly room: Room
  readonly store: MemoryStore
  readonly origin: OriginPool
  readonly upgrades: Upgrades
  /** The key of the HMAC over credentials. */
  readonly secret: string | Buffer
}

/** What weir starts with. */
export function furnish(config: WeirConfig, ports: FurnishPorts): Furnished {
  const { clock } = ports
  const { near, store } = ports.stores
  const secret = config.cache.secret ?? randomBytes(32)
  const origin = originOf(config, ports)
  const room: Room = {
    ...roomOf(config, ports),
    store,
    origin,
    digest: digestWith(secret),
    admission: new AdmissionDesk(clock),
    flights: new Flights(),
    fences: ports.fences,
    hitForMiss: new HitForMiss(clock),
    searches: new Searches(),
  }
  ports.figures.keep(namesOf(config))
  return { config, room, store: near, origin, secret, upgrades: upgradesOf(config, origin, ports) }
}

/**
 * What follows `before` under another configuration. Nobody who is on the way is disturbed: what is stored stays as far
 * as the new routes allow, and what is being fetched under the old ones is delivered and not stored. Whoever calls
 * this closes the origin that was replaced, if one was.
 */
export function refurnish(before: Furnished, wanted: WeirConfig, ports: FurnishPorts): Furnished {
  const config: WeirConfig = {
    ...wanted,
    routes: wanted.routes.map((route) => withKnownPolicy(route, before.config.routes)),
    fallback: isDeepStrictEqual(wanted.fallback, before.config.fallback)
      ? before.config.fallback
      : wanted.fallback,
  }
  const { memoryBytes, maxEntryBytes } = config.cache
  const secret =
    config.cache.secret ?? (before.config.cache.secret === null ? before.secret : randomBytes(32))
  const isSameOrigin = isDeepStrictEqual(lineOf(config), lineOf(before.config))
  const origin = isSameOrigin ? before.origin : originOf(config, ports)
  const upgrades = isSameOrigin ? before.upgrades : upgradesOf(config, origin, ports)
  const room: Room = { ...before.room, ...roomOf(config, ports), origin, digest: digestWith(secret) }

  if (!isDeepStrictEqual(config.cache, before.config.cache))
    before.store.resize({ maxBytes: memoryBytes, maxEntryBytes })
  if (!isDeepStrictEqual(config.origin.urls, before.config.origin.urls)) invalidateAll(room)
  else if (!sameRoutes(config, before.config)) reviseStored(room, before.store)
  ports.figures.keep(namesOf(config))
  return { config, room, store: before.store, origin, secret, upgrades }
}

/** The names under which requests are counted. */
function namesOf({ routes, fallback }: WeirConfig): Set<string> {
  return new Set([...routes.map(({ policy }) => policy.name), fallback.name])
}

type PerConfig = 'clock' | 'observe' | 'maxEntryBytes' | 'originHost' | 'routes' | 'fallback' | 'writes'

function roomOf(
  config: WeirConfig,
  { clock, log, random, figures, writes }: FurnishPorts,
): Pick<Room, PerConfig> {
  const routes = compileRoutes(config.routes)
  const logRequest = requestLog(log, config.log, random)
  return {
    clock,
    observe: (record) => {
      figures.count(record)
      logRequest(record)
    },
    maxEntryBytes: config.cache.maxEntryBytes,
    originHost: originHostOf(config),
    routes,
    fallback: config.fallback,
    writes: { ...writes, covers: coverageOf(config.routes, routes) },
  }
}

/** A route that is as it was keeps its policy, and with it the line of those who wait for it. */
function withKnownPolicy(route: RouteDefinition, before: readonly RouteDefinition[]): RouteDefinition {
  const same = before.find((other) => isSameRoute(other, route))
  return same === undefined ? route : { ...route, policy: same.policy }
}

function sameRoutes(a: WeirConfig, b: WeirConfig): boolean {
  return (
    a.routes.length === b.routes.length &&
    a.routes.every((route, index) => isSameRoute(route, b.routes[index] as RouteDefinition))
  )
}

function isSameRoute(a: RouteDefinition, b: RouteDefinition): boolean {
  return (
    a.pattern.text === b.pattern.text &&
    isDeepStrictEqual(a.methods, b.methods) &&
    isDeepStrictEqual(a.policy, b.policy)
  )
}

/** Fetches under way first, so that none of them is stored by the old rules after the store was revised. */
function reviseStored({ fences, routes }: Room, store: MemoryStore): void {
  fences.raise({ uris: new Set(), tags: new Set(), paths: () => true })
  store.revise((entry) => {
    const match = routes.match('GET', entry.labels.path)
    return reconsider(entry, match?.route.policy.cache ?? null, match?.params ?? {})
  })
}

/** What the connections to the origin depend on. */
function lineOf({ origin }: WeirConfig): object {
  const { urls, balance, breaker, connections, keepAliveMs, timeouts, host } = origin
  const { connectMs, firstByteMs } = timeouts
  return { urls, balance, breaker, connections, keepAliveMs, connectMs, firstByteMs, host }
}

function originOf({ origin }: WeirConfig, { clock, random }: FurnishPorts): OriginPool {
  return createOrigin({ ...origin, connectMs: origin.timeouts.connectMs, clock, random })
}

function upgradesOf(config: WeirConfig, origin: OriginPool, { clock }: FurnishPorts): Upgrades {
  const { connectMs, firstByteMs } = config.origin.timeouts
  return createUpgrades({
    clock,
    originUrl: () => origin.chooseUrl(),
    originHost: originHostOf(config),
    connectMs,
    answerMs: firstByteMs,
  })
}

/** The Host that the origin is told; null: the one that the client named. */
function originHostOf({ origin }: WeirConfig): string | null {
  return origin.host === 'origin' ? new URL(origin.url).host : null
}

/** Bytes of an HMAC that a key carries: as many as a key needs to be unguessable. */
const DIGEST_CHARACTERS = 32

function digestWith(secret: string | Buffer): Digest {
  return (text) => createHmac('sha256', secret).update(text).digest('base64url').slice(0, DIGEST_CHARACTERS)
}
