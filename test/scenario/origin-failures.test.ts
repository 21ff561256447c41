// An origin that refuses, stalls, resets or answers with an error: what is tried again, and what the client hears.
import { describe, expect, test } from 'vitest'
import { gate } from '../kit/barrier.ts'
import type { RawConnection } from '../kit/scripted-origin.ts'
import { cachingAll, rawStage, type Sections, stage, startWeir, until } from '../kit/weir.ts'
import { manualClock } from '../kit/manual-clock.ts'

const passing: Sections = { routes: [] }
const okBytes = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok'

/** Resets the first `count` connections once the request is there, and answers on the others. */
function resetting(count: number): (connection: RawConnection) => Promise<void> {
  return async (connection) => {
    await connection.until('\r\n\r\n')
    if (connection.index < count) connection.reset()
    else connection.write(okBytes)
  }
}

describe.each([
  ['cached', cachingAll],
  ['not cached', passing],
])('on a route that is %s', (_, sections) => {
  test('a GET whose connection dies is tried again', async () => {
    const { weir, clock, connections } = await rawStage(resetting(2), sections)
    const answer = weir.get('/list')
    await until(
      () => connections() === 3,
      () => clock.advance(0),
    )
    expect((await answer).body.toString()).toBe('ok')
    expect(weir.lines[0]).toMatchObject({ attempts: 3, failure: null })
  })

  test('a GET is not tried more often than its attempts, and 502 says why', async () => {
    const { weir, clock, connections } = await rawStage(resetting(99), sections)
    const answer = weir.get('/list')
    await until(
      () => connections() === 3,
      () => clock.advance(0),
    )
    const { status, headers, body } = await answer
    expect(status).toBe(502)
    expect(headers['content-type']).toBe('application/problem+json')
    expect(headers['proxy-status']).toBe('weir; error=connection_terminated')
    expect(JSON.parse(body.toString())).toMatchObject({ status: 502, code: 'connection_terminated' })
    expect(connections()).toBe(3)
    expect(weir.lines[0]).toMatchObject({ attempts: 3, failure: 'connection_terminated', status: 502 })
  })
})

test.each([
  ['POST', 'amount=1'],
  ['POST', ''],
  ['PATCH', ''],
])(
  'a %s (content: "%s") whose connection dies after it was sent reaches the origin exactly once',
  async (method, body) => {
    const { weir, connections, clock } = await rawStage(resetting(1))
    const { status, headers } = await weir.request({ method, path: '/pay', body })
    clock.advance(10_000)
    expect(status).toBe(502)
    expect(headers['proxy-status']).toBe('weir; error=connection_terminated')
    // A second request on its way would open the second connection before this one opens its own.
    expect((await weir.get('/list')).body.toString()).toBe('ok')
    expect(connections()).toBe(2)
  },
)

test('a POST on a kept connection that the origin has just closed is not sent twice either', async () => {
  const posts: string[] = []
  const { weir } = await rawStage(async (connection) => {
    const first = await connection.until('\r\n\r\n')
    if (first.startsWith('POST')) posts.push(first)
    connection.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
    await connection.until('POST ')
    posts.push(connection.received())
    connection.reset()
  })
  await weir.get('/list')
  const { status } = await weir.request({ method: 'POST', path: '/pay', body: 'amount=1' })
  expect(status).toBe(502)
  expect((await weir.get('/other')).status).toBe(200)
  expect(posts).toHaveLength(1)
})

test('without a budget nothing is tried again, and a small one holds for all together', async () => {
  const none = await rawStage(resetting(99), { ...passing, origin: { retry: { budget: 0 } } })
  expect((await none.weir.get('/list')).status).toBe(502)
  expect(none.connections()).toBe(1)
  const small = await rawStage(resetting(99), {
    ...passing,
    origin: { breaker: 'off', retry: { budget: '10%' } },
  })
  for (let i = 0; i < 10; i++) {
    let answered = false
    const answer = small.weir.get('/list').finally(() => (answered = true))
    await until(
      () => answered,
      () => small.clock.advance(0),
    )
    expect((await answer).status).toBe(502)
  }
  // A few are always allowed, so that a quiet origin may have a reset repeated.
  expect(small.connections()).toBe(10 + 3)
})

