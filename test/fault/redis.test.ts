// Redis fails in every way it can: no request fails for that, none waits for long, and it is used again by itself.
import { expect, onTestFinished, test } from 'vitest'
import { type Fleet, startFleet } from '../kit/fleet.ts'
import { eventually, type RedisServer, startRedis, startRedisCluster, startSentinel } from '../kit/redis.ts'

const TIMEOUT_MS = 400
const settings = { timeout: `${TIMEOUT_MS}ms` }
const routes = [{ path: '/*', methods: ['GET'], cache: '60s' }, { path: '/*' }]

async function server(...options: Parameters<typeof startRedis>): Promise<RedisServer> {
  const redis = await startRedis(...options)
  onTestFinished(() => redis.stop())
  return redis
}

/** Two weirs in front of an origin that says what it was asked. */
function pair(redis: object): Promise<Fleet> {
  return startFleet(2, redis, (request, response) => void response.end(`at ${request.url}`), { routes })
}

let asked = 0

/** Asks for things that nobody has asked for before; how long each took, the longest last. */
async function ask({ weirs }: Fleet, count = 20): Promise<readonly number[]> {
  const times: number[] = []
  for (let i = 0; i < count; i++) {
    const path = `/thing/${asked++}`
    const askedAt = performance.now()
    const answer = await weirs[i % weirs.length]!.get(path)
    times.push(performance.now() - askedAt)
    expect([answer.status, answer.body.toString()]).toEqual([200, `at ${path}`])
  }
  return times.sort((a, b) => a - b)
}

/** What happens must make requests slower by the deadline and a fifth of it at the most, at the 99th percentile. */
async function expectQuick(fleet: Fleet, happens: () => unknown): Promise<void> {
  const usual = await ask(fleet, 100)
  await happens()
  const times = await ask(fleet, 100)
  expect(times[98]! - usual[98]!).toBeLessThan(1.2 * TIMEOUT_MS)
}

