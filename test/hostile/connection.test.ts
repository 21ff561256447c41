// What becomes of a connection: requests sent ahead, content that nobody reads, and the last answer (RFC 9112 §9).
import { connect } from 'node:net'
import { describe, expect, test } from 'vitest'
import { gate } from '../kit/barrier.ts'
import { rawStage, stage, startWeir, until } from '../kit/weir.ts'
import { arena, forwarded, lines, next, nextForwarded, statuses } from './arena.ts'

const get = (path: string): string => lines(`GET ${path} HTTP/1.1`, 'Host: x', '')
const passing = { routes: [] }

describe('requests sent ahead of their answers', () => {
  test('must be taken in turn: a read must not overtake the write before it', async () => {
    const go = gate()
    const seen: string[] = []
    const { weir } = await stage(async ({ method }, response) => {
      seen.push(method!)
      if (method === 'POST') await go.opened
      response.end(method)
    }, passing)
    const client = await weir.client(
      lines('POST /a HTTP/1.1', 'Host: x', 'Content-Length: 1', '') + '1' + get('/a'),
    )
    await weir.arrivals(2)
    await until(() => seen.length > 0)
    expect(seen).toEqual(['POST'])
    go.open()
    expect((await client.responses(2)).map(({ body }) => body)).toEqual(['POST', 'GET'])
  })

  test('must be answered in their order', async () => {
    const { weir } = await stage(({ url }, response) => void response.end(url), passing)
    const client = await weir.client(['/1', '/2', '/3', '/4'].map(get).join(''))
    expect((await client.responses(4)).map(({ body }) => body)).toEqual(['/1', '/2', '/3', '/4'])
  })

  test('beyond listen.maxPipelined must end the connection, once the others are answered', async () => {
    const { weir, requests } = await arena({ routes: [], listen: { maxPipelined: 2 } })
    const client = await weir.client(['/1', '/2', '/3', '/4', '/5'].map(get).join(''))
    expect(statuses(await client.closed)).toEqual([200, 200, 200, 429])
    expect(requests).toEqual(['/1', '/2', '/3'].map((path) => forwarded(`GET ${path}`)))
  })

  test('beyond listen.maxPipelined must not be read while an answer is awaited', async () => {
    const { weir } = await stage(() => undefined, { routes: [], listen: { maxPipelined: 0 } })
    const client = await weir.client(get('/1') + get('/2'))
    await weir.arrivals(2)
    for (let i = 0; i < 200; i++) client.write(get(`/${'x'.repeat(8_000)}`).repeat(8))
    await until(() => client.socket.writableNeedDrain)
    expect(client.socket.writableLength).toBeGreaterThan(0)
  })

  test('that break off in their content must not be sent', async () => {
    const { weir, requests, received } = await arena()
    const attack = lines('POST /b HTTP/1.1', 'Host: x', 'Transfer-Encoding: chunked', '') + '1\r\na\r\nzz\r\n'
    const client = await weir.client(get('/a') + attack)
    expect(statuses(await client.closed)).toEqual([200, 400])
    expect([requests, received()]).toEqual([[forwarded('GET /a')], forwarded('GET /a')])
  })

  test.each([
    ['a malformed one', 'GARBAGE\r\n\r\n', 400],
    ['CONNECT', lines('CONNECT a:1 HTTP/1.1', 'Host: a:1', ''), 405],
    [
      'an upgrade',
      lines('GET /ws HTTP/1.1', 'Host: x', 'Connection: Upgrade', 'Upgrade: websocket', ''),
      400,
    ],
    ['an unknown expectation', lines('GET /b HTTP/1.1', 'Host: x', 'Expect: 1', ''), 417],
  ])('%s must be refused in its turn, and not within the answer before it', async (_, bytes, status) => {
    const go = gate()
    const { weir } = await rawStage(async (connection) => {
      await connection.until('\r\n\r\n')
      connection.write('HTTP/1.1 200 OK\r\nContent-Length: 400\r\n\r\nstart')
      await go.opened
      connection.write('x'.repeat(395))
    }, passing)
    const client = await weir.client(get('/a') + bytes)
    await client.until('start')
    go.open()
    const [first, second] = await client.responses(2)
    expect([first?.body, second?.status]).toEqual([`start${'x'.repeat(395)}`, status])
    await client.closed
  })

  test('what follows a request that said "close" must be dropped', async () => {
    const { weir, requests } = await arena()
    const client = await weir.client(next + get('/after'))
    expect(statuses(await client.closed)).toEqual([200])
    expect(requests).toEqual([nextForwarded])
  })

  test('what follows a refusal must be dropped', async () => {
    const { weir, received } = await arena()
    const client = await weir.client(lines('GET /a HTTP/1.1', '') + get('/after') + 'GARBAGE\r\n\r\n')
    expect([statuses(await client.closed), received()]).toEqual([[400], ''])
  })

  test('must be forgotten when the client leaves', async () => {
    const go = gate()
    const { weir, origin } = await stage(async (_, response) => {
      await go.opened
      response.end()
    }, passing)
    const client = await weir.client(get('/1') + get('/2'))
    await until(() => origin.requests.length === 1)
    client.reset()
    await until(() => weir.lines.some(({ end }) => end === 'gone'))
    go.open()
    await weir.get('/3')
    expect(origin.requests.map(({ url }) => url)).toEqual(['/1', '/3'])
  })
})

