// Idempotency-Key: a repeat is answered as the first was, and the origin runs it once.
import { expect, test } from 'vitest'
import { barrier } from '../kit/barrier.ts'
import type { Answer } from '../kit/raw-client.ts'
import { stage, until } from '../kit/weir.ts'
import { keyed, path, pay, paying, problemOf } from './payments.ts'

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
  const { weir, origin } = await stage(async (_, response, seen) => {
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
  const { weir, origin } = await stage(async (_, response, seen) => {
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
  const { weir, origin } = await stage(async (_, response, seen) => {
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
    async (_, response, seen) => {
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
