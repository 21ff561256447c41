// Writes to one resource: one at a time, in order, bounded, and checked against what is there.
import { expect, test } from 'vitest'
import { barrier, type Barrier, turn } from '../kit/barrier.ts'
import type { Answer } from '../kit/raw-client.ts'
import type { OriginHandler, SeenRequest } from '../kit/scripted-origin.ts'
import { rawStage, type Sections, stage, type TestWeir, until } from '../kit/weir.ts'

const path = '/api/providers/1'

function serialized(serialize: object, others: object = {}, get: object = {}): Sections {
  return {
    routes: [
      { path: '/api/providers/:id', methods: ['PUT', 'PATCH', 'DELETE'], serialize, ...others },
      { path: '/api/providers/:id', methods: ['GET', 'HEAD'], ...get },
    ],
  }
}

/** Resources by path, each with a state; writes stop at barriers, one for each, in the order they come. */
function providers(): {
  handler: OriginHandler
  states: Map<string, string>
  write(index: number): Barrier
  open(): void
} {
  const states = new Map([[path, 'one']])
  const writes: Barrier[] = []
  let isOpen = false
  let count = 0
  const write = (index: number): Barrier => (writes[index] ??= barrier())
  const handler: OriginHandler = async (request, response, seen) => {
    const state = states.get(seen.url)
    if (request.method === 'GET') {
      if (state === undefined) return void response.writeHead(404).end()
      return void response.setHeader('Content-Type', 'text/plain').end(state)
    }
    await seen.finished
    if (!isOpen) await write(count++).arrive()
    states.set(seen.url, seen.body.toString())
    response.writeHead(204).end()
  }
  return { handler, states, write, open: () => (isOpen = true) }
}

function put(weir: TestWeir, body: string, headers: Record<string, string> = {}, at = path): Promise<Answer> {
  return weir.request({ method: 'PUT', path: at, body, headers })
}

function problemOf(answer: Answer): Record<string, unknown> {
  expect(answer.headers['content-type']).toBe('application/problem+json')
  return JSON.parse(answer.body.toString()) as Record<string, unknown>
}

function field({ rawHeaders }: SeenRequest, name: string): string | undefined {
  const index = rawHeaders.findIndex((text, i) => i % 2 === 0 && text.toLowerCase() === name)
  return index < 0 ? undefined : rawHeaders[index + 1]
}

test('writes to one path go one at a time, in the order they came, with growing tokens', async () => {
  const { handler, write } = providers()
  const { weir, origin } = await stage(handler, serialized({}))
  const answers: Promise<Answer>[] = []
  for (let i = 0; i < 5; i++) {
    answers.push(put(weir, `${i}`))
    await weir.arrivals(i + 1)
    await turn()
  }
  for (let i = 0; i < 5; i++) {
    await write(i).reached
    expect(origin.requests).toHaveLength(i + 1)
    write(i).release()
    await answers[i]
  }
  expect(origin.requests.map(({ body }) => body.toString())).toEqual(['0', '1', '2', '3', '4'])
  const tokens = origin.requests.map((seen) => Number(field(seen, 'weir-fencing-token')))
  expect(tokens.slice(1).map((token, i) => token - tokens[i]!)).toEqual([1, 1, 1, 1])
})

test('writes to different paths do not wait for one another', async () => {
  const { handler, write } = providers()
  const { weir } = await stage(handler, serialized({}))
  const one = put(weir, 'a')
  await write(0).reached
  const two = put(weir, 'b', {}, '/api/providers/2')
  await write(1).reached
  write(1).release()
  expect((await two).status).toBe(204)
  write(0).release()
  expect((await one).status).toBe(204)
})

test("a client's own fencing token is not passed on, on any route", async () => {
  const { handler, open } = providers()
  open()
  const { weir, origin } = await stage(handler, serialized({}))
  await put(weir, 'a', { 'Weir-Fencing-Token': '99999999999999999' })
  await weir.request({ method: 'POST', path: '/other', headers: { 'Weir-Fencing-Token': '9' } })
  expect(field(origin.requests[0]!, 'weir-fencing-token')).not.toBe('99999999999999999')
  expect(field(origin.requests[1]!, 'weir-fencing-token')).toBeUndefined()
})

test('beyond the queue and beyond the wait the answer is 503, at once or in time, and nothing is sent', async () => {
  const { handler, write } = providers()
  const { weir, origin, clock } = await stage(handler, serialized({ queue: 1, wait: '2s' }))
  const first = put(weir, 'a')
  await write(0).reached
  const second = put(weir, 'b')
  await weir.arrivals(2)
  await turn()
  const third = await put(weir, 'c')
  expect(third.status).toBe(503)
  expect(problemOf(third)).toMatchObject({ code: 'queue-full' })
  expect(third.headers['retry-after']).toBe('2')
  clock.advance(2000)
  const late = await second
  expect(late.status).toBe(503)
  expect(problemOf(late)).toMatchObject({ code: 'queue-wait-over' })
  expect(late.headers['retry-after']).toBe('1')
  write(0).release()
  await first
  expect(origin.requests).toHaveLength(1)
  const { json } = await weir.manage('/health/performance')
  expect(json).toMatchObject({ refusals: { 'queue-full': 1, 'queue-wait-over': 1 } })
})

test('a client that leaves the line is never sent, and holds up nobody', async () => {
  const { handler, write } = providers()
  const { weir, origin } = await stage(handler, serialized({}))
  const first = put(weir, 'a', { Host: 'api.test' })
  await write(0).reached
  const head = `DELETE ${path} HTTP/1.1\r\nHost: api.test\r\n\r\n`
  const leaving = await weir.client(head)
  await weir.arrivals(2)
  const third = put(weir, 'c', { Host: 'api.test' })
  await weir.arrivals(3)
  leaving.destroy()
  await until(() => weir.lines.some(({ method, end }) => method === 'DELETE' && end === 'gone'))
  write(0).release()
  write(1).release()
  await Promise.all([first, third])
  expect(origin.requests.map(({ method }) => method)).toEqual(['PUT', 'PUT'])
})

test('a client that leaves while its write is at the origin keeps the next waiting until that ends', async () => {
  const { handler, write } = providers()
  const { weir, origin } = await stage(handler, serialized({}))
  const client = await weir.client(`DELETE ${path} HTTP/1.1\r\nHost: api.test\r\n\r\n`)
  await write(0).reached
  client.destroy()
  await until(() => weir.lines.some(({ end }) => end === 'gone'))
  const next = put(weir, 'b')
  await weir.arrivals(2)
  await turn()
  expect(origin.requests).toHaveLength(1)
  write(0).release()
  write(1).release()
  expect((await next).status).toBe(204)
})

test('a lost answer and a timeout give the turn to the next in line', async () => {
  let connections = 0
  const { weir, clock } = await rawStage(
    async (connection) => {
      const index = connections++
      await connection.until('\r\n\r\n')
      if (index === 0) connection.reset()
      if (index === 2) connection.write('HTTP/1.1 204 No Content\r\n\r\n')
    },
    serialized({ wait: '60s' }, { retry: { attempts: 0 } }),
  )
  expect((await put(weir, 'a')).status).toBe(502)
  const stalled = weir.request({ method: 'DELETE', path })
  await until(() => connections === 2)
  const next = weir.request({ method: 'DELETE', path })
  await weir.arrivals(3)
  await turn()
  clock.advance(30_000)
  expect((await stalled).status).toBe(504)
  expect((await next).status).toBe(204)
})

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
