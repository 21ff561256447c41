// When the origin adapter asks again, and when it must not.
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { PassThrough } from 'node:stream'
import { describe, expect, test } from 'vitest'
import type { RetryPolicy } from '../../../src/policy/route-policy.ts'
import { turn } from '../../kit/barrier.ts'
import { originRequest, recordedFetch, usualRetry } from '../../kit/recorded-fetch.ts'
import type { RawConnection } from '../../kit/scripted-origin.ts'
import { adapterFor, advanceUntil, speakingBytes, speakingHttp } from './setting.ts'

const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'

/** Resets (or closes) each of the first `count` connections once a request is there; then answers. */
function losing(
  count: number,
  how: 'reset' | 'close' = 'reset',
): (connection: RawConnection) => Promise<void> {
  return async (connection) => {
    await connection.until('\r\n\r\n')
    if (connection.index >= count) connection.write(ok)
    else if (how === 'reset') connection.reset()
    else connection.socket.end()
  }
}

function retrying(given: Partial<RetryPolicy>): RetryPolicy {
  return { ...usualRetry, ...given }
}

describe('a connection that dies before a byte of the response', () => {
  test.each(['reset', 'close'] as const)(
    'by %s must have an idempotent request sent again on a new one',
    async (how) => {
      const { origin, clock, connections } = await speakingBytes(losing(1, how))
      const fetch = recordedFetch(origin, originRequest())
      await advanceUntil(clock, () => fetch.calls.includes('ended'))
      expect([fetch.body(), fetch.attempts, connections()]).toEqual(['ok', 2, 2])
    },
  )

  test('must have held content sent again', async () => {
    const seen: string[] = []
    const { origin, clock } = await speakingBytes(async (connection) => {
      seen.push(await connection.until('abc'))
      if (connection.index === 0) connection.reset()
      else connection.write(ok)
    })
    const body = { kind: 'held', content: Buffer.from('abc') } as const
    const fetch = recordedFetch(origin, originRequest({ method: 'PUT', body }))
    await advanceUntil(clock, () => fetch.calls.includes('ended'))
    expect(seen).toHaveLength(2)
    expect(seen[0]).toBe(seen[1])
  })

  test.each(['POST', 'PATCH'])('must let a %s reach the origin exactly once', async (method) => {
    const { origin, clock, connections } = await speakingBytes(losing(1))
    const body = { kind: 'held', content: Buffer.from('abc') } as const
    const fetch = recordedFetch(origin, originRequest({ method, body, idempotent: false }))
    expect(await fetch.over).toBe('failed connection_terminated')
    expect(fetch.failure).toMatchObject({ side: 'origin', status: 502, sent: true })
    clock.advance(60_000)
    expect([fetch.attempts, connections()]).toEqual([1, 1])
  })

  test('must let a POST on a used connection that has died reach the origin exactly once', async () => {
    let requests = 0
    const { origin, clock } = await speakingBytes(async (connection) => {
      await connection.until('GET /')
      connection.write(ok)
      await connection.until('POST /')
      requests += 1
      connection.reset()
    })
    await recordedFetch(origin, originRequest()).over
    await turn()
    const fetch = recordedFetch(origin, originRequest({ method: 'POST', idempotent: false }))
    expect(await fetch.over).toBe('failed connection_terminated')
    clock.advance(60_000)
    expect([requests, fetch.attempts]).toEqual([1, 1])
  })

  test('must not have a stream sent again, of which a part is gone', async () => {
    const body = new PassThrough()
    body.write('abc')
    const { origin, connections } = await speakingBytes(losing(1))
    const content = { kind: 'stream', stream: body, bytes: null, limitBytes: null } as const
    const fetch = recordedFetch(origin, originRequest({ method: 'PUT', body: content }))
    expect(await fetch.over).toBe('failed connection_terminated')
    expect([fetch.attempts, connections()]).toEqual([1, 1])
  })

  test('must not be tried more often than the policy says, nor where it does not name it', async () => {
    const { origin, clock, connections } = await speakingBytes(losing(99))
    const thrice = recordedFetch(origin, originRequest())
    await advanceUntil(clock, () => thrice.failure !== null)
    expect([thrice.attempts, connections()]).toEqual([3, 3])
    const once = recordedFetch(
      origin,
      originRequest({ retry: retrying({ on: new Set(['connect-failure']) }) }),
    )
    expect(await once.over).toBe('failed connection_terminated')
    expect(once.attempts).toBe(1)
  })
})

describe('a connection that cannot be made', () => {
  test('must be tried again for any method, its streamed content untouched', async () => {
    const placeholder = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => placeholder.once('listening', resolve))
    const { port } = placeholder.address() as AddressInfo
    await new Promise((resolve) => placeholder.close(resolve))
    const { origin, clock } = adapterFor(`http://127.0.0.1:${port}`, { random: () => 0.999 })
    const body = new PassThrough()
    body.end('abc')
    const content = { kind: 'stream', stream: body, bytes: 3, limitBytes: null } as const
    const fetch = recordedFetch(origin, originRequest({ method: 'POST', body: content, idempotent: false }))
    await expect.poll(() => clock.pendingTimers()).toBe(1)
    await expect.poll(() => origin.stats().pending).toBe(0)
    let received = ''
    const late = createServer((socket) => {
      socket.on('data', (bytes) => {
        received += bytes.toString()
        if (received.endsWith('abc')) socket.end(ok)
      })
    }).listen(port, '127.0.0.1')
    await new Promise((resolve) => late.once('listening', resolve))
    await advanceUntil(clock, () => {
      clock.advance(1)
      return fetch.calls.includes('ended')
    })
    expect(received).toContain('content-length: 3\r\n\r\nabc')
    expect([fetch.body(), fetch.attempts]).toEqual(['ok', 2])
    await new Promise((resolve) => late.close(resolve))
  })

  test('must not be tried again for a client that breaks off its content meanwhile', async () => {
    const { origin, clock } = adapterFor('http://127.0.0.1:1', { random: () => 0.999 })
    const body = new PassThrough()
    const content = { kind: 'stream', stream: body, bytes: 3, limitBytes: null } as const
    const fetch = recordedFetch(origin, originRequest({ method: 'POST', body: content, idempotent: false }))
    await Promise.resolve()
    expect(origin.stats().pending).toBe(1)
    await expect.poll(() => origin.stats().pending).toBe(0)
    expect([clock.pendingTimers(), fetch.calls]).toEqual([1, []])
    body.destroy()
    expect(await fetch.over).toBe('failed http_request_error')
    expect(fetch.failure).toMatchObject({ side: 'client', sent: false })
  })
})

