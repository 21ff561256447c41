// One user never sees another's answer: what keeps them apart, in the store and within a flight.
import { expect, test } from 'vitest'
import { barrier } from '../kit/barrier.ts'
import { caching, cachingAll, type Sections, stage, until } from '../kit/weir.ts'
import type { OriginHandler } from '../kit/scripted-origin.ts'

/** Says who asks, as far as the request tells. */
const whoAsks: OriginHandler = ({ headers }, response) => {
  response.end(
    `${headers.authorization ?? '-'} ${headers.cookie ?? '-'} ${String(headers['x-api-key'] ?? '-')}`,
  )
}

const users: [string, Record<string, string>, string][] = [
  ['one Authorization', { Authorization: 'Bearer a' }, 'Bearer a - -'],
  ['another Authorization', { Authorization: 'Bearer b' }, 'Bearer b - -'],
  ['one session cookie', { Cookie: 'session=1' }, '- session=1 -'],
  ['another session cookie', { Cookie: 'session=2' }, '- session=2 -'],
  ['an API key', { 'X-API-Key': 'k' }, '- - k'],
  ['both', { Authorization: 'Bearer a', Cookie: 'session=1' }, 'Bearer a session=1 -'],
  ['no credential', {}, '- - -'],
]

test('two Authorization values, two session cookies and none never share what is stored', async () => {
  const { weir, origin } = await stage(whoAsks)
  for (const round of ['MISS', 'HIT']) {
    for (const [, headers, expected] of users) {
      const { body, headers: fields } = await weir.get('/me', headers)
      expect(body.toString()).toBe(expected)
      expect(fields['x-cache']).toBe(round)
    }
  }
  expect(origin.requests).toHaveLength(users.length)
})

test('nor do they share a flight', async () => {
  const held = barrier()
  const { weir, origin } = await stage(async (request, response, seen) => {
    await held.arrive()
    await whoAsks(request, response, seen)
  })
  const asked = [...users, ...users].map(async ([name, headers, expected]) => {
    const { body } = await weir.get('/me', headers)
    return { name, expected, received: body.toString() }
  })
  await weir.arrivals(asked.length)
  await until(() => origin.requests.length >= users.length)
  held.release()
  for (const { expected, received } of await Promise.all(asked)) expect(received).toBe(expected)
  expect(origin.requests).toHaveLength(users.length)
})

test('scope shared: the credential neither selects an answer nor reaches the origin', async () => {
  const { weir, origin } = await stage(whoAsks, caching({ ttl: '60s', scope: 'shared' }))
  const answers = []
  for (const [, headers] of users) answers.push((await weir.get('/rates', headers)).body.toString())
  expect(new Set(answers)).toEqual(new Set(['- - -']))
  expect(origin.requests).toHaveLength(1)
})

test('scope user: a request without a credential passes, and nothing of it is stored', async () => {
  const { weir, origin } = await stage(whoAsks, caching({ ttl: '60s', scope: 'user' }))
  for (let i = 0; i < 2; i++) {
    const { headers } = await weir.get('/me')
    expect(headers['x-cache']).toBe('BYPASS')
    expect(headers['cache-status']).toContain('detail=no-credential')
  }
  expect((await weir.get('/me', { Cookie: 'session=1' })).headers['x-cache']).toBe('MISS')
  expect((await weir.get('/me', { Cookie: 'session=1' })).headers['x-cache']).toBe('HIT')
  expect(origin.requests).toHaveLength(3)
})

test('listed cookies: the others neither tell users apart nor reach the origin', async () => {
  const { weir, origin } = await stage(
    whoAsks,
    caching({ ttl: '60s', credentials: { cookies: ['session'] } }),
  )
  expect((await weir.get('/me', { Cookie: 'theme=dark; session=1' })).body.toString()).toBe('- session=1 -')
  expect((await weir.get('/me', { Cookie: 'session=1; _ga=7' })).headers['x-cache']).toBe('HIT')
  expect((await weir.get('/me', { Cookie: 'session=2; _ga=7' })).body.toString()).toBe('- session=2 -')
  expect((await weir.get('/me', { Cookie: '_ga=7' })).body.toString()).toBe('- - -')
  expect(origin.requests).toHaveLength(3)
})

const unshareable: [string, Record<string, string>, string][] = [
  ['private', { 'Cache-Control': 'private, max-age=60' }, 'response-private'],
  ['no-store', { 'Cache-Control': 'no-store' }, 'response-no-store'],
  ['a cookie', { 'Set-Cookie': 'session=new', 'Cache-Control': 'max-age=60' }, 'set-cookie'],
  ['Vary: *', { Vary: '*' }, 'vary-any'],
]

