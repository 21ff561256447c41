// What a valid configuration comes to: defaults, inheritance, the environment, warnings.
import { describe, expect, test } from 'vitest'
import { formatErrors } from '../../../src/config/errors.ts'
import { configFromFlags, loadConfig, readConfig, type Loaded } from '../../../src/config/load.ts'
import type { WeirConfig } from '../../../src/config/model.ts'
import type { RoutePolicy } from '../../../src/policy/route-policy.ts'

/** What holds where nothing guards a route's writes. */
const unguarded = { invalidatesSoftly: false, job: null, serialize: null, idempotency: null, classify: [] }

function valid(loaded: Loaded): WeirConfig {
  if (loaded.kind === 'invalid') throw new Error(formatErrors(loaded.errors))
  return loaded.config
}

function load(text: string, env: Record<string, string> = {}): WeirConfig {
  return valid(loadConfig(text, { file: 'p.yaml', env }))
}

/** The policy of the one route of a file with these defaults and these sections of the route. */
function policy(defaults: string, route: string): RoutePolicy {
  const config = load(`origin: http://api\ndefaults: ${defaults}\nroutes:\n  - { path: /a/:id, ${route} }`)
  return config.routes[0]!.policy
}

const timeouts = { connectMs: 1000, firstByteMs: 30_000, idleMs: 30_000, totalMs: 60_000 }
const retry = { attempts: 2, on: new Set(['connect-failure', 'reset']), perTryMs: null, budget: 0.2 }
const limits = { bodyBytes: null, urlBytes: 8192, query: new Map(), concurrency: null, queue: 128 }

test('an origin alone must give every default', () => {
  expect(load('origin: http://api:8000/')).toEqual({
    listen: {
      address: { host: '127.0.0.1', port: 8080 },
      headTimeoutMs: 10_000,
      bodyIdleMs: 10_000,
      bodyRate: 100,
      writeIdleMs: 30_000,
      keepAliveMs: 60_000,
      maxHeadBytes: 16_384,
      maxFields: 100,
      maxConnections: 10_000,
      maxPerAddress: null,
      maxPipelined: 64,
      trusted: [],
    },
    origin: {
      url: 'http://api:8000',
      urls: ['http://api:8000'],
      balance: { kind: 'least-pending' },
      breaker: {
        failures: 10,
        overMs: 1_000,
        errorRate: 0.5,
        minRequests: 20,
        windowMs: 10_000,
        openMs: 5_000,
        statuses: new Set(),
      },
      connections: 64,
      keepAliveMs: 4000,
      host: 'preserve',
      timeouts,
      retry,
      health: null,
    },
    manage: { address: { host: '127.0.0.1', port: 9090 }, token: null },
    cache: { memoryBytes: 268_435_456, maxEntryBytes: 8_388_608, secret: null, redis: null },
    log: {
      level: 'info',
      requests: 'problems',
      sample: 1,
      secrets: expect.arrayContaining(['token*']) as string[],
    },
    routes: [],
    fallback: { name: 'unmatched', cache: null, limits, timeouts, retry, invalidates: [], ...unguarded },
  })
})

