// What the origin receives: exact fields and framing, and never a whole request where the client's broke off.
import { PassThrough, Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import type { RequestContent } from '../../../src/origin/port.ts'
import { gate, turn } from '../../kit/barrier.ts'
import { originRequest, recordedFetch } from '../../kit/recorded-fetch.ts'
import { speakingBytes, speakingHttp } from './setting.ts'

const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'

function held(text: string): RequestContent {
  return { kind: 'held', content: Buffer.from(text) }
}

function streamed(stream: Readable, bytes: number | null, limitBytes: number | null = null): RequestContent {
  return { kind: 'stream', stream, bytes, limitBytes }
}

describe('the bytes of a request', () => {
  test.each<[string, Parameters<typeof originRequest>[0], string, string]>([
    ['GET', {}, '\r\n\r\n', 'GET / HTTP/1.1\r\nhost: api.test\r\nconnection: keep-alive\r\n\r\n'],
    [
      'fields must keep their order, spelling and duplicates',
      {
        target: '/a?b=%20',
        fields: ['X-One', '1', 'Host', 'Api.test:81', 'x-one', '2', 'ACCEPT', '*/*', 'X-Latin', '\xe9'],
      },
      '\r\n\r\n',
      'GET /a?b=%20 HTTP/1.1\r\nhost: Api.test:81\r\nconnection: keep-alive\r\nX-One: 1\r\nx-one: 2\r\nACCEPT: */*\r\nX-Latin: \xe9\r\n\r\n',
    ],
    [
      'held content must state its length',
      { method: 'PUT', body: held('abc') },
      'abc',
      'PUT / HTTP/1.1\r\nhost: api.test\r\nconnection: keep-alive\r\ncontent-length: 3\r\n\r\nabc',
    ],
    [
      'a stream of a declared length must state it',
      { method: 'PATCH', body: streamed(Readable.from([Buffer.from('ab'), Buffer.from('c')]), 3) },
      'abc',
      'PATCH / HTTP/1.1\r\nhost: api.test\r\nconnection: keep-alive\r\ncontent-length: 3\r\n\r\nabc',
    ],
    [
      'POST without content must say so (RFC 9110 §8.6)',
      { method: 'POST', body: streamed(Readable.from([]), 0) },
      '\r\n\r\n',
      'POST / HTTP/1.1\r\nhost: api.test\r\nconnection: keep-alive\r\ncontent-length: 0\r\n\r\n',
    ],
    [
      'GET may have content',
      { body: streamed(Readable.from([Buffer.from('abc')]), 3) },
      'abc',
      'GET / HTTP/1.1\r\nhost: api.test\r\nconnection: keep-alive\r\ncontent-length: 3\r\n\r\nabc',
    ],
    [
      'a method may be any token',
      { method: 'PURGE-ALL', body: held('x') },
      'x',
      'PURGE-ALL / HTTP/1.1\r\nhost: api.test\r\nconnection: keep-alive\r\ncontent-length: 1\r\n\r\nx',
    ],
  ])('%s', async (_name, request, until, expected) => {
    const received = gate<string>()
    const { origin } = await speakingBytes(async (connection) => {
      await connection.until(until)
      received.open(connection.received())
      connection.write(ok)
    })
    const fetch = recordedFetch(origin, originRequest(request))
    expect(await received.opened).toBe(expected)
    expect(await fetch.over).toBe('ended')
  })

  test('a stream of no declared length must be chunked', async () => {
    const body = new PassThrough()
    const received = gate<string>()
    const { origin } = await speakingBytes(async (connection) => {
      body.write('ab')
      await connection.until('ab')
      body.end('c')
      received.open(await connection.until('0\r\n\r\n'))
      connection.write(ok)
    })
    const fetch = recordedFetch(origin, originRequest({ method: 'POST', body: streamed(body, null) }))
    expect(await received.opened).toBe(
      'POST / HTTP/1.1\r\nhost: api.test\r\nconnection: keep-alive\r\ntransfer-encoding: chunked\r\n\r\n' +
        '2\r\nab\r\n1\r\nc\r\n0\r\n\r\n',
    )
    expect(await fetch.over).toBe('ended')
  })

  test('a target that cannot be sent must become 500 proxy_internal_error, with nothing sent', async () => {
    const { origin, connections } = await speakingBytes(() => undefined)
    const fetch = recordedFetch(origin, originRequest({ target: '/a b' }))
    expect(await fetch.over).toBe('failed proxy_internal_error')
    expect(fetch.failure).toMatchObject({ side: 'weir', status: 500, sent: false })
    expect([fetch.attempts, connections()]).toEqual([1, 0])
  })
})

describe('content that may not be whole must never complete the request at the origin', () => {
  const broken = [
    [
      'chunked, broken off by an error',
      null,
      null,
      (body: PassThrough) => body.destroy(new Error('reset')),
      400,
    ],
    ['chunked, broken off by a close', null, null, (body: PassThrough) => body.destroy(), 400],
    ['of a declared length, broken off', 100, null, (body: PassThrough) => body.destroy(), 400],
    ['of a declared length, and short of it', 100, null, (body: PassThrough) => body.end(), 400],
    ['of a declared length, and beyond it', 6, null, (body: PassThrough) => body.end('cdefghijk'), 400],
    ['chunked, and over its limit', null, 6, (body: PassThrough) => body.end('cdefghijk'), 413],
  ] as const

  test.each(broken)('%s', async (_name, bytes, limitBytes, breakIt, status) => {
    const body = new PassThrough()
    const { origin, server } = await speakingHttp((_request, response, seen) => {
      void seen.finished.then(() => seen.complete && response.end())
      breakIt(body)
    })
    body.write('ab')
    const fetch = recordedFetch(
      origin,
      originRequest({ method: 'POST', body: streamed(body, bytes, limitBytes), idempotent: false }),
    )
    expect(await fetch.over).toBe('failed http_request_error')
    expect(fetch.failure).toMatchObject({ side: 'client', status, sent: true })
    await server.requests[0]!.finished
    expect(server.requests[0]).toMatchObject({ complete: false, aborted: true })
    expect(server.requests).toHaveLength(1)
  })

  test.each([
    ['broken off before anything was sent', 10, (body: PassThrough) => body.destroy()],
    ['empty where a length was declared', 10, (body: PassThrough) => body.end()],
    ['over its limit from the start', null, (body: PassThrough) => body.end('way too long')],
  ])('%s', async (_name, bytes, breakIt) => {
    const body = new PassThrough()
    breakIt(body)
    const { origin, server } = await speakingHttp((_request, response) => void response.end())
    const fetch = recordedFetch(
      origin,
      originRequest({ method: 'POST', body: streamed(body, bytes, 4), idempotent: true }),
    )
    expect(await fetch.over).toBe('failed http_request_error')
    await recordedFetch(origin, originRequest({ target: '/after' })).over
    expect(server.requests.filter((seen) => seen.complete).map((seen) => seen.url)).toEqual(['/after'])
  })

  test("must leave the client's stream alone, so that it can be answered", async () => {
    const body = new PassThrough()
    const { origin } = await speakingHttp(() => void body.write('cdefghijk'))
    body.write('ab')
    const fetch = recordedFetch(
      origin,
      originRequest({ method: 'POST', body: streamed(body, null, 6), idempotent: false }),
    )
    await fetch.over
    await turn()
    expect([body.destroyed, body.errored]).toEqual([false, null])
  })

  test("must let go of the client's stream when the fetch fails before it is sent", async () => {
    const { origin, server } = await speakingHttp(() => undefined, { connections: 1, queue: 0 })
    const busy = recordedFetch(origin, originRequest())
    await expect.poll(() => server.requests.length).toBe(1)
    const body = new PassThrough()
    const fetch = recordedFetch(
      origin,
      originRequest({ method: 'POST', body: streamed(body, null), idempotent: false }),
    )
    expect(await fetch.over).toBe('failed connection_limit_reached')
    await turn()
    body.write('left for whoever answers')
    await turn()
    expect([body.destroyed, body.readableLength]).toEqual([false, 24])
    busy.abort()
  })
})

describe('an answer before the end of the content', () => {
  test('must be passed on, and the connection must not be used again', async () => {
    const body = new PassThrough()
    const { origin, connections } = await speakingBytes(async (connection) => {
      await connection.until('\r\n\r\n')
      connection.write('HTTP/1.1 413 Content Too Large\r\nContent-Length: 4\r\n\r\nmuch')
    })
    body.write('ab')
    const fetch = recordedFetch(
      origin,
      originRequest({ method: 'POST', body: streamed(body, 100), idempotent: false }),
    )
    expect([await fetch.over, fetch.body()]).toEqual(['ended', 'much'])
    await turn()
    expect(body.destroyed).toBe(false)
    const next = recordedFetch(origin, originRequest())
    expect(await next.over).toBe('ended')
    expect(connections()).toBe(2)
  })
})

describe('backpressure of the content', () => {
  test('an origin that does not read must hold the client back', async () => {
    const size = 64 * 1024 * 1024
    let given = 0
    const body = new Readable({
      read() {
        given += 65_536
        this.push(given > size ? null : Buffer.alloc(65_536))
      },
    })
    const { origin } = await speakingBytes((connection) => void connection.socket.pause())
    const fetch = recordedFetch(
      origin,
      originRequest({ method: 'POST', body: streamed(body, size), idempotent: false }),
    )
    let quiet = 0
    while (quiet < 200) {
      const before = given
      await turn()
      quiet = given === before ? quiet + 1 : 0
    }
    expect(given).toBeLessThan(size / 2)
    fetch.abort()
  })
})
