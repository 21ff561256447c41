// From a configuration's text to the configuration, or to every mistake in it.
import { readFile } from 'node:fs/promises'
import type { RoutePolicy } from '../policy/route-policy.ts'
import type { BreakerPolicy } from '../resilience/breaker.ts'
import type { RouteDefinition } from '../route/routes.ts'
import { crossCheck } from './cross-checks.ts'
import type { Environment } from './environment.ts'
import { formatError, formatPath, type ConfigError, type Problem } from './errors.ts'
import { retryPolicy, routePolicy, timeoutsPolicy } from './layers.ts'
import type { Balance, RedisConfig, WeirConfig } from './model.ts'
import { check } from './problems.ts'
import { fileSchema, type ConfigFile } from './schema.ts'
import { parseSource, type Source } from './source.ts'
import { warningsOf } from './warnings.ts'

export type Loaded =
  | { readonly kind: 'ok'; readonly config: WeirConfig; readonly warnings: readonly string[] }
  | { readonly kind: 'invalid'; readonly errors: readonly ConfigError[] }

/** The configuration that a YAML text states, or all of its mistakes in the order of the text. */
export function loadConfig(text: string, { file, env }: { file: string; env: Environment }): Loaded {
  return load(parseSource(text, file, env))
}

/** The configuration in a file. A file that cannot be read is a mistake like others. */
export async function readConfig(path: string, env: Environment): Promise<Loaded> {
  try {
    return loadConfig(await readFile(path, 'utf8'), { file: path, env })
  } catch (error) {
    const message = `cannot be read: ${(error as Error).message}`
    return { kind: 'invalid', errors: [{ file: path, line: 0, column: 0, path: '', message }] }
  }
}

/** The configuration without a file: one route that stores what the origin allows. */
export function configFromFlags(flags: { origin: string; listen?: string }): Loaded {
  const routes = [{ path: '/*', methods: ['GET', 'HEAD'], cache: {} }]
  const errorAt = ({ path, message }: Problem): ConfigError => {
    return { file: 'command line', line: 0, column: 0, path: formatPath(path), message }
  }
  return load({ data: { ...flags, routes }, errors: [], errorAt, placesBelow: () => new Map() })
}

function load(source: Source): Loaded {
  if (source.data === undefined) return { kind: 'invalid', errors: inOrder(source.errors) }
  const data = source.data ?? {}
  const checked = check(fileSchema, data)
  const crossed = crossCheck(data, (path) => source.errorAt({ path, at: 'value', message: '' }).line)
  const problems = [...('problems' in checked ? checked.problems : []), ...crossed].map(source.errorAt)
  const known = new Set(source.errors.map(({ path }) => path))
  const errors = [...source.errors, ...problems.filter(({ path }) => !known.has(path))]
  if (errors.length > 0 || 'problems' in checked) return { kind: 'invalid', errors: inOrder(errors) }
  const warnings = warningsOf(checked.value).map((problem) => formatError(source.errorAt(problem)))
  return { kind: 'ok', config: configOf(checked.value, source), warnings }
}

function redisConfig(redis: NonNullable<ConfigFile['cache']['redis']>): RedisConfig {
  const { timeout, cutOffTtl, ...place } = redis
  return { ...place, timeoutMs: timeout, cutOffTtlMs: cutOffTtl }
}

function inOrder(errors: readonly ConfigError[]): readonly ConfigError[] {
  return errors.toSorted((a, b) => a.line - b.line || a.column - b.column)
}

function configOf(
  { listen, origin, manage, cache, log, defaults, routes }: ConfigFile,
  { placesBelow }: Source,
): WeirConfig {
  const { limits, timeouts, retry } = defaults
  const passed = { ...(limits && { limits }), ...(timeouts && { timeouts }), ...(retry && { retry }) }
  const fallback: RoutePolicy = routePolicy('unmatched', [origin, passed])
  return {
    listen: {
      address: listen.address,
      headTimeoutMs: listen.headTimeout,
      bodyIdleMs: listen.bodyIdle,
      bodyRate: listen.bodyRate,
      writeIdleMs: listen.writeIdle,
      keepAliveMs: listen.keepAlive,
      maxHeadBytes: listen.maxHead,
      maxFields: listen.maxFields,
      maxConnections: listen.maxConnections,
      maxPerAddress: listen.maxPerAddress,
      maxPipelined: listen.maxPipelined,
      trusted: listen.trusted,
    },
    origin: {
      url: origin.urls?.[0] ?? origin.url ?? '',
      urls: origin.urls ?? (origin.url === undefined ? [] : [origin.url]),
      connections: origin.connections,
      keepAliveMs: origin.keepAlive,
      host: origin.host,
      timeouts: timeoutsPolicy([origin]),
      retry: retryPolicy([origin]),
      health: origin.health ?? null,
      balance: balanceOf(origin.balance),
      breaker: breakerOf(origin.breaker),
    },
    manage: { address: manage.listen, token: manage.token ?? null },
    cache: {
      memoryBytes: cache.memory,
      maxEntryBytes: cache.maxEntry,
      secret: cache.secret ?? null,
      redis: cache.redis === undefined ? null : redisConfig(cache.redis),
    },
    log,
    routes: routes.map((route, index): RouteDefinition => ({
      pattern: route.path,
      methods: route.methods === undefined ? null : new Set(route.methods),
      policy: routePolicy(route.path.text, [origin, defaults, route]),
      places: new Map([...placesBelow(['defaults']), ...placesBelow(['routes', index])]),
    })),
    fallback,
  }
}

function balanceOf(balance: ConfigFile['origin']['balance']): Balance {
  if (balance === 'least-pending') return { kind: 'least-pending' }
  const { sticky } = balance
  if ('header' in sticky) return { kind: 'sticky', by: 'header', name: sticky.header }
  return { kind: 'sticky', by: 'cookie', name: sticky.cookie }
}

function breakerOf(breaker: ConfigFile['origin']['breaker']): BreakerPolicy | null {
  if (breaker === 'off') return null
  const { failures, over, errorRate, minRequests, window, openFor, statuses } = breaker
  return {
    failures,
    overMs: over,
    errorRate,
    minRequests,
    windowMs: window,
    openMs: openFor,
    statuses: new Set(statuses),
  }
}
