// What the origin adapter makes of responses, whole, broken and malformed.
import { Buffer } from 'node:buffer'
import { describe, expect, test } from 'vitest'
import { gate, turn } from '../../kit/barrier.ts'
import { originRequest, recordedFetch } from '../../kit/recorded-fetch.ts'
import { adapterFor, answering, speakingBytes, speakingHttp } from './setting.ts'

const noRetry = originRequest({ idempotent: false })

describe('a whole response', () => {
  test('must keep the order, spelling and duplicates of its fields, its reason and its trailers', async () => {
    const { origin } = await speakingBytes(
      answering(
        'HTTP/1.1 203 Fine, Thanks\r\nSet-Cookie: a=1\r\nX-Odd:  b \r\nset-cookie: c=2\r\nX-Empty:\r\nX-Latin: caf\xe9\r\n' +
          'Transfer-Encoding: chunked\r\n\r\n3;ext=1\r\nabc\r\n2\r\nde\r\n0\r\nX-Trailer: t1\r\nx-trailer: t2\r\n\r\n',
        'wait',
      ),
    )
    const fetch = recordedFetch(origin, originRequest())
    expect(await fetch.over).toBe('ended')
    const head = await fetch.headed
    expect([head.status, head.statusText]).toEqual([203, 'Fine, Thanks'])
    expect(head.fields.raw).toEqual(
      ['Set-Cookie', 'a=1', 'X-Odd', 'b', 'set-cookie', 'c=2', 'X-Empty', '', 'X-Latin', 'caf\xe9'].concat(
        'Transfer-Encoding',
        'chunked',
      ),
    )
    expect(fetch.body()).toBe('abcde')
    expect(fetch.trailers?.raw).toEqual(['X-Trailer', 't1', 'x-trailer', 't2'])
    expect(fetch.calls.at(-1)).toBe('ended')
    expect(fetch.attempts).toBe(1)
  })

  test('may be delimited by the close of the connection (RFC 9112 §6.3)', async () => {
    const { origin } = await speakingBytes(answering('HTTP/1.1 200 OK\r\n\r\nuntil the end', 'close'))
    const fetch = recordedFetch(origin, noRetry)
    expect(await fetch.over).toBe('ended')
    expect(fetch.body()).toBe('until the end')
  })

  test('to HEAD must have no content, whatever its Content-Length says (RFC 9110 §9.3.2)', async () => {
    const { origin } = await speakingBytes(answering('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n', 'wait'))
    const fetch = recordedFetch(origin, originRequest({ method: 'HEAD' }))
    expect(await fetch.over).toBe('ended')
    expect(fetch.calls).toEqual(['headed 200', 'ended'])
  })

  test('must be told after `fetch` has returned', async () => {
    const { origin, server } = await speakingHttp((_request, response) => void response.end('ok'))
    const fetch = recordedFetch(origin, originRequest())
    expect(fetch.calls).toEqual([])
    await fetch.over
    expect(server.requests).toHaveLength(1)
  })

  test('must be able to come over a connection that was used before', async () => {
    const { origin, server } = await speakingHttp((_request, response) => void response.end('ok'))
    for (const _ of [1, 2, 3]) {
      await recordedFetch(origin, originRequest()).over
      await turn()
    }
    expect([server.requests.length, server.connections()]).toEqual([3, 1])
  })
})

describe('interim responses (RFC 9110 §15.2)', () => {
  const hint = 'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n'

  test('must be passed on in order', async () => {
    const { origin } = await speakingBytes(
      answering(`${hint}HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n`, 'wait'),
    )
    const fetch = recordedFetch(origin, originRequest())
    expect(await fetch.over).toBe('ended')
    expect(fetch.calls).toEqual(['informed 103', 'informed 102', 'headed 204', 'ended'])
    expect(fetch.interim[0]?.fields.raw).toEqual(['Link', '</a>'])
  })

  test.each([
    ['32 must pass', 32, 'ended'],
    ['33 must not', 33, 'failed http_protocol_error'],
  ])('%s', async (_name, count, expected) => {
    const bytes = `${hint.repeat(count)}HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n`
    const { origin } = await speakingBytes(answering(bytes, 'wait'))
    expect(await recordedFetch(origin, originRequest()).over).toBe(expected)
  })
})

