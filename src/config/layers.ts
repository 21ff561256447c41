// What holds on one route, once built-in values, the origin's, the defaults and the route's own are laid over each other.
import type {
  CachePolicy,
  LimitsPolicy,
  RetryPolicy,
  RoutePolicy,
  TimeoutsPolicy,
} from '../policy/route-policy.ts'
import { idempotencyPolicy, jobPolicy, serializePolicy } from './layers-writes.ts'
import type { CacheSection } from './schema-route-cache.ts'
import type { RouteLayer } from './schema-route.ts'

type Whole<K extends 'limits' | 'timeouts' | 'retry'> = Required<NonNullable<RouteLayer[K]>>

const standardLimits: Whole<'limits'> = { body: null, url: 8192, query: {}, concurrency: null, queue: 128 }
const standardTimeouts: Whole<'timeouts'> = { connect: 1000, firstByte: 30_000, idle: 30_000, total: 60_000 }
const standardRetry: Whole<'retry'> = {
  attempts: 2,
  on: ['connect-failure', 'reset'],
  perTry: null,
  budget: 0.2,
}

/** The policy of a route; later layers win, key by key. */
export function routePolicy(name: string, layers: readonly RouteLayer[]): RoutePolicy {
  const invalidates = layers.findLast((layer) => layer.invalidates !== undefined)?.invalidates
  return {
    name,
    cache: cachePolicy(layers.flatMap(({ cache }) => cache ?? [])),
    limits: limitsPolicy(layers),
    timeouts: timeoutsPolicy(layers),
    retry: retryPolicy(layers),
    invalidates: invalidates?.targets ?? [],
    invalidatesSoftly: invalidates?.soft ?? false,
    job: jobPolicy(layers),
    serialize: serializePolicy(layers),
    idempotency: idempotencyPolicy(layers),
    classify: layers.findLast(({ classify }) => classify !== undefined)?.classify ?? [],
  }
}

export function timeoutsPolicy(layers: readonly Pick<RouteLayer, 'timeouts'>[]): TimeoutsPolicy {
  const { connect, firstByte, idle, total } = overlay(
    standardTimeouts,
    layers.map(({ timeouts }) => timeouts),
  )
  return { connectMs: connect, firstByteMs: firstByte, idleMs: idle, totalMs: total }
}

export function retryPolicy(layers: readonly Pick<RouteLayer, 'retry'>[]): RetryPolicy {
  const { attempts, on, perTry, budget } = overlay(
    standardRetry,
    layers.map(({ retry }) => retry),
  )
  return { attempts, on: new Set(on), perTryMs: perTry, budget }
}

function limitsPolicy(layers: readonly RouteLayer[]): LimitsPolicy {
  const sections = layers.map(({ limits }) => limits)
  const { body, url, concurrency, queue } = overlay(standardLimits, sections)
  const query = overlay(
    standardLimits.query,
    sections.map((limits) => limits?.query),
  )
  return { bodyBytes: body, urlBytes: url, query: new Map(Object.entries(query)), concurrency, queue }
}

function cachePolicy(layers: readonly (CacheSection | 'off')[]): CachePolicy | null {
  const sections = layers.filter((layer) => layer !== 'off')
  if (layers.length === 0 || layers.at(-1) === 'off') return null
  const cache = overlay<CacheSection>({}, sections)
  const part = <K extends 'credentials' | 'key' | 'statuses'>(key: K): NonNullable<CacheSection[K]> =>
    Object.assign({}, ...sections.map((section) => section[key])) as NonNullable<CacheSection[K]>
  const credentials = part('credentials')
  const key = part('key')
  return {
    ttlMs: cache.ttl ?? null,
    override: cache.override ?? false,
    heuristic: cache.heuristic ?? false,
    staleWhileRevalidateMs: cache.staleWhileRevalidate ?? 0,
    staleIfErrorMs: cache.staleIfError ?? 0,
    staleDespiteSMaxage: cache.staleDespiteSMaxage ?? false,
    scope: cache.scope ?? 'auto',
    credentials: {
      headers: credentials.headers ?? ['authorization', 'x-api-key'],
      cookies: credentials.cookies ?? 'all',
    },
    key: {
      query: key.query ?? { kind: 'all' },
      sortQuery: key.sortQuery ?? false,
      headers: key.headers ?? [],
    },
    refreshParam: cache.refresh?.param ?? null,
    statuses: new Map(Object.entries(part('statuses')).map(([status, ttlMs]) => [Number(status), ttlMs])),
    tags: cache.tags ?? [],
    maxVariants: cache.variants ?? 16,
  }
}

function overlay<T extends object>(standard: T, layers: readonly (Partial<T> | undefined)[]): T {
  return Object.assign({}, standard, ...layers) as T
}
