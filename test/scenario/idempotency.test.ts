// Idempotency-Key: a repeat is answered as the first was, and the origin runs it once.
import { expect, test } from 'vitest'
import { barrier } from '../kit/barrier.ts'
import type { Answer } from '../kit/raw-client.ts'
import type { OriginHandler } from '../kit/scripted-origin.ts'
import { rawStage, type Sections, stage, type TestWeir, until } from '../kit/weir.ts'

const path = '/api/pay'

function keyed(idempotency: object = {}, others: object = {}): Sections {
  return { routes: [{ path, methods: ['POST'], idempotency, ...others }] }
}

/** Each run is told apart by its answer. */
const paying: OriginHandler = async (request, response, seen) => {
  await seen.finished
  payments += 1
  response.writeHead(201, 'Paid', { Location: '/api/payments/1', 'Set-Cookie': ['a=1', 'b=2'] })
  response.end(`payment ${payments} of ${seen.body.toString()}`)
}
let payments = 0

function pay(
  weir: TestWeir,
  key: string | null,
  body = '5 EUR',
  headers: Record<string, string> = {},
): Promise<Answer> {
  const keyField = key === null ? {} : { 'Idempotency-Key': key }
  return weir.request({ method: 'POST', path, body, headers: { Host: 'api.test', ...keyField, ...headers } })
}

function problemOf(answer: Answer): Record<string, unknown> {
  expect(answer.headers['content-type']).toBe('application/problem+json')
  return JSON.parse(answer.body.toString()) as Record<string, unknown>
}

test('a repeat gets the stored answer, marked, and the origin is not asked again', async () => {
  const { weir, origin } = await stage(paying, keyed())
  const first = await pay(weir, 'k1')
  const again = await pay(weir, 'k1')
  expect([again.status, again.statusText, again.body.toString()]).toEqual([
    201,
    'Paid',
    first.body.toString(),
  ])
  expect(again.headers['set-cookie']).toEqual(['a=1', 'b=2'])
  expect(again.headers.location).toBe('/api/payments/1')
  expect(first.headers['idempotency-replayed']).toBeUndefined()
  expect(again.headers['idempotency-replayed']).toBe('true')
  expect(again.headers['cache-status']).toBe('weir; detail=idempotency-replayed')
  expect(origin.requests).toHaveLength(1)
  await pay(weir, 'k2')
  await pay(weir, null)
  await pay(weir, null)
  expect(origin.requests).toHaveLength(4)
})

test('a key in quotes and the same without are one', async () => {
  const { weir, origin } = await stage(paying, keyed())
  await pay(weir, '"8e03978e-40d5"')
  await pay(weir, '8e03978e-40d5')
  expect(origin.requests).toHaveLength(1)
})

test('the answer is lost on the wire: the client repeats, and the origin has run it once', async () => {
  const paid = barrier()
  const { weir, origin } = await stage(async (request, response, seen) => {
    await seen.finished
    await paid.arrive()
    response.end('paid')
  }, keyed())
  const client = await weir.client(
    `POST ${path} HTTP/1.1\r\nHost: api.test\r\nIdempotency-Key: k\r\nContent-Length: 5\r\n\r\n5 EUR`,
  )
  await paid.reached
  client.reset()
  await until(() => weir.lines.some(({ end }) => end === 'gone'))
  const early = await pay(weir, 'k')
  expect(early.status).toBe(409)
  expect(early.headers['retry-after']).toBe('1')
  paid.release()
  let again = await pay(weir, 'k')
  while (again.status === 409) again = await pay(weir, 'k')
  expect(again.body.toString()).toBe('paid')
  expect(again.headers['idempotency-replayed']).toBe('true')
  expect(origin.requests).toHaveLength(1)
})

