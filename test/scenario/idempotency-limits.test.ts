// What is recorded under an Idempotency-Key, for how long, and how much of it.
import { expect, test } from 'vitest'
import { barrier } from '../kit/barrier.ts'
import { rawStage, stage, until } from '../kit/weir.ts'
import { keyed, path, pay, paying, problemOf } from './payments.ts'

test('a key is forgotten after its time', async () => {
  const { weir, origin, clock } = await stage(paying, keyed({ ttl: '1h' }))
  await pay(weir, 'k')
  clock.advance(3_599_000)
  expect((await pay(weir, 'k')).headers['idempotency-replayed']).toBe('true')
  clock.advance(1000)
  expect((await pay(weir, 'k')).headers['idempotency-replayed']).toBeUndefined()
  expect(origin.requests).toHaveLength(2)
})

test.each([
  [200, 1],
  [302, 1],
  [400, 1],
  [404, 1],
  [409, 1],
  [500, 1],
  [502, 1],
  [401, 2],
  [403, 2],
  [429, 2],
  [503, 2],
])('after an answer with %i, two requests with a key reach the origin %i times', async (status, times) => {
  const { weir, origin } = await stage((_, response) => void response.writeHead(status).end('x'), keyed())
  expect((await pay(weir, 'k')).status).toBe(status)
  expect((await pay(weir, 'k')).status).toBe(status)
  expect(origin.requests).toHaveLength(times)
})

test('an answer with 204 is repeated as it was', async () => {
  const { weir } = await stage((_, response) => void response.writeHead(204).end(), keyed())
  await pay(weir, 'k')
  const again = await pay(weir, 'k')
  expect([again.status, again.headers['content-length']]).toEqual([204, undefined])
})

test('where the answer of the origin was lost, a repeat is refused: it may have been carried out', async () => {
  let connections = 0
  const { weir } = await rawStage(
    async (connection) => {
      connections += 1
      await connection.until('5 EUR')
      connection.reset()
    },
    keyed({}, { retry: { attempts: 0 } }),
  )
  expect((await pay(weir, 'k')).status).toBe(502)
  const again = await pay(weir, 'k')
  expect(again.status).toBe(409)
  expect(problemOf(again)).toMatchObject({ code: 'idempotency-lost' })
  expect(connections).toBe(1)
})

test('what never reached the origin may be sent again', async () => {
  const { weir, origin } = await stage(paying, keyed())
  const broken = await weir.client(
    `POST ${path} HTTP/1.1\r\nHost: api.test\r\nIdempotency-Key: k\r\nContent-Length: 5\r\n\r\n5`,
  )
  await weir.arrivals(1)
  broken.destroy()
  await until(() => weir.lines.some(({ end }) => end === 'gone'))
  expect((await pay(weir, 'k')).status).toBe(201)
  expect(origin.requests).toHaveLength(1)
})

test('with an accepted key a POST is retried like an idempotent request; without, it is not', async () => {
  let connections = 0
  const { weir, clock } = await rawStage(async (connection) => {
    const index = connections++
    await connection.until('5 EUR')
    if (index % 2 === 0) connection.reset()
    else connection.write('HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\npaid')
  }, keyed())
  const keyedPay = pay(weir, 'k')
  await until(
    () => connections === 2,
    () => clock.advance(1),
  )
  expect((await keyedPay).status).toBe(200)
  expect((await pay(weir, null)).status).toBe(502)
})

test('an answer too large to be kept is not repeated, and not carried out again', async () => {
  const { weir, origin } = await stage((_, response) => void response.writeHead(201).end('x'.repeat(5000)), {
    ...keyed(),
    cache: { maxEntry: 1000 },
  })
  expect((await pay(weir, 'k')).body).toHaveLength(5000)
  const again = await pay(weir, 'k')
  expect(again.status).toBe(409)
  expect(problemOf(again)).toMatchObject({ code: 'idempotency-too-large' })
  expect(origin.requests).toHaveLength(1)
})

test.each([
  ['declared', false],
  ['chunked', true],
])('content beyond what may be held is refused with 413 (%s)', async (_, chunked) => {
  const { weir, origin } = await stage(paying, keyed({}, { limits: { body: '1KiB' } }))
  const headers = chunked ? { 'Transfer-Encoding': 'chunked' } : {}
  const refused = await pay(weir, 'k', 'x'.repeat(1025), headers)
  expect(refused.status).toBe(413)
  expect(origin.requests).toHaveLength(0)
  expect((await pay(weir, 'k', 'x'.repeat(1024), headers)).status).toBe(201)
})

test('a refusal of the next guard does not use the key up', async () => {
  const running = barrier()
  const { weir, origin } = await stage(
    async (_, response, seen) => {
      await seen.finished
      await running.arrive()
      response.end('ran')
    },
    keyed({}, { job: {} }),
  )
  const first = pay(weir, 'k1')
  await running.reached
  expect((await pay(weir, 'k2')).status).toBe(409)
  running.release()
  await first
  expect((await pay(weir, 'k2')).status).toBe(200)
  expect((await pay(weir, 'k2')).headers['idempotency-replayed']).toBe('true')
  expect(origin.requests).toHaveLength(2)
})
