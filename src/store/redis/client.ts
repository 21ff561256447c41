// Connections to Redis through ioredis: one node, Sentinel or Cluster; what they have in common, and nothing else.
import { Cluster, Redis, type RedisOptions } from 'ioredis'
import type { RedisConfig } from '../../config/model.ts'
import * as entryScripts from './entry-scripts.ts'
import * as leaseScripts from './lease-scripts.ts'
import * as logScripts from './log-scripts.ts'
import * as runScripts from './run-scripts.ts'
import type { Script } from './script.ts'

export type RedisPlace = Pick<RedisConfig, 'url' | 'mode' | 'nodes' | 'primary'>

export type Argument = string | number | Uint8Array

/** A connection, or several that look like one. */
export interface Client {
  /** Called each time that a connection is there to be used. */
  onReady(listener: () => void): void
  /** Runs a script: its keys first, then its arguments. Rejects at once where there is no connection. */
  run(script: Script, ...args: readonly Argument[]): Promise<unknown>
  get(key: string): Promise<Buffer | null>
  set(key: string, value: Uint8Array, ttlMs: number): Promise<unknown>
  remove(key: string): Promise<unknown>
  removeField(key: string, field: string | Buffer): Promise<unknown>
  /** Those of a Cluster that are known. */
  nodes(): readonly { readonly host: string; readonly port: number }[]
  /** Ends the connections on which a reply is due; new ones follow by themselves. */
  renew(): void
  /** Ends everything. */
  close(): void
}

const CONNECT_MS = 1000
const allScripts: readonly Script[] = [entryScripts, leaseScripts, logScripts, runScripts].flatMap((module) =>
  Object.values(module).filter((value): value is Script => typeof value === 'object'),
)
const scripts = Object.fromEntries(
  allScripts.map(({ name, keys, lua }) => [name, { lua, numberOfKeys: keys }]),
)

/** Connects in the background, for as long as it takes. */
export function connect(place: RedisPlace): Client {
  const redis = open(place)
  const call = redis as unknown as Record<string, (...args: readonly Argument[]) => Promise<unknown>>
  return {
    onReady: (listener) => void redis.on('ready', listener),
    run: ({ name }, ...args) => call[`${name}Buffer`]?.(...args) ?? Promise.reject(new Error(name)),
    get: (key) => redis.getBuffer(key),
    set: (key, value, ttlMs) => redis.set(key, Buffer.from(value), 'PX', ttlMs),
    remove: (key) => redis.del(key),
    removeField: (key, field) => redis.hdel(key, field),
    nodes: () => nodesOf(redis).map(({ options: { host = '', port = 0 } }) => ({ host, port })),
    renew: () => renew(redis),
    close: () => redis.disconnect(),
  }
}

export interface Hearing {
  readonly channels: readonly string[]
  readonly heard: (channel: string, message: string) => void
  /** Called each time that the channels are heard anew. */
  readonly subscribed: () => void
}

/** Hears what is published on some channels, on a connection of its own: `client` knows which nodes there are. */
export function subscribe(place: RedisPlace, client: Client, hearing: Hearing): { close(): void } {
  if (place.mode === 'cluster') return subscribeToAny(place, client, hearing)
  const redis = listen(openNode(place), hearing)
  return { close: () => redis.disconnect() }
}

/**
 * Each node of a Cluster relays what is published on any. (The Cluster client of ioredis 6.0 can subscribe too, but
 * spins without a pause while no node can be reached.)
 */
function subscribeToAny(place: RedisPlace, client: Client, hearing: Hearing): { close(): void } {
  const { host, port, ...access } = partsOf(place.url)
  let failures = 0
  let closed = false
  let redis = next()
  let pause: NodeJS.Timeout | undefined

  function next(): Redis {
    const known = [...client.nodes(), { host, port }, ...place.nodes]
    const node = { ...access, ...known[failures % known.length] }
    const options = { ...node, ...common, enableOfflineQueue: false, retryStrategy: () => null }
    const opened = listen(new Redis(options), hearing)
    opened.once('ready', () => (failures = 0))
    opened.once('end', () => {
      if (closed) return
      pause = setTimeout(() => (redis = next()), retryStrategy(++failures))
      pause.unref()
    })
    return opened
  }

  return {
    close() {
      closed = true
      clearTimeout(pause)
      redis.disconnect()
    },
  }
}

function listen(redis: Redis, { channels, heard, subscribed }: Hearing): Redis {
  redis.on('error', () => undefined)
  redis.on('message', heard)
  // Each new connection asks again; where that fails, another connection follows.
  redis.on('ready', () => void redis.subscribe(...channels).then(subscribed, () => undefined))
  return redis
}

function open(place: RedisPlace): Redis | Cluster {
  const redis = place.mode === 'cluster' ? openCluster(place) : openNode(place)
  // Failures are seen where something was asked; without a listener they would end the process.
  redis.on('error', () => undefined)
  return redis
}

const common = {
  autoResendUnfulfilledCommands: false,
  autoResubscribe: false,
  maxRetriesPerRequest: 0,
  connectTimeout: CONNECT_MS,
  connectionName: 'weir',
  scripts,
} satisfies RedisOptions

const retryStrategy = (times: number): number => Math.min(1000, 50 * 2 ** times) * (0.5 + Math.random() / 2)

function openNode({ url, mode, nodes, primary }: RedisPlace): Redis {
  const { host, port, ...access } = partsOf(url)
  if (mode === 'single')
    return new Redis({ host, port, ...access, ...common, enableOfflineQueue: false, retryStrategy })
  const tls = access.tls === undefined ? {} : { enableTLSForSentinelMode: true, sentinelTLS: access.tls }
  return new Redis({
    sentinels: [{ host, port }, ...nodes],
    name: primary,
    sentinelRetryStrategy: retryStrategy,
    sentinelCommandTimeout: CONNECT_MS,
    failoverDetector: true,
    ...access,
    ...tls,
    ...common,
    enableOfflineQueue: false,
    retryStrategy,
  })
}

function openCluster({ url, nodes }: RedisPlace): Cluster {
  const { host, port, ...access } = partsOf(url)
  return new Cluster([{ host, port }, ...nodes], {
    enableOfflineQueue: false,
    clusterRetryStrategy: retryStrategy,
    // Also where a node is being connected; the deadline of a command bounds its attempts.
    retryDelayOnFailover: 20,
    retryDelayOnClusterDown: 0,
    slotsRefreshTimeout: CONNECT_MS,
    slotsRefreshInterval: 5000,
    scripts,
    // What waits for a node that is being connected waits within its own deadline.
    redisOptions: { ...access, ...common },
  })
}

type Access = Pick<RedisOptions, 'username' | 'password' | 'db' | 'tls'> & { host: string; port: number }

function partsOf(text: string): Access {
  const url = new URL(text)
  const db = Number(url.pathname.slice(1))
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port === '' ? 6379 : url.port),
    ...(url.username !== '' && { username: decodeURIComponent(url.username) }),
    ...(url.password !== '' && { password: decodeURIComponent(url.password) }),
    ...(db > 0 && { db }),
    ...(url.protocol === 'rediss:' && { tls: { servername: url.hostname } }),
  }
}

/**
 * A reply that comes late must not be taken for another's: where one is due, the socket goes, and not by the book, since
 * nobody may be at its other end.
 */
function renew(redis: Redis | Cluster): void {
  for (const node of nodesOf(redis)) {
    if (node.commandQueue.length > 0) node.stream.destroy()
  }
}

function nodesOf(redis: Redis | Cluster): readonly Redis[] {
  return redis instanceof Cluster ? redis.nodes() : [redis]
}
