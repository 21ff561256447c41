// weir itself, the whole of it, in the test's own process: on free ports, on a clock the test can hold.
import { channel } from 'node:diagnostics_channel'
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import type { ReloadOutcome } from '../../src/admin/reload.ts'
import { startApp } from '../../src/app.ts'
import type { Clock } from '../../src/base/clock.ts'
import { formatErrors } from '../../src/config/errors.ts'
import { type Loaded, loadConfig } from '../../src/config/load.ts'
import { createLog } from '../../src/observe/log.ts'
import { gate, turn } from './barrier.ts'
import { manualClock, type ManualClock } from './manual-clock.ts'
import { type Answer, rawClient, type RawClient, request, type RequestOptions } from './raw-client.ts'
import { type OriginHandler, rawOrigin, type RawConnection, scriptedOrigin } from './scripted-origin.ts'
import type { ScriptedOrigin } from './scripted-origin.ts'

/** Sections of a configuration file; listeners, origin and log have values fit for tests. */
export type Sections = Readonly<Record<string, unknown>>

export interface WeirOptions {
  /** A manual clock by default. */
  readonly clock?: Clock
  /** A number in [0, 1); 0 by default, so that a retry follows as soon as the clock moves. */
  readonly random?: () => number
}

type ClientOptions = Omit<RequestOptions, 'port'>

export interface TestWeir {
  readonly url: string
  readonly port: number
  readonly managePort: number
  /** The lines of the log so far, parsed. */
  readonly lines: readonly Readonly<Record<string, unknown>>[]
  /** Sends a request to the data port on a connection of its own. */
  request(options?: ClientOptions): Promise<Answer>
  get(path: string, headers?: ClientOptions['headers']): Promise<Answer>
  /** Opens a connection to the data port; it is closed with the test. */
  client(first?: string | Uint8Array): Promise<RawClient>
  /** Sends a request to the management port; the answer's body is JSON. */
  manage(path: string, options?: ClientOptions): Promise<Answer & { readonly json: unknown }>
  /** Settles when `count` requests in all have come to the data port, and weir has done what it does at once. */
  arrivals(count: number): Promise<void>
  /** As SIGHUP does, with these sections in place of the first ones; text that is no configuration is refused. */
  reload(sections: Sections): Promise<ReloadOutcome>
  /** As SIGTERM does; the end of the test calls it where the test did not. */
  stop(graceMs?: number): Promise<void>
}

/** Starts weir in front of the origin at `originUrl`; it stops with the test, and must leave no timer behind. */
export async function startWeir(
  originUrl: string,
  sections: Sections = {},
  { clock = manualClock(), random = () => 0 }: WeirOptions = {},
): Promise<TestWeir> {
  const lines: Record<string, unknown>[] = []
  let wanted = sections
  const log = createLog('trace', {
    write: (line) => void lines.push(JSON.parse(line) as Record<string, unknown>),
  })
  const app = await startApp(configOf(originUrl, sections), {
    clock,
    log,
    random,
    readConfig: () => Promise.resolve(loadedOf(originUrl, wanted)),
  })
  const { port } = app.data
  const arrivals = countArrivals(port)
  const clients: RawClient[] = []
  let stopping: Promise<void> | null = null

  function stop(graceMs = 0): Promise<void> {
    stopping ??= app.stop(graceMs).finally(() => arrivals.stop())
    return stopping
  }

  onTestFinished(async () => {
    for (const client of clients) client.destroy()
    const stopped = stop()
    if ('advance' in clock) (clock as ManualClock).advance(60_000)
    await stopped
    if ('pendingTimers' in clock && (clock as ManualClock).pendingTimers() > 0)
      throw new Error(`${(clock as ManualClock).pendingTimers()} timers were left behind`)
  })

  return {
    url: `http://127.0.0.1:${port}`,
    port,
    managePort: app.manage.port,
    lines,
    request: (options = {}) => request({ ...options, port }),
    get: (path, headers = {}) => request({ port, path, headers }),
    async client(first) {
      const client = await rawClient(port, first)
      clients.push(client)
      return client
    },
    async manage(path, options = {}) {
      const answer = await request({ ...options, path, port: app.manage.port })
      const isJson = answer.headers['content-type']?.includes('json') === true
      return { ...answer, json: isJson ? (JSON.parse(answer.body.toString()) as unknown) : null }
    },
    reload(next) {
      wanted = next
      return app.reload()
    },
    arrivals: (count) => arrivals.wait(count),
    stop,
  }
}

