// Whom a request is for and which of its fields go on: Host, target, Connection, upgrades and forwarding fields.
import { describe, expect, test } from 'vitest'
import { rawStage, stage, until } from '../kit/weir.ts'
import {
  arena,
  expectForwarded,
  expectRefused,
  forwarded,
  lines,
  next,
  nextForwarded,
  statuses,
} from './arena.ts'

const get = (target: string, ...fields: readonly string[]): string =>
  lines(`GET ${target} HTTP/1.1`, 'Host: x', ...fields, '')

describe('the host', () => {
  test.each([
    ['that is missing', lines('GET /a HTTP/1.1', '')],
    ['that is missing in HTTP/1.0', lines('GET /a HTTP/1.0', '')],
    ['that is empty', lines('GET /a HTTP/1.1', 'Host:', '')],
    ['given twice', lines('GET /a HTTP/1.1', 'Host: x', 'Host: y', '')],
    ['given twice, the same', lines('GET /a HTTP/1.1', 'Host: x', 'host: x', '')],
    ['with a list', lines('GET /a HTTP/1.1', 'Host: x, y', '')],
    ['with a blank', lines('GET /a HTTP/1.1', 'Host: x y', '')],
    ['with a path', lines('GET /a HTTP/1.1', 'Host: x/../y', '')],
    ['with a query', lines('GET /a HTTP/1.1', 'Host: x?y', '')],
    ['with a fragment', lines('GET /a HTTP/1.1', 'Host: x#y', '')],
    ['with a user', lines('GET /a HTTP/1.1', 'Host: u@x', '')],
    ['with a backslash', lines('GET /a HTTP/1.1', 'Host: x\\y', '')],
    ['with a port that is none', lines('GET /a HTTP/1.1', 'Host: x:8a', '')],
    ['with a port beyond 65535', lines('GET /a HTTP/1.1', 'Host: x:65536', '')],
    ['with a port alone', lines('GET /a HTTP/1.1', 'Host: :80', '')],
    ['outside of ASCII', lines('GET /a HTTP/1.1', 'Host: \xe9.test', '')],
    ['with a broken IPv6 address', lines('GET /a HTTP/1.1', 'Host: [::1', '')],
    ['valid beside an absolute-form that has none', lines('GET http:///a HTTP/1.1', 'Host: x', '')],
    ['valid beside an absolute-form with a user', lines('GET http://u@x/a HTTP/1.1', 'Host: x', '')],
  ])('%s must be refused', async (_, bytes) => {
    await expectRefused(bytes, 400)
  })

  test.each([
    [
      'of an absolute-form must take the place of Host (RFC 9112 §3.2.2)',
      'http://y.test:81/a?q',
      'y.test:81',
      '/a?q',
    ],
    ['of an absolute-form without a path must be asked for /', 'http://y.test?q', 'y.test', '/?q'],
  ])('%s', async (_, target, host, seen) => {
    await expectForwarded(get(target), forwarded(`GET ${seen}`, { host }))
  })

  test('must reach the origin in one spelling, which the key holds', async () => {
    const { weir, requests } = await arena({ routes: [{ path: '/*', cache: '60s' }] })
    for (const host of ['API.test', 'api.test.', 'api.test:']) {
      await (
        await weir.client(lines('GET /a HTTP/1.1', `Host: ${host}`, 'Connection: close', ''))
      ).closed
    }
    expect(requests).toEqual([forwarded('GET /a', { host: 'api.test' })])
  })

  test('must never choose where weir connects to', async () => {
    const { weir, requests } = await arena()
    const elsewhere = lines('GET http://127.0.0.1:1/a HTTP/1.1', 'Host: 127.0.0.1:2', 'Connection: close', '')
    expect(statuses(await (await weir.client(elsewhere)).closed)).toEqual([200])
    expect(requests).toEqual([forwarded('GET /a', { host: '127.0.0.1:1' })])
  })
})