describe('an answer that asks for patience', () => {
  const on503 = retrying({ on: new Set([503]) })

  test('may be followed by another attempt; only the last answer is passed on', async () => {
    const { origin, clock, server } = await speakingHttp((_request, response) => {
      const count = server.requests.length
      if (count < 3) response.writeHead(503, { 'X-Try': String(count) }).end('busy')
      else response.end('fine')
    })
    const fetch = recordedFetch(origin, originRequest({ retry: on503 }))
    await advanceUntil(clock, () => fetch.calls.includes('ended'))
    expect(fetch.calls).toEqual(['headed 200', 'data', 'ended'])
    expect([fetch.body(), fetch.attempts]).toEqual(['fine', 3])
  })

  test('must be passed on intact when it is the last', async () => {
    const { origin, clock, server } = await speakingHttp((_request, response) => {
      response.writeHead(503, 'Later', { 'X-Try': String(server.requests.length) }).end('busy '.repeat(1_000))
    })
    const fetch = recordedFetch(origin, originRequest({ retry: on503 }))
    await advanceUntil(clock, () => fetch.calls.includes('ended'))
    const head = await fetch.headed
    expect([head.status, head.statusText, head.fields.get('x-try')]).toEqual([503, 'Later', '3'])
    expect(fetch.body()).toBe('busy '.repeat(1_000))
    expect(server.requests).toHaveLength(3)
  })

  test('must be passed on at once where the request may not be repeated', async () => {
    const { origin, server } = await speakingHttp(
      (_request, response) => void response.writeHead(503).end('busy'),
    )
    const fetch = recordedFetch(origin, originRequest({ method: 'POST', retry: on503, idempotent: false }))
    expect([await fetch.over, fetch.body(), server.requests.length]).toEqual(['ended', 'busy', 1])
  })

  test('must be given the time that its Retry-After asks for', async () => {
    const { origin, clock, server } = await speakingHttp((_request, response) => {
      if (server.requests.length === 1) response.writeHead(503, { 'Retry-After': '20' }).end()
      else response.end('fine')
    })
    const fetch = recordedFetch(origin, originRequest({ retry: on503 }))
    await expect.poll(() => origin.stats().running + server.requests.length).toBe(1)
    await expect.poll(() => clock.pendingTimers()).toBe(1)
    clock.advance(19_999)
    await new Promise(setImmediate)
    expect(server.requests).toHaveLength(1)
    clock.advance(1)
    expect([await fetch.over, fetch.body(), server.requests.length]).toEqual(['ended', 'fine', 2])
  })

  test('must be passed on at once where its Retry-After goes beyond the deadline', async () => {
    const { origin, server } = await speakingHttp(
      (_request, response) => void response.writeHead(503, { 'Retry-After': '61' }).end('busy'),
    )
    const fetch = recordedFetch(origin, originRequest({ retry: on503 }))
    expect([await fetch.over, fetch.body(), server.requests.length]).toEqual(['ended', 'busy', 1])
  })
})

describe('the budget of retries', () => {
  test('must end them when many requests fail', async () => {
    const { origin, clock, connections } = await speakingBytes(losing(Infinity), { connections: 64 })
    const fetches = Array.from({ length: 40 }, () => recordedFetch(origin, originRequest()))
    await advanceUntil(clock, () => fetches.every((fetch) => fetch.failure !== null))
    expect(connections()).toBe(40 + 8)
  })

  test('must not grow by requests that are long over', async () => {
    const { origin, clock } = await speakingHttp(
      (request, response) => {
        if (request.url === '/fine') response.end()
        else request.socket.resetAndDestroy()
      },
      { connections: 64 },
    )
    await Promise.all(
      Array.from({ length: 60 }, () => recordedFetch(origin, originRequest({ target: '/fine' })).over),
    )
    clock.advance(60_000)
    const fetches = Array.from({ length: 20 }, () =>
      recordedFetch(origin, originRequest({ target: '/lost' })),
    )
    await advanceUntil(clock, () => fetches.every((fetch) => fetch.failure !== null))
    expect(fetches.reduce((sum, fetch) => sum + fetch.attempts, 0)).toBe(20 + 4)
  })

  test('must allow none where it is 0', async () => {
    const { origin, connections } = await speakingBytes(losing(Infinity))
    const fetch = recordedFetch(origin, originRequest({ retry: retrying({ budget: 0 }) }))
    await fetch.over
    expect([fetch.attempts, connections()]).toEqual([1, 1])
  })
})
