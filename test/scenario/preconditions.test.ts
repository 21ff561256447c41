// Writes that are checked against what is there, for APIs that have no tags of their own.
import { expect, test } from 'vitest'
import { turn } from '../kit/barrier.ts'
import { stage } from '../kit/weir.ts'
import { field, path, problemOf, providers, put, serialized } from './providers.ts'

for (const [name, get] of [
  ['not cached', {}],
  ['cached', { cache: '60s' }],
] as const) {
  test(`GETs of a covered path carry a derived ETag, and 304 for it (${name})`, async () => {
    const { handler } = providers()
    const { weir, origin } = await stage(handler, serialized({ lostUpdates: 'reject' }, {}, get))
    const first = await weir.get(path, { 'Accept-Encoding': 'gzip' })
    expect(first.headers.etag).toMatch(/^"weir-[\w-]{27}"$/)
    expect(field(origin.requests[0]!, 'accept-encoding')).toBe('identity')
    const again = await weir.get(path, { 'If-None-Match': first.headers.etag! })
    expect(again.status).toBe(304)
    expect(again.headers.etag).toBe(first.headers.etag)
    expect(origin.requests.every((seen) => field(seen, 'if-none-match') === undefined)).toBe(true)
    expect((await weir.get('/api/other/1')).headers.etag).toBeUndefined()
  })

  test(`a write made for an older state is refused with 412, and the repeat sees the current one (${name})`, async () => {
    const { handler, states, open } = providers()
    open()
    const { weir, origin } = await stage(handler, serialized({ lostUpdates: 'reject' }, {}, get))
    const { etag } = (await weir.get(path)).headers
    states.set(path, 'changed behind the back of weir')
    const refused = await put(weir, 'mine', { 'If-Match': etag! })
    expect(refused.status).toBe(412)
    expect(problemOf(refused)).toMatchObject({ code: 'precondition-failed' })
    const fresh = await weir.get(path)
    expect(fresh.body.toString()).toBe('changed behind the back of weir')
    expect((await put(weir, 'mine', { 'If-Match': fresh.headers.etag! })).status).toBe(204)
    const sent = origin.requests.filter(({ method }) => method === 'PUT')
    expect(sent.map((seen) => [seen.body.toString(), field(seen, 'if-match')])).toEqual([['mine', undefined]])
    expect((await weir.get(path)).body.toString()).toBe('mine')
  })
}

test('an answer larger than an entry may be streams without a tag', async () => {
  const large = 'x'.repeat(5000)
  const { weir } = await stage((_, response) => void response.end(large), {
    ...serialized({ lostUpdates: 'reject' }),
    cache: { maxEntry: 1000 },
  })
  const answer = await weir.get(path)
  expect(answer.body.toString()).toBe(large)
  expect(answer.headers.etag).toBeUndefined()
  expect((await put(weir, 'a', { 'If-Match': '"weir-x"' })).status).toBe(412)
})

test("the origin's own strong tag is the one that counts, and reaches it; a weak one is replaced", async () => {
  const tags: Record<string, string> = { [path]: '"v1"', '/api/providers/2': 'W/"v1"' }
  const { weir, origin } = await stage(
    (request, response) => {
      response.setHeader('ETag', tags[request.url!]!)
      response.end(request.method === 'GET' ? 'state' : '')
    },
    serialized({ lostUpdates: 'reject' }),
  )
  expect((await weir.get(path)).headers.etag).toBe('"v1"')
  expect((await put(weir, 'a', { 'If-Match': '"v0"' })).status).toBe(412)
  expect((await put(weir, 'a', { 'If-Match': '"v1"' })).status).toBe(200)
  expect(field(origin.requests.at(-1)!, 'if-match')).toBe('"v1"')
  const derived = (await weir.get('/api/providers/2')).headers.etag!
  expect(derived).toMatch(/^"weir-/)
  expect((await put(weir, 'a', { 'If-Match': derived }, '/api/providers/2')).status).toBe(200)
})

test.each([
  ['If-Match: * needs it to be there', { 'If-Match': '*' }, path, 204],
  ['If-Match: * refuses what is not there', { 'If-Match': '*' }, '/api/providers/9', 412],
  ['If-None-Match: * creates', { 'If-None-Match': '*' }, '/api/providers/9', 204],
  ['If-None-Match: * does not overwrite', { 'If-None-Match': '*' }, path, 412],
  ['a weak tag never matches (RFC 9110 §13.1.1)', { 'If-Match': 'W/"x"' }, path, 412],
  ['without a precondition there is nothing to check', {}, path, 204],
])('reject: %s', async (_, headers, at, status) => {
  const { handler, open } = providers()
  open()
  const { weir } = await stage(handler, serialized({ lostUpdates: 'reject' }))
  expect((await put(weir, 'a', headers as Record<string, string>, at)).status).toBe(status)
})

test('require: a write without a precondition is refused with 428 before it stands in line', async () => {
  const { handler, open } = providers()
  open()
  const { weir, origin } = await stage(handler, serialized({ lostUpdates: 'require' }))
  const refused = await put(weir, 'a')
  expect(refused.status).toBe(428)
  expect(problemOf(refused)).toMatchObject({ code: 'precondition-required' })
  expect(origin.requests).toHaveLength(0)
  const { etag } = (await weir.get(path)).headers
  expect((await put(weir, 'a', { 'If-Match': etag! })).status).toBe(204)
})

test.each([
  [403, 412],
  [500, 503],
])('where GET is answered with %i, nothing is sent, and the answer is %i', async (status, expected) => {
  const { weir, origin } = await stage(
    (_, response) => {
      response.writeHead(status).end()
    },
    serialized({ lostUpdates: 'reject' }),
  )
  const refused = await put(weir, 'a', { 'If-Match': '"x"' })
  expect(refused.status).toBe(expected)
  expect(problemOf(refused)).toMatchObject({ code: 'current-unknown' })
  expect(origin.requests.map(({ method }) => method)).toEqual(['GET'])
})

test('the current state is read as this client would read it, with its credentials and under the lock', async () => {
  const { handler, write } = providers()
  const { weir, origin } = await stage(handler, serialized({ lostUpdates: 'reject' }))
  const { etag } = (await weir.get(path)).headers
  const first = put(weir, 'a', { 'If-Match': etag! })
  await write(0).reached
  const second = put(weir, 'b', { 'If-Match': etag!, Authorization: 'Bearer mine', 'Content-Type': 'x/y' })
  await weir.arrivals(3)
  await turn()
  expect(origin.requests.map(({ method }) => method)).toEqual(['GET', 'GET', 'PUT'])
  write(0).release()
  expect([(await first).status, (await second).status]).toEqual([204, 412])
  const check = origin.requests.at(-1)!
  expect([check.method, field(check, 'authorization'), field(check, 'content-type')]).toEqual([
    'GET',
    'Bearer mine',
    undefined,
  ])
})