describe('a target must be refused', () => {
  test.each([
    ['in authority-form', 'x:80'],
    ['in asterisk-form without OPTIONS', '*'],
    ['of another scheme', 'ftp://x/a'],
    ['of no scheme', '//x/a/../b'],
    ['with a dot segment', '/static/../private'],
    ['with an encoded dot segment', '/static/%2e%2E/private'],
    ['with an encoded slash in a dot segment', '/static/..%2fprivate'],
    ['with an encoded backslash in a dot segment', '/static/..%5cprivate'],
    ['with a path parameter in a dot segment', '/static/..;/private'],
    ['with a backslash', '/static\\..\\private'],
    ['with an encoded NUL', '/private%00.css'],
    ['with an encoded NUL in the query', '/a?b=%00'],
    ['with a fragment', '/private#.css'],
    ['with a broken percent-encoding', '/a%2'],
    ['outside of ASCII', '/\xe9'],
  ])('%s', async (_, target) => {
    await expectRefused(get(target), 400)
  })

  test('that is too long, with 414, and the next one served', async () => {
    const { weir, requests } = await arena()
    const client = await weir.client(get(`/${'a'.repeat(9_000)}`) + next)
    expect(statuses(await client.closed)).toEqual([414, 200])
    expect(requests).toEqual([nextForwarded])
  })
})

describe('Connection', () => {
  test.each([
    'Host',
    'Content-Length',
    'Transfer-Encoding',
    'Authorization',
    'Cookie',
    'Cache-Control',
    'Forwarded',
    'X-Forwarded-For',
    'X-Forwarded-Host',
    'x-forwarded-proto',
    'keep-alive, X-Forwarded-For',
  ])('must not name %s', async (name) => {
    await expectRefused(get('/a', `Connection: ${name}`), 400)
  })

  test('must take what it names away, and the fixed fields with it', async () => {
    const hops = [
      'Connection: keep-alive, X-Hop',
      'X-Hop: 1',
      'Keep-Alive: timeout=5',
      'Proxy-Connection: keep-alive',
      'Proxy-Authorization: Basic eDp5',
      'Proxy-Authenticate: Basic',
      'TE: trailers',
      'Trailer: X-After',
      'HTTP2-Settings: AAMAAABkAAQAAP__',
    ]
    await expectForwarded(get('/a', ...hops, 'X-End: 2'), forwarded('GET /a', { fields: ['X-End: 2'] }))
  })

  test('must be obeyed in answers as well, on all its lines', async () => {
    const { weir } = await rawStage(
      async (connection) => {
        await connection.until('\r\n\r\n')
        connection.write(
          lines(
            'HTTP/1.1 200 OK',
            'Connection: X-One',
            'connection: keep-alive, X-Two',
            'X-One: 1',
            'X-Two: 2',
          ) +
            lines('X-Three: 3', 'Keep-Alive: timeout=9', 'Proxy-Connection: close', 'Upgrade: h2c') +
            lines('Proxy-Authenticate: Basic', 'Content-Length: 2', '') +
            'ok',
        )
      },
      { routes: [] },
    )
    const { rawHeaders } = (await (await weir.client(next)).responses(1))[0]!
    const names = rawHeaders.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase())
    expect(names).toContain('x-three')
    for (const name of ['x-one', 'x-two', 'keep-alive', 'proxy-connection', 'proxy-authenticate', 'upgrade'])
      expect(names).not.toContain(name)
  })
})

