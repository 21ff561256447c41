// What is stored, and for whom: nobody can make weir give another client something that is not theirs.
import { describe, expect, test } from 'vitest'
import { caching, cachingAll, stage } from '../kit/weir.ts'
import type { OriginHandler } from '../kit/scripted-origin.ts'

/** Answers with what a careless application would let an attacker choose. */
const reflecting: OriginHandler = ({ url, headers, method }, response) => {
  const { host, authorization, cookie } = headers
  const odd = [
    'x-forwarded-host',
    'x-forwarded-prefix',
    'forwarded',
    'x-original-url',
    'x-http-method-override',
  ]
  response.end(
    JSON.stringify([method, url, host, authorization, cookie, ...odd.map((name) => headers[name])]),
  )
}

type Case = [string, { path?: string; headers?: Record<string, string>; method?: string; body?: string }]

describe('the next client must not get the answer to a request', () => {
  test.each<Case>([
    ['with X-Forwarded-Host', { headers: { 'X-Forwarded-Host': 'evil.test' } }],
    ['with X-Forwarded-Prefix', { headers: { 'X-Forwarded-Prefix': '/evil' } }],
    ['with Forwarded', { headers: { Forwarded: 'host=evil.test' } }],
    ['with X-Original-URL', { headers: { 'X-Original-URL': '/evil' } }],
    ['with a method override', { headers: { 'X-HTTP-Method-Override': 'DELETE' } }],
    ['for another host', { headers: { Host: 'evil.test' } }],
    ['for another port', { headers: { Host: 'x:8080' } }],
    ['with Authorization', { headers: { Authorization: 'Bearer evil' } }],
    ['with a cookie', { headers: { Cookie: 'session=evil' } }],
    ['with content', { body: 'evil' }],
    ['with one more slash', { path: '//list' }],
    ['with a slash at its end', { path: '/list/' }],
    ['in capitals', { path: '/LIST' }],
    ['with a path parameter', { path: '/list;evil' }],
    ['with an encoded question mark', { path: '/list%3Fevil' }],
    ['with an encoded hash', { path: '/list%23evil' }],
    ['with an encoded slash', { path: '/x%2F..%2Flist' }],
    ['with an empty query', { path: '/list?' }],
    ['with a cloaked parameter', { path: '/list?a=1;utm_x=2' }],
    ['with the method HEAD', { method: 'HEAD' }],
  ])('%s', async (_, attack) => {
    const { weir } = await stage(reflecting)
    await weir.request({ path: '/list', ...attack, headers: { Host: 'x', ...attack.headers } })
    const { body } = await weir.get('/list', { Host: 'x' })
    expect(JSON.parse(body.toString())).toEqual([
      'GET',
      '/list',
      'x',
      null,
      null,
      'x',
      null,
      null,
      null,
      null,
    ])
  })

  test('whose key it tried to imitate with the separators of keys', async () => {
    const { weir } = await stage(reflecting, caching({ ttl: '60s', key: { headers: ['x-a', 'x-b'] } }))
    await weir.get('/list', { Host: 'x', 'X-A': '1', 'X-B': '2' })
    for (const [a, b] of [
      ['13:x-b2:=2', ''],
      ['1', '25:'],
      ['1,2', ''],
      ['12', ''],
    ] as const) {
      const { headers } = await weir.get('/list', { Host: 'x', 'X-A': a, 'X-B': b })
      expect(headers['x-cache']).toBe('MISS')
    }
  })

  test('with two Authorization fields, which must be refused', async () => {
    const { weir, origin } = await stage(reflecting)
    const { status } = await weir.get('/list', ['Authorization', 'Bearer a', 'Authorization', 'Bearer b'])
    expect([status, origin.requests.length]).toEqual([400, 0])
  })

  test('whose parameter is not keyed: it must not reach the origin either', async () => {
    const { weir, origin } = await stage(
      reflecting,
      caching({ ttl: '60s', key: { query: { ignore: ['utm_*'] } } }),
    )
    await weir.get('/list?utm_x=%22evil&a=1', { Host: 'x' })
    expect((await weir.get('/list?a=1', { Host: 'x' })).headers['x-cache']).toBe('HIT')
    expect(origin.requests.map(({ url }) => url)).toEqual(['/list?a=1'])
  })

  test('whose parameter was named in another encoding', async () => {
    const { weir, origin } = await stage(
      reflecting,
      caching({ ttl: '60s', key: { query: { ignore: ['utm_*'] } } }),
    )
    await weir.get('/list?%75tm_x=1', { Host: 'x' })
    expect(origin.requests.map(({ url }) => url)).toEqual(['/list'])
  })
})

