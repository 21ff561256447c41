// What selects a stored answer: query rules, Vary, the refresh parameter, and what the operator states.
import { expect, test } from 'vitest'
import { barrier } from '../kit/barrier.ts'
import type { OriginHandler } from '../kit/scripted-origin.ts'
import { caching, cachingAll, stage, type TestWeir } from '../kit/weir.ts'

const tellUrl: OriginHandler = ({ url }, response) => void response.end(url)

async function outcome(weir: TestWeir, path: string, headers = {}): Promise<unknown> {
  return (await weir.get(path, headers)).headers['x-cache']
}

test('parameters that are ignored neither select an answer nor reach the origin', async () => {
  const { weir } = await stage(tellUrl, caching({ ttl: '60s', key: { query: { ignore: ['utm_*', 'ref'] } } }))
  expect((await weir.get('/list?page=2&utm_source=x&ref=y')).body.toString()).toBe('/list?page=2')
  expect(await outcome(weir, '/list?utm_medium=z&page=2')).toBe('HIT')
  expect(await outcome(weir, '/list?page=3')).toBe('MISS')
})

test('where only some parameters count, the others do not', async () => {
  const { weir } = await stage(tellUrl, caching({ ttl: '60s', key: { query: { only: ['page'] } } }))
  expect((await weir.get('/list?page=2&bust=1')).body.toString()).toBe('/list?page=2')
  expect(await outcome(weir, '/list?page=2&bust=2')).toBe('HIT')
})

test('the order of parameters counts unless the route sorts them', async () => {
  const { weir } = await stage(tellUrl, {
    routes: [
      { path: '/sorted', cache: { ttl: '60s', key: { sortQuery: true } } },
      { path: '/*', cache: '60s' },
    ],
  })
  await weir.get('/list?a=1&b=2')
  expect(await outcome(weir, '/list?b=2&a=1')).toBe('MISS')
  await weir.get('/sorted?a=1&b=2')
  expect(await outcome(weir, '/sorted?b=2&a=1')).toBe('HIT')
  expect(await outcome(weir, '/sorted?b=2&a=1&a=0')).toBe('MISS')
})

test('variants are kept apart by what Vary nominates, and by nothing else', async () => {
  const { weir, origin } = await stage(({ headers }, response) => {
    response.setHeader('Vary', 'Accept-Language').end(headers['accept-language'])
  })
  for (const language of ['en', 'de', 'fr']) {
    expect(await outcome(weir, '/list', { 'Accept-Language': language })).toBe('MISS')
  }
  for (const language of ['en', 'de', 'fr']) {
    const answer = await weir.get('/list', { 'Accept-Language': language, 'X-Other': language })
    expect([answer.headers['x-cache'], answer.body.toString()]).toEqual(['HIT', language])
  }
  expect(await outcome(weir, '/list')).toBe('MISS')
  expect(origin.requests).toHaveLength(4)
})

test('the number of variants of one key is bounded: the oldest gives way', async () => {
  const { weir } = await stage(
    ({ headers }, response) => void response.setHeader('Vary', 'X-Kind').end(headers['x-kind']),
    caching({ ttl: '60s', variants: 2 }),
  )
  for (const kind of ['1', '2', '3']) await weir.get('/list', { 'X-Kind': kind })
  expect(await outcome(weir, '/list', { 'X-Kind': '3' })).toBe('HIT')
  expect(await outcome(weir, '/list', { 'X-Kind': '2' })).toBe('HIT')
  expect(await outcome(weir, '/list', { 'X-Kind': '1' })).toBe('MISS')
})

test('codings that mean the same to the origin share an answer', async () => {
  const { weir } = await stage(({ headers }, response) => {
    response.setHeader('Vary', 'Accept-Encoding').end(headers['accept-encoding'])
  })
  await weir.get('/list', { 'Accept-Encoding': 'gzip, deflate, br' })
  expect(await outcome(weir, '/list', { 'Accept-Encoding': 'br,  gzip, deflate' })).toBe('HIT')
  expect(await outcome(weir, '/list', { 'Accept-Encoding': 'gzip' })).toBe('MISS')
})

