// The configuration as the rest of weir reads it: plain data with every default filled in.
import type { RetryPolicy, RoutePolicy, TimeoutsPolicy } from '../policy/route-policy.ts'
import type { BreakerPolicy } from '../resilience/breaker.ts'
import type { RouteDefinition } from '../route/routes.ts'

export interface WeirConfig {
  readonly listen: ListenConfig
  readonly origin: OriginConfig
  readonly manage: ManageConfig
  readonly cache: CacheConfig
  readonly log: LogConfig
  /** In the order they are tried. */
  readonly routes: readonly RouteDefinition[]
  /** For a request that no route takes: plain pass-through. */
  readonly fallback: RoutePolicy
}

export interface Address {
  /** A name or an IP address, IPv6 without its brackets. */
  readonly host: string
  /** 0: any free port. */
  readonly port: number
}

export interface ListenConfig {
  readonly address: Address
  /** From a request's first byte to the end of its head. */
  readonly headTimeoutMs: number
  /** Between two pieces of a request body. */
  readonly bodyIdleMs: number
  /** Bytes per second of a request body at the least, over bodyIdleMs. */
  readonly bodyRate: number
  /** How long a client may take nothing of its answer. */
  readonly writeIdleMs: number
  /** How long an idle client connection is kept. */
  readonly keepAliveMs: number
  readonly maxHeadBytes: number
  readonly maxFields: number
  readonly maxConnections: number
  /** Connections of one address; null: no limit. */
  readonly maxPerAddress: number | null
  /** Requests that may wait behind the one that is being answered, on one connection. */
  readonly maxPipelined: number
  /** CIDR blocks of the peers that may state Forwarded and X-Forwarded-* fields. */
  readonly trusted: readonly string[]
}

export interface OriginConfig {
  /** The first of `urls`, by which the origin is named. */
  readonly url: string
  /** Scheme, host and port of each member; no path. */
  readonly urls: readonly string[]
  readonly balance: Balance
  /** Null: a member is asked however it does. */
  readonly breaker: BreakerPolicy | null
  /** To each member. */
  readonly connections: number
  /** How long an idle connection to the origin is kept. */
  readonly keepAliveMs: number
  /** preserve: the origin sees the client's Host; origin: the host of the first URL. */
  readonly host: 'preserve' | 'origin'
  readonly timeouts: TimeoutsPolicy
  readonly retry: RetryPolicy
  /** Path of the API's own health endpoint; null: it has none. */
  readonly health: string | null
}

/** Which member of the origin is asked. */
export type Balance =
  | { readonly kind: 'least-pending' }
  /** Requests with the same value go to the same member; those without one go to the least busy. */
  | { readonly kind: 'sticky'; readonly by: 'header' | 'cookie'; readonly name: string }

export interface ManageConfig {
  readonly address: Address
  /** The bearer token; null: open, on loopback only. */
  readonly token: string | null
}

export interface CacheConfig {
  readonly memoryBytes: number
  readonly maxEntryBytes: number
  /** Key of the HMAC over credentials; null: random for the life of the process. */
  readonly secret: string | null
  /** Null: nothing is shared with other processes. */
  readonly redis: RedisConfig | null
}

export interface RedisConfig {
  /** redis:// or rediss://, with user, password and database where they are needed. */
  readonly url: string
  /** single: the url's node; sentinel, cluster: the url is one of these, and `nodes` are others. */
  readonly mode: 'single' | 'sentinel' | 'cluster'
  readonly nodes: readonly Address[]
  /** What the sentinels call the primary. */
  readonly primary: string
  /** What all names in Redis begin with. */
  readonly prefix: string
  /** How long a command may take. */
  readonly timeoutMs: number
  /** How long a response is fresh at the most while invalidations are not heard of. */
  readonly cutOffTtlMs: number
}

export type LogLevel = (typeof logLevels)[number]
export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const

export interface LogConfig {
  readonly level: LogLevel
  /** Which answers get a line; problems: each that is not a plain hit. */
  readonly requests: 'problems' | 'all' | 'none'
  /** The share (0..1) of these lines that is written. */
  readonly sample: number
  /** Query parameters, by name or by a beginning followed by `*`, whose values are shown nowhere. */
  readonly secrets: readonly string[]
}