test('every key of a route must be read', () => {
  const config = load(`
origin: http://api
routes:
  - path: /a/:id
    methods: [GET, QUERY]
    cache:
      ttl: 30s
      override: true
      heuristic: true
      staleWhileRevalidate: 1m
      staleIfError: 10m
      staleDespiteSMaxage: true
      scope: user
      credentials: { headers: [X-Api-Key], cookies: [session] }
      key: { query: { ignore: [utm_*] }, sortQuery: true, headers: [Accept-Language] }
      refresh: { param: refresh }
      statuses: { 404: 5s, 410: 1m }
      tags: [all, "a-:id"]
      variants: 4
    limits: { body: 1MiB, url: 1KiB, query: { limit: { max: 500 } }, concurrency: 64, queue: 0 }
    timeouts: { connect: 2s, firstByte: 3s, idle: 4s, total: off }
    retry: { attempts: 1, on: [timeout, 503], perTry: 5s, budget: 0.5 }
    invalidates: [all, "a-:id", /b/*]`)
  const [route] = config.routes
  expect(route?.pattern.match('/a/7')).toEqual({ id: '7' })
  expect(route?.methods).toEqual(new Set(['GET', 'QUERY']))
  expect(route?.policy).toEqual({
    name: '/a/:id',
    cache: {
      ttlMs: 30_000,
      override: true,
      heuristic: true,
      staleWhileRevalidateMs: 60_000,
      staleIfErrorMs: 600_000,
      staleDespiteSMaxage: true,
      scope: 'user',
      credentials: { headers: ['x-api-key'], cookies: ['session'] },
      key: { query: { kind: 'ignore', names: ['utm_*'] }, sortQuery: true, headers: ['accept-language'] },
      refreshParam: 'refresh',
      statuses: new Map([
        [404, 5000],
        [410, 60_000],
      ]),
      tags: ['all', 'a-:id'],
      maxVariants: 4,
    },
    limits: {
      bodyBytes: 1_048_576,
      urlBytes: 1024,
      query: new Map([['limit', { max: 500 }]]),
      concurrency: 64,
      queue: 0,
    },
    timeouts: { connectMs: 2000, firstByteMs: 3000, idleMs: 4000, totalMs: null },
    retry: { attempts: 1, on: new Set(['timeout', 503]), perTryMs: 5000, budget: 0.5 },
    invalidates: [
      { kind: 'tag', template: 'all' },
      { kind: 'tag', template: 'a-:id' },
      { kind: 'path', pattern: '/b/*' },
    ],
    ...unguarded,
  })
})

describe('inheritance: of defaults and route, the route must win key by key', () => {
  test.each([
    ['{}', 'cache: 30s', { ttlMs: 30_000, scope: 'auto', maxVariants: 16, tags: [] }],
    [
      '{}',
      'cache: {}',
      { ttlMs: null, override: false, key: { query: { kind: 'all' }, sortQuery: false, headers: [] } },
    ],
    ['{ cache: 1m }', 'methods: [GET]', { ttlMs: 60_000 }],
    ['{ cache: 1m }', 'cache: {}', { ttlMs: 60_000 }],
    ['{ cache: { ttl: 1m, scope: user } }', 'cache: 5s', { ttlMs: 5000, scope: 'user' }],
    ['{ cache: off }', 'cache: {}', { ttlMs: null }],
    ['{ cache: { tags: [a] } }', 'cache: { tags: [b] }', { tags: ['b'] }],
    [
      '{ cache: { statuses: { 404: 5s, 410: 5s } } }',
      'cache: { statuses: { 404: 1s } }',
      {
        statuses: new Map([
          [404, 1000],
          [410, 5000],
        ]),
      },
    ],
    [
      '{ cache: { key: { query: { only: [a] }, headers: [x] } } }',
      'cache: { key: { query: { ignore: [b] } } }',
      { key: { query: { kind: 'ignore', names: ['b'] }, sortQuery: false, headers: ['x'] } },
    ],
    [
      '{ cache: { credentials: { cookies: [s] } } }',
      'cache: { credentials: { headers: [x] } }',
      { credentials: { headers: ['x'], cookies: ['s'] } },
    ],
    [
      '{ cache: {} }',
      'cache: { credentials: { cookies: [s] } }',
      { credentials: { headers: ['authorization', 'x-api-key'], cookies: ['s'] } },
    ],
  ])('%s with %s', (defaults, route, cache) => {
    expect(policy(defaults, route).cache).toMatchObject(cache)
  })

  test.each([
    ['{}', 'methods: [GET]'],
    ['{ cache: off }', 'methods: [GET]'],
    ['{ cache: 1m }', 'cache: off'],
  ])('%s with %s must not store', (defaults, route) => {
    expect(policy(defaults, route).cache).toBeNull()
  })

  test('limits, timeouts, retry and invalidates must be inherited in the same way', () => {
    const inherited = policy(
      '{ limits: { body: 1, url: 2, query: { a: { max: 1 } } }, timeouts: { idle: 1s }, retry: { on: [429], attempts: 1 }, invalidates: [x] }',
      'limits: { body: off, query: { b: { max: 2 } } }, timeouts: { total: off }, retry: { attempts: 0 }',
    )
    expect(inherited.limits).toMatchObject({ bodyBytes: null, urlBytes: 2 })
    expect(inherited.limits.query).toEqual(
      new Map([
        ['a', { max: 1 }],
        ['b', { max: 2 }],
      ]),
    )
    expect(inherited.timeouts).toEqual({ ...timeouts, idleMs: 1000, totalMs: null })
    expect(inherited.retry).toEqual({ ...retry, attempts: 0, on: new Set([429]) })
    expect(inherited.invalidates).toEqual([{ kind: 'tag', template: 'x' }])
  })

  test('the origin must give way to defaults, and unmatched requests inherit all but the cache and invalidates', () => {
    const config = load(`
origin: { url: http://api, timeouts: { connect: 2s, idle: 2s }, retry: { attempts: 0 } }
defaults: { cache: 30s, invalidates: [x], timeouts: { idle: 3s }, limits: { body: 1 } }
routes: [{ path: /a }]`)
    const expected = { ...timeouts, connectMs: 2000, idleMs: 3000 }
    expect(config.origin.timeouts).toEqual({ ...timeouts, connectMs: 2000, idleMs: 2000 })
    expect(config.routes[0]?.policy.timeouts).toEqual(expected)
    expect(config.fallback).toEqual({
      name: 'unmatched',
      cache: null,
      limits: { ...limits, bodyBytes: 1 },
      timeouts: expected,
      retry: { ...retry, attempts: 0 },
      invalidates: [],
      ...unguarded,
    })
  })
})