export interface Stage {
  readonly weir: TestWeir
  readonly origin: ScriptedOrigin
  readonly clock: ManualClock
}

/** weir on a manual clock in front of an origin that answers as the script says; both end with the test. */
export async function stage(
  script: OriginHandler | Record<string, OriginHandler>,
  sections: Sections = cachingAll,
): Promise<Stage> {
  const origin = await scriptedOrigin(script)
  onTestFinished(origin.close)
  const clock = manualClock()
  return { origin, clock, weir: await startWeir(origin.url, sections, { clock }) }
}

/** As `stage`, with an origin that speaks bytes. */
export async function rawStage(
  script: (connection: RawConnection) => void | Promise<void>,
  sections: Sections = cachingAll,
): Promise<{ weir: TestWeir; clock: ManualClock; connections: () => number }> {
  const origin = await rawOrigin(script)
  onTestFinished(origin.close)
  const clock = manualClock()
  return { clock, connections: origin.connections, weir: await startWeir(origin.url, sections, { clock }) }
}

/** Every GET is cached for a minute where the origin does not say otherwise. */
export const cachingAll: Sections = { routes: [{ path: '/*', methods: ['GET', 'HEAD'], cache: '60s' }] }

/** The same with a cache section of the test's own. */
export function caching(cache: object, others: readonly object[] = []): Sections {
  return { routes: [...others, { path: '/*', methods: ['GET', 'HEAD'], cache }] }
}

/**
 * Lets the process run until `condition` holds, for what a test can see and cannot wait for. @param meanwhile is
 * called before each turn, to move a clock for instance
 */
export async function until(condition: () => boolean, meanwhile = (): void => undefined): Promise<void> {
  const giveUpAt = performance.now() + 10_000
  while (!condition()) {
    if (performance.now() > giveUpAt) throw new Error(`it never came to: ${condition.toString()}`)
    meanwhile()
    await turn()
  }
}

function configOf(originUrl: string, sections: Sections): Parameters<typeof startApp>[0] {
  const loaded = loadedOf(originUrl, sections)
  if (loaded.kind === 'invalid') throw new Error(formatErrors(loaded.errors))
  return loaded.config
}

function loadedOf(originUrl: string, sections: Sections): Loaded {
  const { origin, listen, manage, ...rest } = sections as Record<string, object | undefined>
  const file = {
    listen: { address: '127.0.0.1:0', ...listen },
    origin: { url: originUrl, ...origin },
    manage: { listen: '127.0.0.1:0', ...manage },
    log: { requests: 'all' },
    ...rest,
  }
  return loadConfig(JSON.stringify(file, null, 1), { file: 'test', env: {} })
}

/** node:http tells this channel of a request in the same tick in which it hands it to the server. */
function countArrivals(port: number): { wait(count: number): Promise<void>; stop(): void } {
  const waiting = new Set<() => void>()
  let count = 0
  const heard = (message: unknown): void => {
    const { request } = message as { request: IncomingMessage & { socket: Socket } }
    if (request.socket.localPort !== port) return
    count += 1
    for (const check of waiting) check()
  }
  const starts = channel('http.server.request.start')
  starts.subscribe(heard)
  return {
    wait(expected) {
      const enough = gate()
      const check = (): void => {
        if (count >= expected) enough.open()
      }
      waiting.add(check)
      check()
      return enough.opened.finally(() => waiting.delete(check))
    },
    stop() {
      starts.unsubscribe(heard)
    },
  }
}
