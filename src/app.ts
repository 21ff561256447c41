// The composition root: constructs the adapters, wires them, starts and stops.
import { readFileSync } from 'node:fs'
import { Registry } from 'prom-client'
import { configView } from './admin/config-view.ts'
import { askDatabaseHealth, type DatabaseHealth } from './admin/database-health.ts'
import { managementEndpoints } from './admin/endpoints.ts'
import { answerExplain } from './admin/explain-question.ts'
import { createManagement } from './admin/listener.ts'
import { reportPerformance } from './admin/performance.ts'
import { createReloader, type ReloadOutcome } from './admin/reload.ts'
import type { Clock } from './base/clock.ts'
import type { Loaded } from './config/load.ts'
import type { Address, WeirConfig } from './config/model.ts'
import { furnish, type Furnished, type FurnishPorts, refurnish } from './furnish.ts'
import { Figures } from './observe/figures.ts'
import type { Log } from './observe/log.ts'
import { registerMetrics, type RouteQueue } from './observe/metrics.ts'
import { registerRedisMetrics } from './observe/redis-metrics.ts'
import { exchange } from './proxy/exchange.ts'
import { Fences } from './proxy/fences.ts'
import { runSummary } from './proxy/writes/run-summary.ts'
import { createWrites } from './proxy/writes/writes.ts'
import { createListener } from './server/listener.ts'
import { openStores } from './store/stores.ts'

export interface App {
  /** Where the data path and the management listener really are, port 0 resolved. */
  readonly data: Address
  readonly manage: Address
  /** Stops accepting, finishes what runs within `graceMs`, and closes. */
  stop(graceMs: number): Promise<void>
  /** Reads the configuration again and applies it; where it is wrong, nothing changes. */
  reload(): Promise<ReloadOutcome>
}

export interface AppPorts {
  readonly clock: Clock
  readonly log: Log
  /** A number in [0, 1), for jitter and sampling. */
  readonly random: () => number
  /** Reads the configuration again, for a reload; without it there is none. */
  readonly readConfig?: () => Promise<Loaded>
  /** Where the metrics are registered; those of the process may be there already. */
  readonly registry?: Registry
}