describe('a malformed response must become 502 http_protocol_error, and must not be asked for again', () => {
  test.each([
    ['garbage', 'SSH-2.0-OpenSSH\r\n\r\n'],
    ['a status of four digits', 'HTTP/1.1 2000 OK\r\n\r\n'],
    ['a status below 100', 'HTTP/1.1 099 Odd\r\nContent-Length: 0\r\n\r\n'],
    ['a version that is none', 'HTTP/7.1 200 OK\r\n\r\n'],
    ['two different Content-Length', 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd'],
    ['the same Content-Length twice', 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc'],
    ['a Content-Length that is no number', 'HTTP/1.1 200 OK\r\nContent-Length: abc\r\n\r\nabc'],
    [
      'Content-Length with chunked',
      'HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['an unknown transfer coding', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n'],
    ['a coding after chunked', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, gzip\r\n\r\nabc'],
    ['a NUL in a field', 'HTTP/1.1 200 OK\r\nX: a\0b\r\nContent-Length: 0\r\n\r\n'],
    ['a space before the colon', 'HTTP/1.1 200 OK\r\nX : a\r\nContent-Length: 0\r\n\r\n'],
    ['a head beyond 64 KiB', `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(70_000)}\r\n\r\n`],
    [
      'an unasked 101',
      'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n',
    ],
    ['an unasked 101 that names no protocol', 'HTTP/1.1 101 Switching Protocols\r\n\r\n'],
    ['an unasked 100', 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'],
  ])('%s', async (_name, bytes) => {
    const { origin, connections } = await speakingBytes(answering(bytes, 'wait'))
    const fetch = recordedFetch(origin, originRequest())
    expect(await fetch.over).toBe('failed http_protocol_error')
    expect(fetch.failure).toMatchObject({ side: 'origin', status: 502, sent: true })
    expect([fetch.attempts, connections()]).toEqual([1, 1])
  })
})

describe('a response that breaks off must become http_response_incomplete, and nothing must follow', () => {
  test.each([
    ['within its head, by a close', 'HTTP/1.1 200 OK\r\nConte', 'close', []],
    ['within its head, by a reset', 'HTTP/1.1 200 OK\r\nConte', 'reset', []],
    ['after an interim response', 'HTTP/1.1 103 Early Hints\r\n\r\n', 'close', ['informed 103']],
    [
      'short of its Content-Length',
      'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc',
      'close',
      ['headed 200', 'data'],
    ],
    [
      'short of its Content-Length, on a connection that would close',
      'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 9\r\n\r\nabc',
      'close',
      ['headed 200', 'data'],
    ],
    ['by a reset', 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc', 'reset', ['headed 200', 'data']],
    [
      'between chunks',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n',
      'close',
      ['headed 200', 'data'],
    ],
    [
      'before the last chunk, on a connection that would close',
      'HTTP/1.1 200 OK\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n',
      'close',
      ['headed 200', 'data'],
    ],
    [
      'by a chunk size that is none',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nzz\r\n',
      'wait',
      ['headed 200', 'data'],
    ],
    ['by the reset of a close-delimited body', 'HTTP/1.1 200 OK\r\n\r\nabc', 'reset', ['headed 200', 'data']],
  ] as const)('%s', async (_name, bytes, then, before) => {
    const { origin, connections } = await speakingBytes(answering(bytes, then))
    const fetch = recordedFetch(origin, originRequest())
    expect(await fetch.over).toBe('failed http_response_incomplete')
    await turn()
    expect(fetch.calls).toEqual([...before, 'failed http_response_incomplete'])
    expect(fetch.failure).toMatchObject({ side: 'origin', status: 502, sent: true })
    expect([fetch.attempts, connections()]).toEqual([1, 1])
  })
})

describe('connections', () => {
  test('a refused one must become 502 connection_refused, with nothing sent', async () => {
    const server = await speakingBytes(() => undefined)
    const { origin } = adapterFor('http://127.0.0.1:1')
    expect(server.connections()).toBe(0)
    const fetch = recordedFetch(origin, originRequest({ retry: { ...originRequest().retry, attempts: 0 } }))
    expect(await fetch.over).toBe('failed connection_refused')
    expect(fetch.failure).toMatchObject({ side: 'origin', status: 502, sent: false })
  })

  test('a name without an address must become 502 dns_error', async () => {
    const { origin } = adapterFor('http://nowhere.invalid')
    const fetch = recordedFetch(origin, originRequest({ retry: { ...originRequest().retry, attempts: 0 } }))
    expect(await fetch.over).toBe('failed dns_error')
    expect(fetch.failure).toMatchObject({ status: 502, sent: false })
  })

  test('one with stray bytes after its response must not be used again', async () => {
    const { origin, connections } = await speakingBytes(async (connection) => {
      await connection.until('\r\n\r\n')
      connection.write(
        'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison',
      )
    })
    const first = recordedFetch(origin, originRequest())
    expect([await first.over, first.body()]).toEqual(['ended', 'ok'])
    await turn()
    const second = recordedFetch(origin, originRequest())
    expect([await second.over, second.body(), connections()]).toEqual(['ended', 'ok', 2])
  })

  test('an aborted fetch must close its connection and hear nothing more', async () => {
    const closed = gate()
    const { origin } = await speakingBytes(async (connection) => {
      await connection.until('\r\n\r\n')
      connection.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc')
      await connection.closed
      closed.open()
    })
    const fetch = recordedFetch(origin, originRequest())
    await fetch.headed
    fetch.abort()
    await closed.opened
    expect(fetch.calls.filter((call) => call !== 'data')).toEqual(['headed 200'])
    expect(origin.stats()).toMatchObject({ running: 0, pending: 0 })
  })

  test('a fetch that is aborted at once must send nothing', async () => {
    const { origin, server } = await speakingHttp((_request, response) => void response.end(), {
      connections: 1,
    })
    const fetch = recordedFetch(origin, originRequest({ target: '/never' }))
    fetch.abort()
    await recordedFetch(origin, originRequest({ target: '/next' })).over
    expect([fetch.calls, server.count('/never'), server.count('/next')]).toEqual([[], 0, 1])
  })

  test('a fetch that is aborted while its connection is made must send nothing, and leave the connection to the next', async () => {
    const { origin, server } = await speakingHttp((_request, response) => void response.end())
    const fetch = recordedFetch(origin, originRequest({ target: '/never' }))
    await Promise.resolve()
    expect(origin.stats()).toMatchObject({ connected: 0, pending: 1 })
    fetch.abort()
    await expect.poll(() => origin.stats()).toMatchObject({ connected: 1, pending: 0 })
    await recordedFetch(origin, originRequest({ target: '/next' })).over
    expect([fetch.calls, server.count('/never'), server.connections()]).toEqual([[], 0, 1])
  })
})

describe('backpressure', () => {
  test('a paused fetch must not read on', async () => {
    const size = 8 * 1024 * 1024
    const full = gate()
    const { origin } = await speakingBytes(async (connection) => {
      await connection.until('\r\n\r\n')
      connection.write(`HTTP/1.1 200 OK\r\nContent-Length: ${size}\r\n\r\n`)
      connection.write(Buffer.alloc(size, 'x'))
      full.open()
    })
    const fetch = recordedFetch(origin, originRequest(), (own) => own.pause())
    await full.opened
    await fetch.headed
    for (let turns = 0; turns < 200; turns++) await turn()
    const taken = fetch.body().length
    expect(taken).toBeLessThanOrEqual(64 * 1024)
    expect(fetch.calls).not.toContain('ended')
  })

  test('a fetch that is paused before its head must not go on to the content', async () => {
    const { origin } = await speakingHttp((_request, response) => void response.end('content'))
    const fetch = recordedFetch(origin, originRequest())
    fetch.pause()
    await fetch.headed
    for (let turns = 0; turns < 20; turns++) await turn()
    expect(fetch.calls).toEqual(['headed 200'])
    fetch.resume()
    expect([await fetch.over, fetch.body()]).toEqual(['ended', 'content'])
  })

  test('a fetch that is paused and resumed at each piece must arrive whole', async () => {
    const content = Buffer.alloc(3 * 1024 * 1024, 'abcdefgh')
    const { origin } = await speakingHttp((_request, response) => void response.end(content))
    const fetch = recordedFetch(origin, originRequest(), (own) => {
      own.pause()
      setImmediate(() => own.resume())
    })
    expect(await fetch.over).toBe('ended')
    expect(fetch.body() === content.toString('latin1')).toBe(true)
  })

  test('`resume` must not call the sink itself', async () => {
    const { origin } = await speakingHttp((_request, response) => void response.end(Buffer.alloc(1_000_000)))
    const resumed: number[] = []
    let received = 0
    const fetch = recordedFetch(origin, originRequest(), (own) => {
      received += 1
      own.pause()
      setImmediate(() => {
        const before = received
        own.resume()
        resumed.push(received - before)
      })
    })
    await fetch.over
    expect(resumed.every((calls) => calls === 0)).toBe(true)
  })
})