describe('content that nobody reads', () => {
  const big = 64 * 1024 * 1024
  const sections = { routes: [{ path: '/*', limits: { body: '1KiB' } }] }
  const post = (...fields: readonly string[]): string => lines('POST /a HTTP/1.1', 'Host: x', ...fields, '')

  test.each([
    ['of a refused length', post(`Content-Length: ${big}`), 413, sections],
    [
      'that turns out too long',
      post('Transfer-Encoding: chunked') + `800\r\n${'x'.repeat(2048)}\r\n`,
      413,
      sections,
    ],
    ['of a refused request', lines('POST /a HTTP/1.1', `Content-Length: ${big}`, ''), 400, sections],
    ['behind a malformed head', 'POST /a HTTP/1.1\r\nHost : x\r\n\r\n', 400, sections],
  ])('%s: the answer must arrive although the client goes on sending', async (_, head, status, given) => {
    const { weir, requests } = await arena(given)
    const client = await weir.client(head)
    const content = Buffer.alloc(64 * 1024, 'x')
    for (let i = 0; i < 8; i++) client.write(content)
    await client.until('HTTP/1.1 ')
    let failure: Error | null = null
    client.socket.on('error', (error) => (failure = error))
    for (let i = 0; i < 4; i++) {
      client.write(content)
      await new Promise((resolve) => client.socket.write('', resolve))
    }
    expect([statuses(client.received()), failure, requests]).toEqual([[status], null, []])
    client.socket.end()
    await client.closed
  })

  test.each([
    ['no longer than a while', 1],
    ['no more than so much', 64],
  ])('must be dropped for %s, whatever the client does', async (_, pieces) => {
    const { weir, clock } = await arena(sections)
    const socket = connect({ port: weir.port, host: '127.0.0.1', allowHalfOpen: true })
    socket.on('error', () => undefined).resume()
    socket.write(post(`Content-Length: ${big}`))
    await new Promise((resolve) => socket.once('end', resolve))
    for (let i = 0; i < pieces; i++) socket.write(Buffer.alloc(64 * 1024, 'x'))
    if (pieces === 1) clock.advance(2_000)
    else await until(() => socket.destroyed)
    await until(
      () => socket.destroyed,
      () => socket.write('x'),
    )
  })

  test('must never be taken for the next request (CL.0)', async () => {
    const { weir, requests } = await arena({ routes: [{ path: '/*', cache: '60s' }] })
    const smuggled = get('/smuggled')
    const attack = lines('GET /a HTTP/1.1', 'Host: x', `Content-Length: ${smuggled.length}`, '') + smuggled
    const client = await weir.client(get('/a') + attack + next)
    expect(statuses(await client.closed)).toEqual([200, 200, 200])
    expect(requests).toEqual([forwarded('GET /a'), forwarded('GET /a', { body: smuggled }), nextForwarded])
  })

  test('must not be waited for when the origin answers early, nor its connection used again', async () => {
    const origins: string[] = []
    const { weir } = await rawStage(async (connection) => {
      await connection.until('\r\n\r\n')
      connection.write('HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno')
      await connection.closed
      origins.push(connection.received())
    }, passing)
    const client = await weir.client(post('Content-Length: 10') + 'abc')
    const [answer] = await client.responses(1)
    expect([answer?.status, answer?.headers.connection, answer?.body]).toEqual([403, 'close', 'no'])
    client.write('defghij' + next)
    await client.closed
    expect(statuses(client.received())).toEqual([403])
    expect(statuses(await (await weir.client(next)).closed)).toEqual([403])
    expect(origins[0]).not.toContain('/next')
  })
})

describe('an expectation', () => {
  test('of 100-continue must be met only once somebody reads', async () => {
    const { weir, until: originHas, requests } = await arena()
    const client = await weir.client(
      lines('POST /a HTTP/1.1', 'Host: x', 'Content-Length: 5', 'Expect: 100-continue', ''),
    )
    await client.until('HTTP/1.1 100 Continue\r\n\r\n')
    client.write('abcde' + next)
    await originHas('/next')
    expect(statuses(await client.closed)).toEqual([100, 200, 200])
    expect(requests).toEqual([forwarded('POST /a', { body: 'abcde' }), nextForwarded])
  })

  test('of 100-continue on a request that is refused must not be met', async () => {
    const { weir } = await arena({ routes: [{ path: '/*', limits: { body: '1KiB' } }] })
    const client = await weir.client(
      lines('POST /a HTTP/1.1', 'Host: x', 'Content-Length: 5000', 'Expect: 100-continue', ''),
    )
    expect(statuses(await client.closed)).toEqual([413])
  })
})

test('a connection must be refused, with a reason, beyond listen.maxPerAddress', async () => {
  const { weir } = await arena({ routes: [], listen: { maxPerAddress: 2 } })
  const first = await weir.client()
  await weir.client()
  const third = await weir.client(next)
  expect(await third.closed).toMatch(/^HTTP\/1\.1 429 [\s\S]*too-many-connections/)
  first.destroy()
  await first.closed
  let answered = 0
  while (answered !== 200) answered = statuses(await (await weir.client(next)).closed)[0]!
})

test('a connection beyond listen.maxConnections must be closed', async () => {
  const weir = await startWeir('http://127.0.0.1:1', { listen: { maxConnections: 1 } })
  const first = await weir.client()
  first.socket.on('data', () => undefined)
  expect(await (await weir.client(next)).closed).toBe('')
})