/** Starts weir; rejects where an address cannot be had, with nothing left running. */
export async function startApp(config: WeirConfig, ports: AppPorts): Promise<App> {
  const { clock, log, random, readConfig = null, registry = new Registry() } = ports
  const figures = new Figures(clock)
  const { memoryBytes, maxEntryBytes, redis, secret } = config.cache
  const fences = new Fences()
  const stores = openStores({
    ...{ clock, redis, secret, maxEntryBytes, maxBytes: memoryBytes },
    onInvalidated: (by) => fences.raise(by),
    onRedis: (state, error) =>
      log[state === 'up' ? 'info' : 'warn']({ redis: state, error }, `redis is ${state}`),
  })
  const { leases, runs, replays, shared } = stores
  let manageAt = config.manage.address
  const writes = createWrites({
    clock,
    ...{ leases, runs, replays },
    observeRun: (run) => {
      figures.countRun(run)
      log[run.state === 'answered' ? 'info' : 'warn'](runSummary(run), 'job run')
    },
    statusUrl: (runId) => `http://${hostOf(manageAt)}/health/jobs?run=${runId}`,
    covers: () => false,
  })
  const furnishPorts: FurnishPorts = { clock, log, random, figures, writes, stores, fences }
  let now = furnish(config, furnishPorts)
  /** Origins and tunnels of earlier configurations that still have something under way. */
  const retiring = new Set<Furnished>()

  const reloader = createReloader({
    read: readConfig,
    current: () => now.config,
    apply: (wanted) => {
      const before = now
      now = refurnish(before, wanted, furnishPorts)
      if (before.origin !== now.origin) retire(before)
      log.level = wanted.log.level
    },
  })

  function retire(before: Furnished): void {
    for (const each of retiring)
      if (each.upgrades.open === 0 && each.origin.stats().running === 0) retiring.delete(each)
    retiring.add(before)
    before.origin.close().catch((error: unknown) => log.error({ err: error }, 'an origin did not close'))
  }

  async function reload(): Promise<ReloadOutcome> {
    const outcome = await reloader.reload()
    if (outcome.kind === 'refused')
      log.error({ errors: outcome.errors }, 'the configuration was not reloaded')
    else log.info(outcome, 'the configuration was reloaded')
    return outcome
  }

  if (shared !== null) registerRedisMetrics(registry, () => shared.stats())
  registerMetrics(registry, {
    figures,
    store: () => now.store.stats(clock.now()),
    maxBytes: () => now.config.cache.memoryBytes,
    origin: () => now.origin.stats(),
    flights: () => now.room.flights.size,
    queues: () => queuesOf(now),
    classes: () => classesOf(now.config),
    reloads: () => reloader.counts,
  })

  let stopping = false
  let dataAddress = config.listen.address
  const listener = createListener({
    listen: config.listen,
    clock,
    onRequest: (head, content, reply) => exchange(now.room, head, content, reply),
    onUpgrade: (request, head, socket, first) => now.upgrades.serve(request, head, socket, first),
  })
  const management = createManagement({
    address: config.manage.address,
    token: config.manage.token,
    endpoints: managementEndpoints({
      room: () => now.room,
      config: () => configView(now.config),
      reload,
      metrics: async () => ({ text: await registry.metrics(), type: registry.contentType }),
      explain: (question) => answerExplain({ room: now.room, config: now.config, dataAddress }, question),
      performance: () => {
        const { store, origin } = now
        const waiting = new Map(queuesOf(now).map((queue) => [queue.route, queue.waiting]))
        return reportPerformance({
          ...{ clock, store, figures, origin, database: askDatabase, shared },
          waiting: (route) => waiting.get(route) ?? 0,
        })
      },
      isReady: () => !stopping,
      version: packageFile.version,
    }),
    onError: (error) => log.error({ error }, 'management endpoint failed'),
  })

  async function askDatabase(): Promise<DatabaseHealth | null> {
    const { origin, room } = now
    const { health, url } = now.config.origin
    return health === null ? null : askDatabaseHealth(origin, room.originHost ?? new URL(url).host, health)
  }

  function within(ms: number, promise: Promise<void>): Promise<void> {
    if (ms <= 0) return Promise.resolve()
    return new Promise((resolve) => {
      const patience = clock.after(ms, resolve)
      void promise.finally(() => {
        patience.cancel()
        resolve()
      })
    })
  }

  async function stop(graceMs: number): Promise<void> {
    stopping = true
    for (const each of [now, ...retiring]) each.upgrades.stop()
    const graceEndsAt = clock.now() + graceMs
    await listener.stop(graceMs)
    // Writes outlive their clients: what is at the origin may end in peace, and what is held is given back.
    await within(graceEndsAt - clock.now(), writes.underway.idle())
    await management.stop()
    for (const each of [now, ...retiring]) await each.origin.destroy()
    await within(RELEASE_MS, writes.underway.idle())
    if (shared === null) return
    await within(RELEASE_MS, shared.finish())
    shared.close()
  }

  try {
    if (shared !== null) await within(JOIN_MS, shared.joined)
    const { address, port } = await listener.start()
    dataAddress = { host: address, port }
    const manage = await management.start()
    manageAt = { host: manage.address, port: manage.port }
    return {
      data: dataAddress,
      manage: manageAt,
      stop,
      reload,
    }
  } catch (error) {
    await stop(0)
    throw error
  }
}

/** How long Redis may take at the start before weir serves without it. */
const JOIN_MS = 1000

const packageFile = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  readonly version: string
}

/** How long the stores of leases and records may take at the end. */
const RELEASE_MS = 1000

function hostOf({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

/** One for each route's name: routes of the same path share it. */
function queuesOf({ config: { routes, fallback }, room: { admission } }: Furnished): readonly RouteQueue[] {
  const queues = new Map<string, RouteQueue>()
  for (const policy of [...routes.map((route) => route.policy), fallback]) {
    const { active = 0, waiting = 0 } = queues.get(policy.name) ?? {}
    queues.set(policy.name, {
      route: policy.name,
      active: active + admission.active(policy),
      waiting: waiting + admission.waiting(policy),
    })
  }
  return [...queues.values()]
}

function classesOf({ routes }: WeirConfig): readonly (readonly [route: string, names: readonly string[]])[] {
  const classes = new Map<string, string[]>()
  for (const { policy } of routes)
    classes.set(policy.name, [
      ...(classes.get(policy.name) ?? []),
      ...policy.classify.map(({ name }) => name),
    ])
  return [...classes]
}
