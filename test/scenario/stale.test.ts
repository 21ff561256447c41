// Stored answers past their freshness: served while they are refreshed, in place of errors, or not at all.
import { expect, test } from 'vitest'
import { barrier, countdown } from '../kit/barrier.ts'
import { manualClock } from '../kit/manual-clock.ts'
import { scriptedOrigin } from '../kit/scripted-origin.ts'
import type { OriginHandler } from '../kit/scripted-origin.ts'
import { caching, rawStage, stage, startWeir, until } from '../kit/weir.ts'

/** Answers with how often it was asked. */
function counting(): { handler: OriginHandler; asked: () => number } {
  let asked = 0
  return { handler: (_, response) => void response.end(`answer ${++asked}`), asked: () => asked }
}

test('stale-while-revalidate: the stale answer at once, and exactly one refresh', async () => {
  const held = barrier()
  let asked = 0
  const { weir, clock } = await stage(
    async (_, response) => {
      const mine = ++asked
      if (mine > 1) await held.arrive()
      response.end(`answer ${mine}`)
    },
    caching({ ttl: '10s', staleWhileRevalidate: '30s' }),
  )
  await weir.get('/list')
  clock.advance(11_000)
  const stale = await Promise.all(Array.from({ length: 10 }, () => weir.get('/list')))
  for (const { headers, body } of stale) {
    expect(body.toString()).toBe('answer 1')
    expect(headers['x-cache']).toBe('STALE')
    expect(headers.age).toBe('11')
    expect(headers['cache-status']).toBe('weir; hit; ttl=-1; detail=stale-while-revalidate')
  }
  await held.reached
  held.release()
  let fresh = stale[0]!
  while (fresh.headers['x-cache'] !== 'HIT') fresh = await weir.get('/list')
  expect(fresh.body.toString()).toBe('answer 2')
  expect(asked).toBe(2)
})

test('past the window nobody gets the stale answer', async () => {
  const { handler, asked } = counting()
  const { weir, clock } = await stage(handler, caching({ ttl: '10s', staleWhileRevalidate: '30s' }))
  await weir.get('/list')
  clock.advance(40_000)
  const { headers, body } = await weir.get('/list')
  expect([headers['x-cache'], body.toString(), asked()]).toEqual(['MISS', 'answer 2', 2])
})

test('a refresh that fails leaves the stale answer, and the next request tries again', async () => {
  let asked = 0
  const { weir, clock, origin } = await stage(
    (_, response) => {
      asked += 1
      response.writeHead(asked === 2 ? 500 : 200).end(`answer ${asked}`)
    },
    caching({ ttl: '10s', staleWhileRevalidate: '30s' }),
  )
  await weir.get('/list')
  clock.advance(11_000)
  await weir.get('/list')
  await until(() => origin.requests.length === 2)
  let answer = await weir.get('/list')
  expect(answer.body.toString()).toBe('answer 1')
  while (answer.headers['x-cache'] !== 'HIT') answer = await weir.get('/list')
  expect(answer.body.toString()).toBe('answer 3')
})

const forErrors = caching({ ttl: '10s', staleIfError: '60s' })

test('stale-if-error: a 5xx is replaced by what is stored', async () => {
  let failing = false
  const { weir, clock } = await stage((_, response) => {
    response.writeHead(failing ? 503 : 200).end(failing ? 'down' : 'fine')
  }, forErrors)
  await weir.get('/list')
  failing = true
  clock.advance(11_000)
  const { status, headers, body } = await weir.get('/list')
  expect([status, body.toString(), headers['x-cache']]).toEqual([200, 'fine', 'STALE'])
  expect(headers['cache-status']).toBe('weir; fwd=stale; fwd-status=503; detail=stale-if-error')
  clock.advance(60_000)
  expect((await weir.get('/list')).status).toBe(503)
})

test('stale-if-error: a 4xx is an answer like others', async () => {
  let gone = false
  const { weir, clock } = await stage(
    (_, response) => void response.writeHead(gone ? 404 : 200).end(),
    forErrors,
  )
  await weir.get('/list')
  gone = true
  clock.advance(11_000)
  expect((await weir.get('/list')).status).toBe(404)
})

