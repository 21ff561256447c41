// Nothing that identifies a user, and nothing that was said to one, can be read in Redis.
import { expect, onTestFinished, test } from 'vitest'
import { fleetSecret, startFleet } from '../kit/fleet.ts'
import { eventually, type RedisServer, startRedis } from '../kit/redis.ts'

const secrets = {
  authorization: 'Bearer token-of-a-user-8d1f',
  cookie: 'session=cookie-of-a-user-77aa',
  'x-api-key': 'key-of-a-user-c3c3',
}

/** Every key with everything under it, as text. */
async function dump({ client }: RedisServer): Promise<string> {
  const seen: string[] = []
  for (const key of await client.keys('*')) {
    const type = await client.type(key)
    seen.push(key)
    if (type === 'string') seen.push((await client.getBuffer(key))!.toString('latin1'))
    if (type === 'hash') seen.push(...(await client.hgetallBuffer(key).then(textsOf)))
    if (type === 'zset') seen.push(...(await client.zrange(key, '0', '-1')))
    if (type === 'set') seen.push(...(await client.smembers(key)))
  }
  return seen.join('\n')
}

function textsOf(fields: Record<string, Buffer>): string[] {
  return Object.entries(fields).flatMap(([name, value]) => [name, value.toString('latin1')])
}

test('a scan of all of Redis must find no token, cookie, key, URL or content', async () => {
  const redis = await startRedis()
  onTestFinished(() => redis.stop())
  const heard: string[] = []
  const listener = redis.client.duplicate()
  onTestFinished(() => listener.disconnect())
  await listener.psubscribe('*')
  listener.on('pmessage', (_, channel, message) => heard.push(channel, message))
  const routes = [
    { path: '/pay', methods: ['POST'], idempotency: { ttl: '1h' } },
    { path: '/job', methods: ['POST'], job: { lease: '1m', report: ['/done'] } },
    {
      path: '/thing/:id',
      methods: ['PUT'],
      serialize: { lostUpdates: 'reject' },
      invalidates: ['tag-of-things'],
    },
    { path: '/*', methods: ['GET'], cache: { ttl: '60s', tags: ['tag-of-things'] } },
  ]
  const fleet = await startFleet(
    2,
    redis.url,
    (_, response) => void response.end(JSON.stringify({ done: 3, said: 'content-for-a-user' })),
    { routes },
  )
  const [a, b] = fleet.weirs as [(typeof fleet.weirs)[0], (typeof fleet.weirs)[0]]
  await a.get('/private?ticket=query-of-a-user', secrets)
  await b.get('/private?ticket=query-of-a-user', secrets)
  await a.get('/public')
  const json = { 'content-type': 'application/json', ...secrets }
  const pay = {
    method: 'POST',
    path: '/pay',
    body: '{"n":1}',
    headers: { ...json, 'idempotency-key': 'idem-key-1' },
  }
  const paid = await a.request(pay)
  const again = await b.request(pay)
  expect(again.headers['idempotency-replayed']).toBe('true')
  expect(again.body.equals(paid.body)).toBe(true)
  await a.request({ method: 'POST', path: '/job', headers: secrets })
  await b.request({ method: 'PUT', path: '/thing/7', body: '{}', headers: json })
  await eventually(async () => ((await fleet.redisOf(0)).written as number) >= 2)
  await eventually(() => heard.length > 0)
  const all = `${await dump(redis)}\n${heard.join('\n')}`
  expect(all.length).toBeGreaterThan(1000)
  const forbidden = [
    'of-a-user',
    'content-for',
    'tag-of',
    'idem-key',
    'api.test',
    '/private',
    '/public',
    '/pay',
    '/job',
  ]
  for (const text of [...forbidden, '/thing', fleetSecret]) {
    expect(all).not.toContain(text)
    expect(all).not.toContain(Buffer.from(text).toString('base64').slice(0, -4))
  }
})
