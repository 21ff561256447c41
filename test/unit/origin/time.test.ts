// The deadlines of a fetch; time moves only when told to.
import { PassThrough } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { gate, turn } from '../../kit/barrier.ts'
import { originRequest, recordedFetch, usualRetry, usualTimeouts } from '../../kit/recorded-fetch.ts'
import { adapterFor, advanceUntil, silent, speakingBytes, speakingHttp } from './setting.ts'

const once = { ...usualRetry, attempts: 0 }

describe('deadlines', () => {
  test('connect: a handshake that does not come to an end must become 504 connection_timeout, with nothing sent', async () => {
    const accepted = gate()
    const server = await speakingBytes(() => accepted.open())
    const { origin, clock } = adapterFor(server.url.replace('http:', 'https:'))
    const fetch = recordedFetch(origin, originRequest({ retry: once }))
    await accepted.opened
    clock.advance(999)
    expect(fetch.failure).toBe(null)
    clock.advance(1)
    expect(fetch.failure).toMatchObject({
      kind: 'connection_timeout',
      side: 'origin',
      status: 504,
      sent: false,
    })
  })

  test('first byte: a head that does not come must become 504 http_response_timeout and close the connection', async () => {
    const { script, asked } = silent()
    const { origin, clock } = await speakingBytes(script)
    const fetch = recordedFetch(origin, originRequest())
    const connection = await asked
    clock.advance(29_999)
    expect(fetch.failure).toBe(null)
    clock.advance(1)
    expect(fetch.failure).toMatchObject({
      kind: 'http_response_timeout',
      side: 'origin',
      status: 504,
      sent: true,
    })
    await connection.closed
  })

  test('first byte: a head that drips must not move the deadline', async () => {
    const { script, asked } = silent()
    const { origin, clock } = await speakingBytes(script)
    const fetch = recordedFetch(origin, originRequest())
    const connection = await asked
    for (const byte of 'HTTP/1.1 200 OK\r\nX: ') {
      connection.write(byte)
      await turn()
      clock.advance(1_400)
    }
    clock.advance(2_000)
    expect(fetch.failure?.kind).toBe('http_response_timeout')
  })

  test('first byte: it must run from the end of the content, not from its start', async () => {
    const complete = gate()
    const { origin, clock, server } = await speakingHttp((_request, _response, seen) => {
      void seen.finished.then(() => complete.open())
    })
    const stream = new PassThrough()
    const body = { kind: 'stream', stream, bytes: null, limitBytes: null } as const
    const timeouts = { ...usualTimeouts, totalMs: null }
    const fetch = recordedFetch(origin, originRequest({ method: 'PUT', body, timeouts, idempotent: false }))
    for (let piece = 1; piece <= 4; piece++) {
      stream.write('piece')
      await expect.poll(() => server.requests[0]?.body.length).toBe(5 * piece)
      clock.advance(20_000)
    }
    stream.end()
    await complete.opened
    clock.advance(29_999)
    expect(fetch.failure).toBe(null)
    clock.advance(1)
    expect(fetch.failure).toMatchObject({ kind: 'http_response_timeout', side: 'origin' })
  })

  test("idle: a client that stops sending must become 408 on the client's side", async () => {
    const { origin, clock, server } = await speakingHttp(() => undefined)
    const stream = new PassThrough()
    stream.write('ab')
    const body = { kind: 'stream', stream, bytes: null, limitBytes: null } as const
    const fetch = recordedFetch(origin, originRequest({ method: 'PUT', body }))
    await expect.poll(() => server.requests[0]?.body.length).toBe(2)
    clock.advance(30_000)
    expect(fetch.failure).toMatchObject({ kind: 'http_request_error', side: 'client', status: 408 })
    await server.requests[0]!.finished
    expect(server.requests[0]!.complete).toBe(false)
  })

  test("idle: a client that sends nothing at all must become 408 on the client's side", async () => {
    const { origin, clock, connections } = await speakingBytes(() => undefined)
    const body = { kind: 'stream', stream: new PassThrough(), bytes: 9, limitBytes: null } as const
    const fetch = recordedFetch(origin, originRequest({ method: 'PUT', body }))
    await expect.poll(connections).toBe(1)
    await expect.poll(() => origin.stats().running).toBe(1)
    clock.advance(29_999)
    expect(fetch.failure).toBe(null)
    clock.advance(1)
    expect(fetch.failure).toMatchObject({ kind: 'http_request_error', side: 'client', status: 408 })
  })

  test("idle: an origin that stops taking must become 504 on the origin's side", async () => {
    const { origin, clock } = await speakingBytes((connection) => void connection.socket.pause())
    const stream = new PassThrough()
    const body = { kind: 'stream', stream, bytes: null, limitBytes: null } as const
    const fetch = recordedFetch(origin, originRequest({ method: 'PUT', body, idempotent: false }))
    const piece = Buffer.alloc(1_000_000)
    let quiet = 0
    while (quiet < 50) {
      quiet = stream.writableNeedDrain ? quiet + 1 : 0
      if (quiet === 0) stream.write(piece)
      await turn()
    }
    clock.advance(30_000)
    expect(fetch.failure).toMatchObject({ kind: 'http_response_timeout', side: 'origin', status: 504 })
  })

  test('idle: a body that stalls must become http_response_timeout, one that moves must not', async () => {
    const { script, asked } = silent()
    const { origin, clock } = await speakingBytes(script)
    const timeouts = { ...usualTimeouts, totalMs: null }
    const fetch = recordedFetch(origin, originRequest({ timeouts }))
    const connection = await asked
    connection.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n')
    await fetch.headed
    for (let bytes = 1; bytes <= 5; bytes++) {
      connection.write('x')
      await expect.poll(() => fetch.body().length).toBe(bytes)
      clock.advance(29_000)
    }
    expect(fetch.failure).toBe(null)
    clock.advance(1_000)
    expect(fetch.failure?.kind).toBe('http_response_timeout')
    await connection.closed
  })

  test('idle: it must rest while the fetch is paused', async () => {
    const { script, asked } = silent()
    const { origin, clock } = await speakingBytes(script)
    const timeouts = { ...usualTimeouts, totalMs: null }
    const fetch = recordedFetch(origin, originRequest({ timeouts }))
    const connection = await asked
    connection.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nx')
    await expect.poll(() => fetch.body()).toBe('x')
    fetch.pause()
    clock.advance(3_600_000)
    fetch.resume()
    clock.advance(29_999)
    connection.write('y')
    expect([await fetch.over, fetch.body()]).toEqual(['ended', 'xy'])
  })

  test('idle: it must rest while the fetch is paused, though content is still being sent', async () => {
    const { origin, clock, server } = await speakingHttp((_request, response) => void response.write('x'))
    const stream = new PassThrough()
    stream.write('a')
    const body = { kind: 'stream', stream, bytes: null, limitBytes: null } as const
    const timeouts = { ...usualTimeouts, totalMs: null }
    const fetch = recordedFetch(origin, originRequest({ method: 'PUT', body, timeouts, idempotent: false }))
    await expect.poll(() => fetch.body()).toBe('x')
    fetch.pause()
    stream.write('b')
    await expect.poll(() => server.requests[0]!.body.length).toBe(2)
    clock.advance(3_600_000)
    expect(fetch.failure).toBe(null)
    fetch.abort()
  })

  test('total: the whole must end in time, however it moves', async () => {
    const { script, asked } = silent()
    const { origin, clock } = await speakingBytes(script)
    const fetch = recordedFetch(origin, originRequest())
    const connection = await asked
    connection.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n')
    await fetch.headed
    for (let bytes = 1; bytes <= 3; bytes++) {
      connection.write('x')
      await expect.poll(() => fetch.body().length).toBe(bytes)
      clock.advance(19_999)
    }
    expect(fetch.failure).toBe(null)
    clock.advance(3)
    expect(fetch.failure?.kind).toBe('http_response_timeout')
  })

  test('an event stream may be quiet, and may last', async () => {
    const { script, asked } = silent()
    const { origin, clock } = await speakingBytes(script)
    const fetch = recordedFetch(origin, originRequest())
    const connection = await asked
    connection.write('HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n\r\ndata: 1\n\n')
    await expect.poll(() => fetch.body()).toBe('data: 1\n\n')
    clock.advance(86_400_000)
    connection.write('data: 2\n\n')
    await expect.poll(() => fetch.body()).toBe('data: 1\n\ndata: 2\n\n')
    expect(clock.pendingTimers()).toBe(0)
  })

  test('per try: an attempt may be given up early for another, but the last has the whole time', async () => {
    let requests = 0
    const { origin, clock } = await speakingBytes(async (connection) => {
      await connection.until('\r\n\r\n')
      requests += 1
    })
    const retry = { ...usualRetry, attempts: 1, on: new Set(['timeout'] as const) }
    const fetch = recordedFetch(origin, originRequest({ retry }))
    await expect.poll(() => requests).toBe(1)
    clock.advance(5_000)
    await advanceUntil(clock, () => requests === 2)
    clock.advance(29_999)
    expect(fetch.failure).toBe(null)
    clock.advance(1)
    expect([fetch.failure?.kind, fetch.attempts]).toEqual(['http_response_timeout', 2])
  })

  test('per try: it must not cut short a request that is not tried again', async () => {
    const { script, asked } = silent()
    const { origin, clock } = await speakingBytes(script)
    const fetch = recordedFetch(origin, originRequest())
    await asked
    clock.advance(29_999)
    expect(fetch.failure).toBe(null)
    fetch.abort()
  })
})
