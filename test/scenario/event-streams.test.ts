// Server-sent events: they flow as they come, on a caching route too, and belong to one client each.
import { expect, test } from 'vitest'
import type { ServerResponse } from 'node:http'
import { cachingAll, stage, until } from '../kit/weir.ts'

/** An endless stream for each client, of which the test writes the events. */
function streaming() {
  const streams: ServerResponse[] = []
  const closed: ServerResponse[] = []
  const handler = (_: unknown, response: ServerResponse): void => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream; charset=utf-8' }).flushHeaders()
    response.on('close', () => closed.push(response))
    streams.push(response)
  }
  return { handler, streams, closed }
}

const request = 'GET /events HTTP/1.1\r\nHost: api.test\r\nAccept: text/event-stream\r\n\r\n'

test.each([
  ['caching', cachingAll],
  ['passing', { routes: [] }],
])('an event stream on a %s route flows without a buffer and without an end', async (_, sections) => {
  const { handler, streams } = streaming()
  const { weir, clock } = await stage(handler, sections)
  const client = await weir.client(request)
  await client.until('text/event-stream')
  for (const event of ['one', 'two', 'three']) {
    streams[0]!.write(`data: ${event}\n\n`)
    await client.until(`data: ${event}\n\n`)
    // Longer than any deadline: a stream may be silent.
    clock.advance(600_000)
  }
  expect(client.socket.destroyed).toBe(false)
})

test('two clients have a stream each; neither is stored, neither waits for the other', async () => {
  const { handler, streams, closed } = streaming()
  const { weir, origin } = await stage(handler)
  const first = await weir.client(request)
  const second = await weir.client(request)
  await until(() => streams.length === 2)
  streams[0]!.write('data: a\n\n')
  streams[1]!.write('data: b\n\n')
  const both = (await first.until('data:')) + (await second.until('data:'))
  expect(both).toContain('data: a')
  expect(both).toContain('data: b')
  expect(both).toContain('detail=event-stream')
  first.destroy()
  second.destroy()
  await until(() => closed.length === 2)
  const third = await weir.client(request)
  await third.until('text/event-stream')
  expect(origin.requests).toHaveLength(3)
})

test('a client that leaves ends its stream at the origin', async () => {
  const { handler, closed } = streaming()
  const { weir } = await stage(handler)
  const client = await weir.client(request)
  await client.until('text/event-stream')
  client.destroy()
  await until(() => closed.length === 1)
})