test('stale-if-error: an origin that is not there is replaced by what is stored', async () => {
  const origin = await scriptedOrigin((_, response) => void response.end('fine'))
  const clock = manualClock()
  const weir = await startWeir(origin.url, { ...forErrors, origin: { retry: { attempts: 0 } } }, { clock })
  await weir.get('/list')
  await origin.close()
  clock.advance(11_000)
  const { status, headers } = await weir.get('/list')
  expect([status, headers['x-cache']]).toEqual([200, 'STALE'])
  expect(weir.lines.at(-1)).toMatchObject({ failure: 'connection_refused', reason: 'stale-if-error' })
  clock.advance(60_000)
  expect((await weir.get('/list')).status).toBe(502)
})

test('stale-if-error: an origin that takes too long is replaced by what is stored, for all who wait', async () => {
  const asked = countdown(2)
  const { weir, clock } = await rawStage(async (connection) => {
    await connection.until('\r\n\r\n')
    asked.done()
    if (connection.index === 0)
      connection.write('HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\nfine')
  }, forErrors)
  await weir.get('/list')
  clock.advance(11_000)
  const waiting = [weir.get('/list'), weir.get('/list')]
  await weir.arrivals(3)
  await asked.finished
  clock.advance(30_000)
  for (const { status, headers } of await Promise.all(waiting))
    expect([status, headers['x-cache']]).toEqual([200, 'STALE'])
})

test('a client that asks for validation gets the error', async () => {
  let failing = false
  const { weir } = await stage((_, response) => void response.writeHead(failing ? 503 : 200).end(), forErrors)
  await weir.get('/list')
  failing = true
  expect((await weir.get('/list', { 'Cache-Control': 'no-cache' })).status).toBe(503)
})

test('must-revalidate forbids both windows', async () => {
  let failing = false
  const { weir, clock } = await stage(
    (_, response) => {
      response.writeHead(failing ? 503 : 200, { 'Cache-Control': 'max-age=10, must-revalidate' }).end()
    },
    caching({ ttl: '10s', staleWhileRevalidate: '60s', staleIfError: '60s' }),
  )
  await weir.get('/list')
  failing = true
  clock.advance(11_000)
  expect((await weir.get('/list')).status).toBe(503)
})

test('only-if-cached: what is stored, or 504 without a word to the origin', async () => {
  const { handler, asked } = counting()
  const { weir, clock } = await stage(handler, caching({ ttl: '10s' }))
  const patient = { 'Cache-Control': 'only-if-cached' }
  const cold = await weir.get('/list', patient)
  expect(cold.status).toBe(504)
  expect(cold.headers['cache-status']).toContain('detail=only-if-cached')
  expect(asked()).toBe(0)
  await weir.get('/list')
  expect((await weir.get('/list', patient)).headers['x-cache']).toBe('HIT')
  clock.advance(10_000)
  expect((await weir.get('/list', patient)).status).toBe(504)
  expect(asked()).toBe(1)
})

test('max-stale takes what is stale and asks for nothing', async () => {
  const { handler, asked } = counting()
  const { weir, clock } = await stage(handler, caching({ ttl: '10s' }))
  await weir.get('/list')
  clock.advance(15_000)
  expect((await weir.get('/list', { 'Cache-Control': 'max-stale=5' })).headers['x-cache']).toBe('STALE')
  expect(asked()).toBe(1)
  expect((await weir.get('/list', { 'Cache-Control': 'max-stale=4' })).headers['x-cache']).toBe('MISS')
})

test('what is stale is validated, and confirmed with a 304', async () => {
  const { weir, clock, origin } = await stage((request, response) => {
    response.setHeader('ETag', '"1"').setHeader('Cache-Control', 'max-age=10')
    if (request.headers['if-none-match'] === '"1"') response.writeHead(304).end()
    else response.end('body')
  })
  await weir.get('/list')
  clock.advance(11_000)
  const { status, headers, body } = await weir.get('/list')
  expect([status, body.toString(), headers['x-cache'], headers.age]).toEqual([
    200,
    'body',
    'REVALIDATED',
    '0',
  ])
  expect((await weir.get('/list')).headers['x-cache']).toBe('HIT')
  expect(origin.requests).toHaveLength(2)
})