describe('another protocol', () => {
  test('CONNECT must be refused with 405', async () => {
    await expectRefused(lines('CONNECT x:80 HTTP/1.1', 'Host: x:80', ''), 405)
  })

  test('TRACE must be refused with 405', async () => {
    await expectRefused(lines('TRACE /a HTTP/1.1', 'Host: x', ''), 405)
  })

  test.each([
    ['to h2c', ['Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABkAAQAAP__']],
    ['to anything else', ['Connection: Upgrade', 'Upgrade: foo']],
    ['to a WebSocket that Connection does not name', ['Upgrade: websocket']],
  ])('an upgrade %s must be ignored, and what follows it be dropped', async (_, fields) => {
    const { weir, requests } = await arena()
    const client = await weir.client(
      get('/a', ...fields) + lines('POST /b HTTP/1.1', 'Host: x', 'Content-Length: 99', ''),
    )
    await client.until('ok')
    client.write(next)
    expect(statuses(await client.closed)).toEqual([200])
    expect(requests).toEqual([forwarded('GET /a')])
  })

  test('an upgrade of a request with content must be refused, and its content never be a request', async () => {
    const content = get('/smuggled')
    const upgrade = ['Connection: Upgrade', 'Upgrade: websocket', `Content-Length: ${content.length}`]
    const { weir, received } = await arena()
    const client = await weir.client(lines('POST /a HTTP/1.1', 'Host: x', ...upgrade, '') + content + next)
    const answered = statuses(await client.closed)
    expect([answered.length, answered[0]! >= 400, received()]).toEqual([1, true, ''])
  })

  test('what is sent behind an upgrade must not reach the origin unless it has agreed', async () => {
    const { weir, connections } = await rawStage(
      async (connection) => {
        await connection.until('\r\n\r\n')
        connection.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nno')
        await connection.closed
        seen = connection.received()
      },
      { routes: [] },
    )
    let seen = ''
    const client = await weir.client(
      get('/a', 'Connection: Upgrade', 'Upgrade: websocket') + get('/smuggled'),
    )
    await client.until('no')
    client.socket.end()
    await until(() => seen !== '')
    expect([seen.includes('/smuggled'), connections()]).toEqual([false, 1])
  })

  test('a 101 that was not asked for must become 502', async () => {
    const { weir } = await rawStage(
      async (connection) => {
        await connection.until('\r\n\r\n')
        connection.write(lines('HTTP/1.1 101 Switching Protocols', 'Connection: Upgrade', 'Upgrade: x', ''))
      },
      { routes: [], origin: { retry: { attempts: 0 } } },
    )
    expect(statuses(await (await weir.client(next)).closed)).toEqual([502])
  })
})

describe('fields that say where a request comes from', () => {
  const claims = [
    'X-Forwarded-For: 9.9.9.9',
    'X-Forwarded-Host: evil.test',
    'X-Forwarded-Proto: https',
    'X-Forwarded-Port: 1',
    'X-Forwarded-Prefix: /evil',
    'Forwarded: for=9.9.9.9;host=evil.test',
    'X-Original-URL: /admin',
    'X-Rewrite-URL: /admin',
    'X-Host: evil.test',
    'X-Forwarded-Server: evil.test',
    'X-HTTP-Method-Override: DELETE',
    'X-HTTP-Method: DELETE',
    'X-Method-Override: DELETE',
  ]

  test('must be dropped when an untrusted peer states them', async () => {
    const { weir, requests } = await arena()
    await (
      await weir.client(get('/a', ...claims) + next)
    ).closed
    expect(requests[0]).not.toMatch(/evil|9\.9\.9\.9|admin|DELETE/)
    expect(requests[0]).toContain('X-Forwarded-Host: x\r\n')
    expect(requests[1]).toBe(nextForwarded)
  })

  test('may be passed on from a trusted peer, whose address must be the last', async () => {
    const { weir, requests } = await arena({ routes: [], listen: { trusted: ['127.0.0.0/8'] } })
    await (
      await weir.client(get('/a', ...claims) + next)
    ).closed
    expect(requests[0]).toContain('X-Forwarded-For: 9.9.9.9, 127.0.0.1\r\n')
    expect(requests[0]).toContain('X-Forwarded-Host: evil.test\r\n')
  })

  test('must keep the answers to a trusted peer apart where they differ', async () => {
    const { weir, origin } = await stage(
      ({ headers }, response) => void response.end(`for ${String(headers['x-forwarded-host'])}`),
      { routes: [{ path: '/*', cache: '60s' }], listen: { trusted: ['127.0.0.0/8'] } },
    )
    const poison = await weir.get('/a', { Host: 'x', 'X-Forwarded-Host': 'evil.test' })
    const clean = await weir.get('/a', { Host: 'x' })
    expect([poison.body.toString(), clean.body.toString()]).toEqual(['for evil.test', 'for x'])
    expect(origin.requests).toHaveLength(2)
  })
})