test('a PUT whose content is small is tried again with the same content', async () => {
  const bodies: string[] = []
  const { weir, clock, connections } = await rawStage(async (connection) => {
    bodies.push((await connection.until('name=1')).split('\r\n\r\n')[1]!)
    if (connection.index === 0) connection.reset()
    else connection.write(okBytes)
  })
  const answer = weir.request({ method: 'PUT', path: '/item', body: 'name=1' })
  await until(
    () => connections() === 2,
    () => clock.advance(0),
  )
  expect((await answer).status).toBe(200)
  expect(bodies).toEqual(['name=1', 'name=1'])
})

test('the last answer of the origin is passed on intact, its body too', async () => {
  const retrying: Sections = { routes: [{ path: '/*', cache: '60s', retry: { on: [503], attempts: 1 } }] }
  const { weir, origin, clock } = await stage((_, response) => {
    response.writeHead(503, 'Down For Now', { 'X-Detail': 'why', 'Retry-After': '0' }).end('{"error":"busy"}')
  }, retrying)
  const answer = weir.get('/list')
  await until(
    () => origin.requests.length === 2,
    () => clock.advance(0),
  )
  const { status, statusText, headers, body } = await answer
  expect([status, statusText, headers['x-detail']]).toEqual([503, 'Down For Now', 'why'])
  expect(body.toString()).toBe('{"error":"busy"}')
  expect(headers['proxy-status']).toBeUndefined()
  expect(origin.requests).toHaveLength(2)
})

test('an error of the origin is not stored, and all who wait for it get the same one', async () => {
  const go = gate()
  const { weir, origin } = await stage(async (_, response) => {
    await go.opened
    response.writeHead(500).end('broken')
  })
  const all = Array.from({ length: 5 }, () => weir.get('/list'))
  await weir.arrivals(5)
  go.open()
  for (const { status, body } of await Promise.all(all))
    expect([status, body.toString()]).toEqual([500, 'broken'])
  expect(origin.requests).toHaveLength(1)
  await weir.get('/list')
  expect(origin.requests).toHaveLength(2)
})

test.each([
  ['cached', cachingAll],
  ['not cached', passing],
])('nobody listens at the origin (route %s): 502 at once', async (_, sections) => {
  const clock = manualClock()
  const weir = await startWeir('http://127.0.0.1:1', sections, { clock })
  let answered = false
  const answer = weir.get('/list').finally(() => (answered = true))
  await until(
    () => answered,
    () => clock.advance(0),
  )
  const { status, headers, body } = await answer
  expect(status).toBe(502)
  expect(headers['proxy-status']).toBe('weir; error=connection_refused')
  expect(JSON.parse(body.toString())).toMatchObject({ code: 'connection_refused' })
})

test('an origin that does not answer in time: 504 for all who wait, at one moment', async () => {
  const { weir, clock, origin } = await stage(() => undefined)
  const all = [weir.get('/list'), weir.get('/list'), weir.get('/list')]
  await weir.arrivals(3)
  await until(() => origin.requests.length === 1)
  clock.advance(29_999)
  expect(weir.lines).toHaveLength(0)
  clock.advance(1)
  for (const { status, headers } of await Promise.all(all)) {
    expect(status).toBe(504)
    expect(headers['proxy-status']).toBe('weir; error=http_response_timeout')
  }
  expect(origin.requests).toHaveLength(1)
})

test('an origin that drips its head is given up after the same time', async () => {
  const { weir, clock } = await rawStage(async (connection) => {
    await connection.until('\r\n\r\n')
    connection.write('HTTP/1.1 200 OK\r\nX-One: 1\r\n')
  })
  const answer = weir.get('/list')
  await weir.arrivals(1)
  let answered = false
  void answer.finally(() => (answered = true))
  await until(
    () => answered,
    () => clock.advance(100),
  )
  expect((await answer).status).toBe(504)
})

test.each([
  ['garbage', 'hello\r\n\r\n'],
  ['a status of four digits', 'HTTP/1.1 2000 OK\r\n\r\n'],
  ['two different lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nokk'],
  ['an unknown transfer coding', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: xchunked\r\n\r\nok'],
  ['an upgrade that nobody asked for', 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n'],
])('an origin that answers with %s: 502', async (_, bytes) => {
  const { weir } = await rawStage(
    async (connection) => {
      await connection.until('\r\n\r\n')
      connection.write(bytes)
      connection.socket.end()
    },
    { routes: [], origin: { retry: { attempts: 0 } } },
  )
  const { status, headers } = await weir.get('/list')
  expect(status).toBe(502)
  expect(headers['proxy-status']).toMatch(/^weir; error=http_protocol_error/)
})
