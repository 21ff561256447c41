// The figures that dashboards read: names and shape are fixed.
import { expect, test } from 'vitest'
import { caching, stage, until } from '../kit/weir.ts'
import type { OriginHandler } from '../kit/scripted-origin.ts'

const pool = { pool_size: 20, checked_out: 5, overflow: 0, total_connections: 20 }
const healthy: OriginHandler = (_, response) => {
  response.end(JSON.stringify({ status: 'ok', database: { status: 'healthy', latency_ms: 3.2, pool } }))
}
const sections = { ...caching({ ttl: '10s' }), origin: { health: '/health' } }

test('GET /health/performance has exactly the keys and types of its contract', async () => {
  const { weir, clock } = await stage(
    { '/list': (_, response) => void response.end('body'), '/health': healthy },
    sections,
  )
  await weir.get('/list')
  await weir.get('/list')
  await weir.get('/list')
  clock.advance(10_000)
  await weir.request({ method: 'POST', path: '/other' })
  const { status, headers, json } = await weir.manage('/health/performance')
  expect([status, headers['content-type'], headers['cache-control']]).toEqual([
    200,
    'application/json',
    'no-store',
  ])
  expect(json).toMatchObject({
    status: 'ok',
    response_time_ms: 0,
    cache: { total_entries: 1, active_entries: 0, hits: 2, misses: 1, hit_rate: 66.67 },
    database: { status: 'healthy', latency_ms: 3.2, pool },
  })
  const report = json as { cache: Record<string, unknown>; routes: object }
  expect(Object.keys(report).slice(0, 4)).toEqual(['status', 'response_time_ms', 'cache', 'database'])
  expect(Object.keys(report.cache).slice(0, 6)).toEqual([
    'total_entries',
    'active_entries',
    'hits',
    'misses',
    'hit_rate',
    'memory_usage_estimate_mb',
  ])
  for (const value of Object.values(report.cache)) expect(value).toEqual(expect.any(Number))
  expect(report.routes).toMatchObject({ '/*': { requests: 3, hits: 2, misses: 1 } })
})

test('before the first request every rate is a number', async () => {
  const { weir } = await stage(() => undefined, caching({}))
  expect((await weir.manage('/health/performance')).json).toMatchObject({
    status: 'ok',
    cache: { total_entries: 0, hits: 0, misses: 0, hit_rate: 0, memory_usage_estimate_mb: 0 },
    database: null,
  })
})

test.each<[string, OriginHandler, string]>([
  ['that is unwell', (_, response) => void response.end('{"database":{"status":"down"}}'), 'down'],
  ['that says nothing of its database', (_, response) => void response.end('{"status":"ok"}'), 'unknown'],
  ['that says nothing', (_, response) => void response.end('<html>'), 'unknown'],
  ['that goes on and on', (_, response) => void response.end('x'.repeat(100_000)), 'unknown'],
  [
    'that breaks off',
    (_, response) => void response.writeHead(200, { 'Content-Length': 9 }).end('{'),
    'unreachable',
  ],
])('an API %s degrades the report, and does not fail it', async (_, handler, expected) => {
  const { weir } = await stage({ '/health': handler }, sections)
  const { status, json } = await weir.manage('/health/performance')
  expect(status).toBe(200)
  expect(json).toMatchObject({ status: 'degraded', database: { status: expected } })
})

test('an API whose health endpoint hangs is given a second', async () => {
  const { weir, clock, origin } = await stage({ '/health': () => undefined }, sections)
  let answered = false
  const report = weir.manage('/health/performance').finally(() => (answered = true))
  await until(() => origin.requests.length === 1)
  await until(
    () => answered,
    () => clock.advance(100),
  )
  expect((await report).json).toMatchObject({ status: 'degraded', database: { status: 'unreachable' } })
})

test('clear drops everything and says how much; what is being fetched is not stored either', async () => {
  const { weir, origin } = await stage((_, response) => void response.end('body'), caching({ ttl: '60s' }))
  for (const path of ['/a', '/b', '/b?c']) await weir.get(path)
  const cleared = await weir.manage('/health/cache/clear', { method: 'POST' })
  expect([cleared.status, cleared.json]).toEqual([200, { removed: 3 }])
  expect((await weir.get('/a')).headers['x-cache']).toBe('MISS')
  expect(origin.requests).toHaveLength(4)
})

test('cleanup drops what can no longer be used, and says how much', async () => {
  const { weir, clock } = await stage((_, response) => void response.end('body'), {
    routes: [
      { path: '/stale/*', cache: { ttl: '10s', staleIfError: '60s' } },
      { path: '/short/*', cache: '10s' },
      { path: '/*', cache: '60s' },
    ],
  })
  for (const path of ['/short/1', '/short/2', '/stale/1', '/long']) await weir.get(path)
  const clean = async () => (await weir.manage('/health/cache/cleanup', { method: 'POST' })).json
  expect(await clean()).toEqual({ removed: 0 })
  clock.advance(10_000)
  expect(await clean()).toEqual({ removed: 2 })
  clock.advance(60_000)
  expect(await clean()).toEqual({ removed: 2 })
})

test('every answer that is not a plain hit is a line of the log, with its reason', async () => {
  const { weir } = await stage(
    ({ url }, response) => void response.writeHead(url === '/bad' ? 500 : 200).end('body'),
    {
      ...caching({ ttl: '60s' }),
      log: { requests: 'problems' },
    },
  )
  await weir.get('/list?token=secret', { Authorization: 'Bearer secret' })
  await weir.get('/list?token=secret', { Authorization: 'Bearer secret' })
  await weir.get('/bad')
  expect(weir.lines).toHaveLength(2)
  expect(weir.lines[0]).toMatchObject({
    level: 30,
    route: '/*',
    method: 'GET',
    path: '/list',
    status: 200,
    cache: 'MISS',
    reason: 'stored',
    bytes: 4,
    attempts: 1,
    failure: null,
    end: 'whole',
    totalMs: 0,
    originMs: 0,
  })
  expect(weir.lines[1]).toMatchObject({ level: 40, status: 500, reason: 'status-not-cacheable' })
  expect(JSON.stringify(weir.lines)).not.toContain('secret')
})