test('values out of the environment must be read as their key is, in any scalar', () => {
  const text = `
origin: { url: "http://\${HOST}:\${PORT:-8000}", connections: "\${MANY}" }
cache: { secret: \${SECRET} }
routes: [{ path: /a, cache: { ttl: "\${TTL:-5s}", override: "\${YES}", statuses: { 404: "\${EMPTY:-1s}" } } }]`.replace(
    '${SECRET}',
    '"${SECRET}"',
  )
  const config = load(text, { HOST: 'api', MANY: '8', SECRET: '12345', YES: 'true', EMPTY: '' })
  expect(config.origin).toMatchObject({ url: 'http://api:8000', connections: 8 })
  expect(config.cache.secret).toBe('12345')
  expect(config.routes[0]?.policy.cache).toMatchObject({
    ttlMs: 5000,
    override: true,
    statuses: new Map([[404, 1000]]),
  })
})

test('what has no effect, and an open management listener, must be warned about', () => {
  const text = `origin: http://api
manage: { listen: localhost:9090 }
routes:
  - { path: /a, methods: [POST], cache: 5s }
  - { path: /b, methods: [GET], invalidates: [a] }`
  const loaded = loadConfig(text, { file: 'p.yaml', env: {} })
  expect(loaded.kind === 'ok' && loaded.warnings).toEqual([
    'p.yaml:2:1 manage: no token: every program on this machine may clear the cache',
    'p.yaml:4:34 routes[0].cache: has no effect: only answers to GET, HEAD and QUERY are stored',
    'p.yaml:5:33 routes[1].invalidates: has no effect: none of the methods writes',
  ])
})

test('without a file, one route must store what the origin allows', () => {
  const { listen, routes } = valid(configFromFlags({ origin: 'http://api', listen: '0.0.0.0:80' }))
  expect(listen.address).toEqual({ host: '0.0.0.0', port: 80 })
  expect(routes.map(({ pattern, methods }) => [pattern.text, methods])).toEqual([
    ['/*', new Set(['GET', 'HEAD'])],
  ])
  expect(routes[0]?.policy.cache).toMatchObject({ ttlMs: null, heuristic: false })
  expect(valid(configFromFlags({ origin: 'http://api' })).listen.address.port).toBe(8080)
})

test('mistakes in flags must name the flag', () => {
  const loaded = configFromFlags({ origin: 'api', listen: '80' })
  expect(loaded.kind === 'invalid' && formatErrors(loaded.errors).split('\n')).toEqual([
    'command line listen: write an address such as 127.0.0.1:8080 or [::1]:8080',
    'command line origin: write a URL such as http://127.0.0.1:8000',
  ])
})

test('a file that is not there must be an error', async () => {
  const loaded = await readConfig('test/no-such.yaml', {})
  expect(loaded.kind === 'invalid' && formatErrors(loaded.errors)).toMatch(
    /^test\/no-such\.yaml cannot be read: ENOENT/,
  )
})