/** What one weir stores, the other must find. */
async function expectSharing({ weirs, origin }: Fleet): Promise<void> {
  await eventually(async () => {
    const path = `/thing/${asked++}`
    const before = origin.requests.length
    for (const weir of weirs) {
      expect((await weir.get(path)).body.toString()).toBe(`at ${path}`)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    return origin.requests.length === before + 1
  })
}

async function until(fleet: Fleet, state: string): Promise<void> {
  await eventually(async () => {
    const seen = await Promise.all(fleet.weirs.map((_, index) => fleet.redisOf(index)))
    return seen.every((redis) => redis.state === state && redis.hearing === (state === 'up'))
  })
}

function changes({ weirs }: Fleet): readonly unknown[] {
  return weirs[0]!.lines.flatMap((line) => (line.redis === undefined ? [] : [line.redis]))
}

test('absent at the start: weir must serve, say so, and use it when it comes', async () => {
  const redis = await server()
  await redis.kill()
  const fleet = await pair({ url: redis.url, ...settings })
  await ask(fleet)
  await until(fleet, 'down')
  await redis.restart()
  await until(fleet, 'up')
  await expectSharing(fleet)
  expect(changes(fleet)).toEqual(['down', 'up'])
})

test('killed, and started again with nothing in it: no request must fail or wait', async () => {
  const redis = await server()
  const fleet = await pair({ url: redis.url, ...settings })
  await expectSharing(fleet)
  await expectQuick(fleet, () => redis.kill())
  await until(fleet, 'down')
  await redis.restart()
  await until(fleet, 'up')
  await expectSharing(fleet)
  expect(changes(fleet)).toEqual(['up', 'down', 'up'])
  expect(await fleet.redisOf(0)).toMatchObject({ memory_drops: 1 })
})

test('stopped, with its port open: a few requests must wait for the deadline, and then none', async () => {
  const redis = await server()
  const fleet = await pair({ url: redis.url, ...settings })
  await expectSharing(fleet)
  await expectQuick(fleet, () => redis.freeze())
  await until(fleet, 'down')
  redis.thaw()
  await until(fleet, 'up')
  await expectSharing(fleet)
  const { errors, fallbacks } = (await fleet.redisOf(0)) as unknown as { errors: object; fallbacks: number }
  expect(errors).toHaveProperty('timeout')
  expect(fallbacks).toBeGreaterThan(0)
})

test('out of memory: what it has must be used, writes must be dropped, and invalidations must not be lost', async () => {
  const redis = await server()
  const fleet = await pair({ url: redis.url, ...settings })
  const [a, b] = fleet.weirs as [Fleet['weirs'][0], Fleet['weirs'][0]]
  await a.get('/kept')
  await b.get('/kept')
  await redis.client.config('SET', 'maxmemory', '1')
  await ask(fleet)
  const asksBefore = fleet.origin.count('/kept')
  await a.request({ method: 'POST', path: '/kept' })
  await b.get('/kept')
  await eventually(async () => {
    await b.get('/kept')
    return fleet.origin.count('/kept') === asksBefore + 2
  }, 1000)
  const { errors } = (await fleet.redisOf(0)) as unknown as { errors: Record<string, number> }
  expect(errors.full).toBeGreaterThan(0)
  await redis.client.config('SET', 'maxmemory', '0')
  await expectSharing(fleet)
})

test('other data under our names: it must count as nothing, and be put right', async () => {
  const redis = await server()
  const fleet = await pair({ url: redis.url, ...settings })
  const { client } = redis
  const [a, b] = fleet.weirs as [Fleet['weirs'][0], Fleet['weirs'][0]]
  for (const path of ['/1', '/2', '/3', '/4']) await a.get(path)
  await eventually(async () => (await fleet.redisOf(0)).written === 4)
  const [one, two, three, four] = (await client.keys('*:entry')) as [string, string, string, string]
  const [field, value] = (await client.hgetallBuffer(one).then((all) => Object.entries(all)[0])) as [
    string,
    Buffer,
  ]
  await client.del(two, three, four)
  await client.hset(two, field, value)
  await client.set(three, 'text')
  await client.hset(four, field, Buffer.concat([value.subarray(0, -1), Buffer.of(value.at(-1)! ^ 1)]))
  await client.hset(one, field, 'WEIR', 'another', Buffer.alloc(100_000, 'WEIR\x01'))
  for (const path of ['/1', '/2', '/3', '/4']) {
    const answer = await b.get(path)
    expect([answer.status, answer.body.toString(), answer.headers['x-cache']]).toEqual([
      200,
      `at ${path}`,
      'MISS',
    ])
  }
  await eventually(async () => (await fleet.redisOf(1)).written === 4)
  const late = await fleet.join()
  for (const path of ['/1', '/2', '/3', '/4']) expect((await late.get(path)).headers['x-cache']).toBe('HIT')
  expect((await fleet.redisOf(1)).unreadable).toBeGreaterThan(0)
})

test('failover by Sentinel: no request must fail or wait, and the replica must take over', async () => {
  const set = await startSentinel()
  onTestFinished(() => set.stop())
  const fleet = await pair({ url: set.url, mode: 'sentinel', ...settings })
  await expectSharing(fleet)
  await expectQuick(fleet, () => set.primary.kill())
  await eventually(async () => (await set.replica.client.info('replication')).includes('role:master'))
  await until(fleet, 'up')
  await expectSharing(fleet)
})

test('Cluster: it must be shared over all nodes, and the loss of one must fail no request', async () => {
  const cluster = await startRedisCluster()
  onTestFinished(() => cluster.stop())
  const [first, second, third] = cluster.servers as [RedisServer, RedisServer, RedisServer]
  const fleet = await pair({ url: first.url, mode: 'cluster', ...settings })
  for (let i = 0; i < 10; i++) await expectSharing(fleet)
  const sizes = await Promise.all(cluster.servers.map(({ client }) => client.dbsize()))
  expect(sizes.every((size) => size > 0)).toBe(true)
  const [a, b] = fleet.weirs as [Fleet['weirs'][0], Fleet['weirs'][0]]
  await b.get('/written')
  const before = fleet.origin.count('/written')
  await a.request({ method: 'POST', path: '/written' })
  await eventually(async () => {
    await b.get('/written')
    return fleet.origin.count('/written') === before + 2
  })
  await expectQuick(fleet, () => second.kill())
  await Promise.all([first.kill(), third.kill()])
  await ask(fleet)
})
