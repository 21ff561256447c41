// Many weirs, one cache: what one has fetched the others have, and one fetch is enough for all.
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest'
import { barrier } from '../kit/barrier.ts'
import { startFleet } from '../kit/fleet.ts'
import { eventually, type RedisServer, startRedis } from '../kit/redis.ts'

let redis: RedisServer
beforeAll(async () => {
  redis = await startRedis()
})
afterAll(() => redis.stop())
beforeEach(async () => {
  await redis.client.flushall()
})

test('what one weir has stored another must answer from Redis, with the same bytes and the true age', async () => {
  const { weirs, origin, redisOf } = await startFleet(2, redis.url, (_, response) => {
    response.setHeader('X-Two', ['a', 'b'])
    response.end('é'.repeat(50_000))
  })
  const [a, b] = weirs as [(typeof weirs)[0], (typeof weirs)[0]]
  const first = await a.get('/list?page=1')
  await eventually(async () => (await redisOf(0)).written === 1)
  const second = await b.get('/list?page=1')
  expect(first.headers['x-cache']).toBe('MISS')
  expect(second.headers['x-cache']).toBe('HIT')
  expect(second.headers['cache-status']).toContain('weir; hit')
  expect(second.body.equals(first.body)).toBe(true)
  expect(second.headers['x-two']).toBe('a, b')
  expect(Number(second.headers.age)).toBeLessThan(2)
  expect(origin.requests).toHaveLength(1)
  expect((await b.get('/list?page=1')).headers['x-cache']).toBe('HIT')
  expect(await redisOf(1)).toMatchObject({ state: 'up', hearing: true, hits: 1 })
})

test('of five weirs with one cold key, one must ask the origin, and all be answered', async () => {
  const held = barrier()
  const fleet = await startFleet(5, redis.url, async (_, response) => {
    await held.arrive()
    response.end('x'.repeat(100_000))
  })
  const answers = fleet.weirs.flatMap((weir) => Array.from({ length: 20 }, () => weir.get('/cold')))
  await Promise.all(fleet.weirs.map((weir) => weir.arrivals(20)))
  await held.reached
  held.release()
  const all = await Promise.all(answers)
  expect(all.every(({ status, body }) => status === 200 && body.byteLength === 100_000)).toBe(true)
  expect(fleet.origin.requests).toHaveLength(1)
})

test('an answered write on one weir must reach the memory of the others', async () => {
  let state = 'old'
  const routes = [
    { path: '/items', methods: ['GET'], cache: { ttl: '60s', tags: ['items'] } },
    { path: '/items/:id', methods: ['PUT'], invalidates: ['items'] },
  ]
  const fleet = await startFleet(
    3,
    redis.url,
    (request, response) => {
      if (request.method === 'PUT') state = 'new'
      response.end(state)
    },
    { routes },
  )
  const [a, b, c] = fleet.weirs as [(typeof fleet.weirs)[0], (typeof fleet.weirs)[0], (typeof fleet.weirs)[0]]
  for (const weir of fleet.weirs) expect((await weir.get('/items')).body.toString()).toBe('old')
  await a.request({ method: 'PUT', path: '/items/1' })
  const answeredAt = performance.now()
  expect((await a.get('/items')).body.toString()).toBe('new')
  for (const weir of [b, c]) {
    await eventually(async () => (await weir.get('/items')).body.toString() === 'new', 1000)
  }
  console.log(`the others saw the write ${(performance.now() - answeredAt).toFixed(1)} ms after its answer`)
})

test('a fetch under way on another weir must not be stored after a write', async () => {
  const held = barrier()
  let reads = 0
  const routes = [
    { path: '/items', methods: ['GET'], cache: '60s' },
    { path: '/items', methods: ['POST'] },
  ]
  const fleet = await startFleet(
    3,
    redis.url,
    async (request, response) => {
      if (request.method === 'POST') return void response.end()
      const read = ++reads
      if (read === 1) await held.arrive()
      response.end(`read ${read}`)
    },
    { routes },
  )
  const [a, b, c] = fleet.weirs as [(typeof fleet.weirs)[0], (typeof fleet.weirs)[0], (typeof fleet.weirs)[0]]
  const early = b.get('/items')
  await held.reached
  await a.request({ method: 'POST', path: '/items' })
  await eventually(async () => (await fleet.redisOf(1)).invalidations_heard === 1)
  held.release()
  expect((await early).body.toString()).toBe('read 1')
  expect((await c.get('/items')).body.toString()).toBe('read 2')
  expect((await b.get('/items')).body.toString()).toBe('read 2')
})

test('what a purge on one weir names must be gone from all', async () => {
  let version = 0
  const fleet = await startFleet(2, redis.url, (_, response) => {
    response.end(`${++version}`)
  })
  const [a, b] = fleet.weirs as [(typeof fleet.weirs)[0], (typeof fleet.weirs)[0]]
  for (const purge of ['/health/cache/purge', '/health/cache/clear']) {
    const before = (await a.get('/x')).body.toString()
    await eventually(async () => (await b.get('/x')).body.toString() === before)
    const body = purge.endsWith('purge') ? JSON.stringify({ prefix: '/x' }) : ''
    await a.manage(purge, { method: 'POST', body, headers: { 'content-type': 'application/json' } })
    await eventually(async () => Number((await b.get('/x')).body.toString()) > Number(before), 1000)
  }
})

test('a leader that dies must cost the others one lease at the most', async () => {
  const held = barrier()
  const fleet = await startFleet(2, redis.url, async (_, response) => {
    if (fleet.origin.requests.length === 1) await held.arrive()
    response.end('here')
  })
  onTestFinished(held.release)
  const [a, b] = fleet.weirs as [(typeof fleet.weirs)[0], (typeof fleet.weirs)[0]]
  const lost = a.get('/slow').catch(() => null)
  await held.reached
  await a.stop()
  const askedAt = performance.now()
  expect((await b.get('/slow')).body.toString()).toBe('here')
  expect(performance.now() - askedAt).toBeLessThan(3500)
  held.release()
  await lost
})

test('answers that may not be shared must not make weirs wait for one another', async () => {
  const fleet = await startFleet(3, redis.url, (_, response) => {
    response.setHeader('Cache-Control', 'no-store')
    setTimeout(() => response.end('mine'), 50)
  })
  const askedAt = performance.now()
  await Promise.all(fleet.weirs.map((weir) => weir.get('/private')))
  expect(performance.now() - askedAt).toBeLessThan(1000)
  expect(fleet.origin.requests).toHaveLength(3)
})