test('the answer breaks off on its way to the client: the whole of it is there for the repeat', async () => {
  const rest = barrier()
  const { weir, origin } = await stage(async (request, response, seen) => {
    await seen.finished
    response.write('first half, ')
    await rest.arrive()
    response.end('second half')
  }, keyed())
  const client = await weir.client(
    `POST ${path} HTTP/1.1\r\nHost: api.test\r\nIdempotency-Key: k\r\nContent-Length: 5\r\n\r\n5 EUR`,
  )
  await client.until('first half')
  client.reset()
  await until(() => weir.lines.some(({ end }) => end === 'gone'))
  rest.release()
  let again = await pay(weir, 'k')
  while (again.status === 409) again = await pay(weir, 'k')
  expect(again.body.toString()).toBe('first half, second half')
  expect(origin.requests).toHaveLength(1)
})

test('of many at once with one key, one is carried out; the others are told to wait', async () => {
  const paid = barrier()
  const { weir, origin } = await stage(async (request, response, seen) => {
    await seen.finished
    await paid.arrive()
    response.end('paid')
  }, keyed())
  const all = Array.from({ length: 50 }, () => pay(weir, 'k'))
  await paid.reached
  await until(() => weir.lines.filter(({ status }) => status === 409).length === 49)
  paid.release()
  const answers = await Promise.all(all)
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
  for (const answer of answers.filter(({ status }) => status === 409))
    expect(problemOf(answer)).toMatchObject({ code: 'idempotency-in-flight' })
  expect(origin.requests).toHaveLength(1)
})

test.each([
  ['other content', {}, '6 EUR'],
  ['another query', { query: '?x' }, '5 EUR'],
  ['another method', { method: 'PATCH' }, '5 EUR'],
])('the same key with %s is refused with 422, in flight and after', async (_, other, body) => {
  const paid = barrier()
  const { weir, origin } = await stage(
    async (request, response, seen) => {
      await seen.finished
      await paid.arrive()
      response.end('paid')
    },
    { routes: [{ path, idempotency: {} }] },
  )
  const { query = '', method = 'POST' } = other as { query?: string; method?: string }
  const differing = (): Promise<Answer> =>
    weir.request({ method, path: path + query, body, headers: { Host: 'api.test', 'Idempotency-Key': 'k' } })
  const first = pay(weir, 'k')
  await paid.reached
  expect(problemOf(await differing())).toMatchObject({ status: 422, code: 'idempotency-mismatch' })
  paid.release()
  await first
  expect((await differing()).status).toBe(422)
  expect(origin.requests).toHaveLength(1)
})

test('a key belongs to its credential and host: nobody is shown the answer to another', async () => {
  const { weir, origin } = await stage(paying, keyed())
  await pay(weir, 'k', '5 EUR', { Authorization: 'Bearer one' })
  await pay(weir, 'k', '5 EUR', { Authorization: 'Bearer two' })
  await pay(weir, 'k', '5 EUR', { Cookie: 'session=1' })
  await pay(weir, 'k', '5 EUR', { Host: 'other.test' })
  await pay(weir, 'k')
  expect(origin.requests).toHaveLength(5)
  const again = await pay(weir, 'k', '5 EUR', { Authorization: 'Bearer two' })
  expect(again.headers['idempotency-replayed']).toBe('true')
})

test.each([
  ['missing where it is required', null, 'idempotency-key-missing'],
  ['empty', '', 'idempotency-key-invalid'],
  ['too long', 'k'.repeat(256), 'idempotency-key-invalid'],
])('a key that is %s is refused with 400', async (_, key, code) => {
  const { weir, origin } = await stage(paying, keyed({ required: true }))
  const refused = await pay(weir, key)
  expect(refused.status).toBe(400)
  expect(problemOf(refused)).toMatchObject({ code })
  expect(origin.requests).toHaveLength(0)
  const { json } = await weir.manage('/health/performance')
  expect(json).toMatchObject({ refusals: { [code]: 1 } })
})

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
    async (request, response, seen) => {
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
