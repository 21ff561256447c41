// A body that the origin does not finish never looks whole to anybody, and is never stored.
import { expect, test } from 'vitest'
import { gate } from '../kit/barrier.ts'
import { cachingAll, rawStage, type Sections } from '../kit/weir.ts'
import type { RawConnection } from '../kit/scripted-origin.ts'

type End = 'end' | 'reset' | 'malformed chunk'
const heads: Record<string, string> = {
  'Content-Length': 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf!',
  chunked: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhalf!\r\n',
}
const ends: readonly End[] = ['end', 'reset', 'malformed chunk']
const lastChunk = '\r\n0\r\n'
const passing: Sections = { routes: [] }

/** Breaks the first answer off where the test says, and gives a whole one to who asks again. */
function breakingOff(
  head: string,
  end: End,
  go: Promise<void>,
): (connection: RawConnection) => Promise<void> {
  return async (connection) => {
    await connection.until('\r\n\r\n')
    if (connection.index > 0) {
      connection.write('HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nwhole')
      return
    }
    connection.write(head)
    await go
    if (end === 'reset') connection.reset()
    else if (end === 'end') connection.socket.end()
    else connection.write('zz\r\n')
  }
}

const cases = Object.entries(heads).flatMap(([name, head]) =>
  (name === 'chunked' ? ends : ends.slice(0, 2)).flatMap((end) => [
    { name, head, end, route: 'cached', sections: cachingAll },
    { name, head, end, route: 'not cached', sections: passing },
  ]),
)

test.each(cases)('$name, then $end, on a route that is $route', async ({ head, end, sections }) => {
  const go = gate()
  const { weir } = await rawStage(breakingOff(head, end, go.opened), sections)
  const request = 'GET /list HTTP/1.1\r\nHost: api.test\r\n\r\n'
  const clients = [await weir.client(request)]
  await clients[0]!.until('half!')
  // On the cached route these two follow the first one's fetch; on the other each is answered by itself.
  if (sections === cachingAll) {
    clients.push(await weir.client(request), await weir.client(request))
    for (const client of clients) await client.until('half!')
  }
  go.open()
  for (const client of clients) {
    const received = await client.closed
    expect(received).toContain('half!')
    expect(received).not.toContain(lastChunk)
    expect(received.split('HTTP/1.1 ')).toHaveLength(2)
  }
  expect(weir.lines.map(({ end: how }) => how)).toEqual(clients.map(() => 'broken'))
  expect((await weir.get('/list', { Host: 'api.test' })).body.toString()).toBe('whole')
})

test('an HTTP/1.0 client, whose body ends with the connection, sees a reset', async () => {
  const go = gate()
  const { weir } = await rawStage(breakingOff(heads.chunked!, 'end', go.opened))
  const client = await weir.client('GET /list HTTP/1.0\r\nHost: api.test\r\n\r\n')
  await client.until('half!')
  const failed = new Promise<Error>((resolve) => client.socket.once('error', resolve))
  go.open()
  expect(await failed).toMatchObject({ code: 'ECONNRESET' })
})

test('a body without length and chunks that is reset is not stored', async () => {
  const go = gate()
  const { weir } = await rawStage(breakingOff('HTTP/1.1 200 OK\r\n\r\nhalf!', 'reset', go.opened))
  const client = await weir.client('GET /list HTTP/1.1\r\nHost: api.test\r\n\r\n')
  await client.until('half!')
  go.open()
  expect(await client.closed).not.toContain(lastChunk)
  expect((await weir.get('/list', { Host: 'api.test' })).body.toString()).toBe('whole')
})

test('an origin that stops in the middle of a body is given up after the idle time', async () => {
  const { weir, clock } = await rawStage(breakingOff(heads.chunked!, 'end', gate().opened))
  const client = await weir.client('GET /list HTTP/1.1\r\nHost: api.test\r\n\r\n')
  await client.until('half!')
  clock.advance(30_000)
  expect(await client.closed).not.toContain(lastChunk)
  expect(weir.lines[0]).toMatchObject({ end: 'broken' })
})

test('a client that breaks its own content off never makes a whole request at the origin', async () => {
  const heard = gate<string>()
  const { weir } = await rawStage(async (connection) => {
    await connection.until('half!')
    await connection.closed
    heard.open(connection.received())
  })
  const client = await weir.client(
    'POST /list HTTP/1.1\r\nHost: api.test\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhalf!\r\n',
  )
  await new Promise((resolve) => client.socket.write('', resolve))
  const sent = heard.opened
  await weir.arrivals(1)
  setImmediate(() => client.socket.end())
  expect(await sent).not.toContain(lastChunk)
})