describe('an answer must not be stored under a path TTL', () => {
  const bytes: [string, OriginHandler][] = [
    ...[400, 401, 403, 404, 405, 410, 413, 414, 429, 500, 502, 503].map((status): [string, OriginHandler] => [
      `whose status is ${status} (CPDoS)`,
      (_, response) => void response.writeHead(status).end(),
    ]),
    ['whose status is an unasked 206', (_, response) => void response.writeHead(206).end('part')],
    ['whose status is an unasked 304', (_, response) => void response.writeHead(304).end()],
    ['that sets a cookie', (_, response) => void response.setHeader('Set-Cookie', 'a=1').end('x')],
    ['whose Vary is *', (_, response) => void response.setHeader('Vary', 'accept, *').end('x')],
    ...[
      'private',
      'no-store',
      'PRIVATE',
      'private=""',
      'private="',
      'private=set-cookie',
      'max-age=60, private',
      'max-age=60,private',
      'max-age=60;private',
      '"private',
      'no-store=1',
      'no-store="a',
      ' , ,no-store',
    ].map((value): [string, OriginHandler] => [
      `whose Cache-Control is ${value}`,
      (_, response) => void response.setHeader('Cache-Control', value).end('x'),
    ]),
    [
      'whose second Cache-Control line says private',
      (_, response) => void response.setHeader('Cache-Control', ['max-age=60', 'private']).end('x'),
    ],
  ]
  test.each(bytes)('%s', async (_, handler) => {
    const { weir, origin } = await stage(handler)
    await weir.get('/list')
    await weir.get('/list')
    expect(origin.requests).toHaveLength(2)
  })

  test.each(['/account/x.css', '/account%2Fx.css', '/account/x.css?.js'])(
    'because %s looks like a file',
    async (path) => {
      const files = { routes: [{ path: '/:name.css', cache: '60s' }] }
      const { weir, origin } = await stage((_, response) => void response.end('mine'), files)
      await weir.get(path)
      await weir.get(path)
      expect(origin.requests).toHaveLength(2)
    },
  )
})

describe('the data port must offer no', () => {
  test.each([
    ['purge by method', 'PURGE', '/list'],
    ['ban by method', 'BAN', '/list'],
    ['purge by path', 'POST', '/health/cache/clear'],
    ['purge by path of one entry', 'POST', '/health/cache/purge'],
    ['view of entries', 'GET', '/health/cache/entries'],
  ])('%s', async (_, method, path) => {
    const { weir, origin } = await stage((request, response) => {
      if (request.url === '/list' && request.method === 'GET') response.end('ok')
      else response.writeHead(405).end('from the origin')
    })
    await weir.get('/list')
    const { status } = await weir
      .request({ method, path, headers: { Connection: 'close' } })
      .catch(() => ({ status: 400 }))
    expect([400, 405]).toContain(status)
    expect((await weir.get('/list')).headers['x-cache']).toBe('HIT')
    expect(origin.count('/list')).toBeLessThanOrEqual(2)
  })
})

describe('memory must be bounded', () => {
  test('variants of one key', async () => {
    const { weir, origin } = await stage(
      (_, response) => void response.setHeader('Vary', 'X-Any').end('x'),
      caching({ ttl: '60s', variants: 4 }),
    )
    for (let i = 0; i < 20; i++) await weir.get('/list', { 'X-Any': String(i) })
    const { json } = await weir.manage('/health/performance')
    expect((json as { cache: { total_entries: number } }).cache.total_entries).toBeLessThanOrEqual(4)
    expect(origin.requests).toHaveLength(20)
  })

  test('entries of invented URLs and tokens', async () => {
    const sections = { ...cachingAll, cache: { memory: '64KiB', maxEntry: '8KiB' } }
    const { weir } = await stage((_, response) => void response.end('x'.repeat(1_000)), sections)
    for (let i = 0; i < 200; i++) await weir.get(`/list?${i}`, { Authorization: `Bearer ${i}` })
    const { json } = await weir.manage('/health/performance')
    expect((json as { cache: { total_entries: number } }).cache.total_entries).toBeLessThan(64)
  })

  test.each(['__proto__', 'constructor', 'hasOwnProperty'])(
    'and whole when a client says %s',
    async (name) => {
      const { weir } = await stage((_, response) => void response.end('ok'))
      const { status } = await weir.get(`/${name}?${name}=1`, {
        [name]: '1',
        Cookie: `${name}=1`,
        Host: `${name}.test`,
      })
      expect(status).toBe(200)
      expect((await weir.get('/fine')).status).toBe(200)
    },
  )
})

describe('a range', () => {
  const whole = 'abcdefghijklmnopqrstuvwxyz'
  test.each([
    ['that is too many', `bytes=${Array.from({ length: 200 }, (_, i) => `${i % 26}-${i % 26}`).join(',')}`],
    ['that overlaps itself', 'bytes=0-,0-,0-'],
    ['of six parts', 'bytes=0-0,2-2,4-4,6-6,8-8,10-10'],
    ['in another unit', 'lines=1-2'],
    ['that is none', 'bytes=x'],
  ])('%s must be answered with the whole', async (_, range) => {
    const { weir } = await stage((_request, response) => void response.end(whole))
    await weir.get('/list')
    const { status, body } = await weir.get('/list', { Range: range })
    expect([status, body.toString()]).toEqual([200, whole])
  })

  test.each(['bytes=18446744073709551600-18446744073709551615', 'bytes=99999999999999999999-'])(
    'beyond all numbers (CVE-2017-7529, %s) must be 416 or the whole',
    async (range) => {
      const { weir } = await stage((_request, response) => void response.end(whole))
      await weir.get('/list')
      const { status, body } = await weir.get('/list', { Range: range })
      expect(status === 416 || body.toString() === whole).toBe(true)
    },
  )
})