test.each(unshareable)('an answer with %s goes to its own client alone', async (_, fields, reason) => {
  const { weir, origin } = await stage((request, response) => {
    for (const [name, value] of Object.entries(fields)) response.setHeader(name, value)
    response.end(String(request.headers['x-client']))
  })
  const own = await weir.get('/page', { 'X-Client': 'first' })
  const next = await weir.get('/page', { 'X-Client': 'second' })
  expect(own.body.toString()).toBe('first')
  expect(next.body.toString()).toBe('second')
  expect(own.headers['cache-status']).toContain(`detail=${reason}`)
  expect(own.headers['cache-status']).not.toContain('stored')
  expect(origin.requests).toHaveLength(2)
})

test.each(unshareable)('followers of an answer with %s then go alone, all at once', async (_, fields) => {
  const first = barrier()
  const second = barrier()
  const { weir, origin } = await stage(async (request, response) => {
    for (const [name, value] of Object.entries(fields)) response.setHeader(name, value)
    await (request.headers['x-client'] === '0' ? first : second).arrive()
    response.end(String(request.headers['x-client']))
  })
  const leader = weir.get('/page', { 'X-Client': '0' })
  await first.reached
  const followers = Array.from({ length: 9 }, (_none, i) => weir.get('/page', { 'X-Client': String(i + 1) }))
  await weir.arrivals(10)
  expect(origin.requests).toHaveLength(1)
  first.release()
  // Nobody has been answered yet, and all of them are at the origin: no convoy.
  await until(() => origin.requests.length === 10)
  second.release()
  const bodies = (await Promise.all([leader, ...followers])).map(({ body }) => body.toString())
  expect(bodies).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'])
})

test('a key whose answer could not be shared does not make its next clients wait for one another', async () => {
  const held = barrier()
  let shareable = false
  const { weir, origin } = await stage(async (_, response) => {
    if (origin.requests.length > 1) await held.arrive()
    response.setHeader('Cache-Control', shareable ? 'max-age=60' : 'private').end('body')
  })
  await weir.get('/page')
  const both = [weir.get('/page'), weir.get('/page')]
  await until(() => origin.requests.length === 3)
  shareable = true
  held.release()
  await Promise.all(both)
  // What they came back with can be shared, and from there on it is.
  expect((await weir.get('/page')).headers['x-cache']).toBe('HIT')
  expect(origin.requests).toHaveLength(3)
})

test('a key is coalesced again two minutes after an answer that could not be shared', async () => {
  const held = barrier()
  const { weir, origin, clock } = await stage(async (_, response) => {
    if (origin.requests.length > 1) await held.arrive()
    response.setHeader('Cache-Control', origin.requests.length > 1 ? 'max-age=60' : 'private').end('body')
  })
  await weir.get('/page')
  clock.advance(120_000)
  const both = [weir.get('/page'), weir.get('/page')]
  await weir.arrivals(3)
  await held.reached
  held.release()
  await Promise.all(both)
  expect(origin.requests).toHaveLength(2)
})

test('override does not make an answer that sets a cookie shareable', async () => {
  const { weir, origin } = await stage(
    (_, response) => void response.setHeader('Set-Cookie', 'session=new').end('mine'),
    caching({ ttl: '60s', override: true }),
  )
  await weir.get('/page')
  const { headers } = await weir.get('/page')
  expect(headers['x-cache']).toBe('MISS')
  expect(headers['set-cookie']).toEqual(['session=new'])
  expect(origin.requests).toHaveLength(2)
})

test('the expiry of a JWT bounds how long its answer is served', async () => {
  const { weir, origin, clock } = await stage(whoAsks, cachingAll)
  const payload = { exp: clock.now() / 1000 + 5 }
  const token = ['{"alg":"none"}', JSON.stringify(payload), 'signature']
    .map((part) => Buffer.from(part).toString('base64url'))
    .join('.')
  const headers = { Authorization: `Bearer ${token}` }
  await weir.get('/me', headers)
  clock.advance(4_000)
  expect((await weir.get('/me', headers)).headers['x-cache']).toBe('HIT')
  clock.advance(2_000)
  expect((await weir.get('/me', headers)).headers['x-cache']).toBe('MISS')
  expect(origin.requests).toHaveLength(2)
})

const steering: Sections = {
  ...cachingAll,
  listen: { trusted: ['10.0.0.0/8'] },
}

test('a stranger cannot poison an answer by fields that steer the origin', async () => {
  const { weir, origin } = await stage(({ headers }, response) => {
    response.end(`${String(headers['x-forwarded-host'])} ${String(headers['x-original-url'])}`)
  }, steering)
  const poisoned = await weir.get('/page', {
    Host: 'shop.test',
    'X-Forwarded-Host': 'evil.test',
    'X-Original-URL': '/admin',
  })
  expect(poisoned.body.toString()).toBe('shop.test undefined')
  const next = await weir.get('/page', { Host: 'shop.test' })
  expect(next.headers['x-cache']).toBe('HIT')
  expect(next.body.toString()).toBe('shop.test undefined')
  expect(origin.requests).toHaveLength(1)
})