const refreshing = caching({ ttl: '60s', refresh: { param: 'refresh' }, key: { query: 'all' } })

test('the refresh parameter fetches anew, although a fetch is under way, and the next one hits the new', async () => {
  const held = barrier()
  let asked = 0
  const { weir, clock, origin } = await stage(async (_, response) => {
    const mine = ++asked
    if (mine === 1) await held.arrive()
    response.end(`answer ${mine}`)
  }, refreshing)
  const first = weir.get('/list?page=1')
  await held.reached
  clock.advance(1)
  const refreshed = await weir.get('/list?page=1&refresh=1')
  expect([refreshed.body.toString(), refreshed.headers['x-cache']]).toEqual(['answer 2', 'MISS'])
  expect(refreshed.headers['cache-status']).toContain('fwd=request')
  held.release()
  expect((await first).body.toString()).toBe('answer 1')
  // The older fetch ended last, and does not replace what is newer.
  const next = await weir.get('/list?page=1')
  expect([next.body.toString(), next.headers['x-cache']]).toEqual(['answer 2', 'HIT'])
  expect(origin.requests.map(({ url }) => url)).toEqual(['/list?page=1', '/list?page=1'])
})

test('clients that refresh at once share one fetch; refresh=0 asks for none', async () => {
  const held = barrier()
  const { weir, origin } = await stage(async (_, response) => {
    if (origin.requests.length === 2) await held.arrive()
    response.end()
  }, refreshing)
  await weir.get('/list')
  expect(await outcome(weir, '/list?refresh=0')).toBe('HIT')
  const both = [weir.get('/list?refresh=1'), weir.get('/list?refresh=true')]
  await weir.arrivals(4)
  held.release()
  await Promise.all(both)
  expect(origin.requests).toHaveLength(2)
})

test('negative caching: a 404 is stored for as long as the route says, no other error is', async () => {
  const { weir, clock } = await stage(
    ({ url }, response) => void response.writeHead(Number(url?.slice(1))).end(),
    caching({ ttl: '60s', statuses: { 404: '5s' } }),
  )
  await weir.get('/404')
  clock.advance(4_999)
  expect(await outcome(weir, '/404')).toBe('HIT')
  clock.advance(1)
  expect(await outcome(weir, '/404')).toBe('MISS')
  for (const status of [400, 401, 403, 410, 500]) {
    await weir.get(`/${status}`)
    expect(await outcome(weir, `/${status}`)).toBe('MISS')
  }
})

test('the origin knows better than ttl, unless the route overrides it', async () => {
  const script: OriginHandler = (_, response) => void response.setHeader('Cache-Control', 'max-age=5').end()
  const obeying = await stage(script, caching({ ttl: '60s' }))
  await obeying.weir.get('/list')
  obeying.clock.advance(6_000)
  expect(await outcome(obeying.weir, '/list')).toBe('MISS')
  const overriding = await stage(script, caching({ ttl: '60s', override: true }))
  await overriding.weir.get('/list')
  overriding.clock.advance(59_000)
  expect(await outcome(overriding.weir, '/list')).toBe('HIT')
})

test('override also beats no-store and private of a route that is said to be the same for all', async () => {
  const { weir } = await stage(
    (_, response) => void response.setHeader('Cache-Control', 'private, no-store').end(),
    caching({ ttl: '60s', override: true, scope: 'shared' }),
  )
  await weir.get('/list')
  expect(await outcome(weir, '/list', { Authorization: 'Bearer a' })).toBe('HIT')
})

test('two hosts do not share answers', async () => {
  const { weir } = await stage(({ headers }, response) => void response.end(headers.host), cachingAll)
  expect((await weir.get('/', { Host: 'a.test' })).body.toString()).toBe('a.test')
  expect((await weir.get('/', { Host: 'b.test' })).body.toString()).toBe('b.test')
  expect(await outcome(weir, '/', { Host: 'A.test' })).toBe('HIT')
})

test('an encoded delimiter is routed and never stored', async () => {
  const { weir } = await stage(tellUrl)
  await weir.get('/files/a%2Fb')
  expect(await outcome(weir, '/files/a%2fb')).toBe('BYPASS')
})
