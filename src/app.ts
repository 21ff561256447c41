// The composition root: constructs the adapters, wires them, starts and stops.
import { createHmac, randomBytes } from 'node:crypto'
import { configView } from './admin/config-view.ts'
import { managementEndpoints } from './admin/endpoints.ts'
import { askDatabaseHealth, type DatabaseHealth } from './admin/database-health.ts'
import { answerExplain } from './admin/explain-question.ts'
import { createManagement } from './admin/listener.ts'
import { reportPerformance } from './admin/performance.ts'
import type { Clock } from './base/clock.ts'
import type { Address, WeirConfig } from './config/model.ts'
import { Figures } from './observe/figures.ts'
import { type Log, requestLog } from './observe/log.ts'
import { createOrigin } from './origin/pool.ts'
import type { Digest } from './policy/key.ts'
import { AdmissionDesk } from './proxy/admission-desk.ts'
import type { Room } from './proxy/call.ts'
import { exchange } from './proxy/exchange.ts'
import { Fences } from './proxy/fences.ts'
import { Flights } from './proxy/flights.ts'
import { HitForMiss } from './proxy/hit-for-miss.ts'
import { Searches } from './proxy/searches.ts'
import { coverageOf } from './proxy/writes/coverage.ts'
import { runSummary } from './proxy/writes/run-summary.ts'
import { createWrites } from './proxy/writes/writes.ts'
import { compileRoutes } from './route/routes.ts'
import { createListener } from './server/listener.ts'
import { createUpgrades } from './server/upgrades.ts'
import { createMemoryLeases } from './store/memory-lease.ts'
import { createMemoryReplays } from './store/memory-replays.ts'
import { createMemoryRunRecords } from './store/memory-run-records.ts'
import { createMemoryStore } from './store/memory.ts'

export interface App {
  /** Where the data path and the management listener really are, port 0 resolved. */
  readonly data: Address
  readonly manage: Address
  /** Stops accepting, finishes what runs within `graceMs`, and closes. */
  stop(graceMs: number): Promise<void>
}

export interface AppPorts {
  readonly clock: Clock
  readonly log: Log
  /** A number in [0, 1), for jitter and sampling. */
  readonly random: () => number
}

/** Starts weir; rejects where an address cannot be had, with nothing left running. */
export async function startApp(config: WeirConfig, { clock, log, random }: AppPorts): Promise<App> {
  const originHost = config.origin.host === 'origin' ? new URL(config.origin.url).host : null
  const { connections, keepAliveMs, timeouts } = config.origin
  const { connectMs } = timeouts
  const origin = createOrigin({ url: config.origin.url, connections, keepAliveMs, connectMs, clock, random })
  const { memoryBytes, maxEntryBytes } = config.cache
  const store = createMemoryStore({ maxBytes: memoryBytes, maxEntryBytes })
  const figures = new Figures()
  const logRequest = requestLog(log, config.log, random)
  const routes = compileRoutes(config.routes)
  let manageAt = config.manage.address
  const writes = createWrites({
    clock,
    leases: createMemoryLeases(clock),
    runs: createMemoryRunRecords(),
    replays: createMemoryReplays(clock, REPLAY_BYTES),
    observeRun: (run) => {
      figures.countRun(run)
      log[run.state === 'answered' ? 'info' : 'warn'](runSummary(run), 'job run')
    },
    statusUrl: (runId) => `http://${hostOf(manageAt)}/health/jobs?run=${runId}`,
    covers: coverageOf(config.routes, routes),
  })
  const room: Room = {
    clock,
    origin,
    store,
    observe: (record) => {
      figures.count(record)
      logRequest(record)
    },
    digest: createDigest(config.cache.secret),
    maxEntryBytes,
    originHost,
    routes,
    fallback: config.fallback,
    admission: new AdmissionDesk(clock),
    flights: new Flights(),
    fences: new Fences(),
    hitForMiss: new HitForMiss(clock),
    searches: new Searches(),
    writes,
  }

  let stopping = false
  let dataAddress = config.listen.address
  const upgrades = createUpgrades({
    clock,
    originUrl: config.origin.url,
    originHost,
    connectMs,
    answerMs: timeouts.firstByteMs,
  })
  const listener = createListener({
    listen: config.listen,
    clock,
    onRequest: (head, content, reply) => exchange(room, head, content, reply),
    onUpgrade: (request, head, socket, first) => upgrades.serve(request, head, socket, first),
  })
  const management = createManagement({
    address: config.manage.address,
    token: config.manage.token,
    endpoints: managementEndpoints({
      room: () => room,
      config: () => configView(config),
      explain: (question) => answerExplain({ room, config, dataAddress }, question),
      performance: () => reportPerformance({ clock, store, figures, origin, database: askDatabase }),
      isReady: () => !stopping,
    }),
    onError: (error) => log.error({ error }, 'management endpoint failed'),
  })

  async function askDatabase(): Promise<DatabaseHealth | null> {
    if (config.origin.health === null) return null
    return askDatabaseHealth(origin, originHost ?? new URL(config.origin.url).host, config.origin.health)
  }

  function within(ms: number, promise: Promise<void>): Promise<void> {
    return new Promise((resolve) => {
      const patience = clock.after(Math.max(0, ms), resolve)
      void promise.finally(() => {
        patience.cancel()
        resolve()
      })
    })
  }

  async function stop(graceMs: number): Promise<void> {
    stopping = true
    upgrades.stop()
    const graceEndsAt = clock.now() + graceMs
    await listener.stop(graceMs)
    // Writes outlive their clients: what is at the origin may end in peace, and what is held is given back.
    await within(graceEndsAt - clock.now(), writes.underway.idle())
    await management.stop()
    await origin.destroy()
    await within(RELEASE_MS, writes.underway.idle())
  }

  try {
    const { address, port } = await listener.start()
    dataAddress = { host: address, port }
    const manage = await management.start()
    manageAt = { host: manage.address, port: manage.port }
    return {
      data: dataAddress,
      manage: { host: manage.address, port: manage.port },
      stop,
    }
  } catch (error) {
    await stop(0)
    throw error
  }
}

/** What answers to idempotent writes may take, all together. */
const REPLAY_BYTES = 64 * 1024 * 1024
/** How long the stores of leases and records may take at the end. */
const RELEASE_MS = 1000

function hostOf({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

/** Bytes of an HMAC that a key carries: as many as a key needs to be unguessable. */
const DIGEST_CHARACTERS = 32

function createDigest(secret: string | null): Digest {
  const key = secret ?? randomBytes(32)
  return (text) => createHmac('sha256', key).update(text).digest('base64url').slice(0, DIGEST_CHARACTERS)
}
