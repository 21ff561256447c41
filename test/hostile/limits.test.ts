// What a client may ask for, and how slowly: every limit ends in an answer of its own or in the end of the connection.
import { describe, expect, onTestFinished, test } from 'vitest'
import { gate } from '../kit/barrier.ts'
import { systemClock } from '../../src/system-clock.ts'
import { cachingAll, stage, startWeir, until, type Sections } from '../kit/weir.ts'
import { scriptedOrigin } from '../kit/scripted-origin.ts'
import { arena, expectRefused, lines, next, statuses } from './arena.ts'

const get = (path: string, ...fields: readonly string[]): string =>
  lines(`GET ${path} HTTP/1.1`, 'Host: x', ...fields, '')

describe('a head must be refused', () => {
  test.each([
    ['with too many fields', get('/a', ...Array.from({ length: 100 }, (_, i) => `X-${i}: 1`))],
    ['with too many empty fields', get('/a', ...Array.from({ length: 2_000 }, () => 'X:'))],
    ['too large by one field', get('/a', `X: ${'x'.repeat(17_000)}`)],
    ['too large by many', get('/a', ...Array.from({ length: 90 }, (_, i) => `X-${i}: ${'x'.repeat(300)}`))],
    ['too large by its target', get(`/${'x'.repeat(20_000)}`)],
  ])('%s', async (_, bytes) => {
    await expectRefused(bytes, 431)
  })

  test('that is not there in its time, with 408', async () => {
    const weir = await startWeir(
      'http://127.0.0.1:1',
      { listen: { headTimeout: '150ms' } },
      { clock: systemClock },
    )
    const silent = await weir.client('GET /a HTTP/1.1\r\nHost:')
    expect(statuses(await silent.closed)).toEqual([408])
  })

  test('that drips for longer than its time, however it drips (slowloris)', async () => {
    const weir = await startWeir(
      'http://127.0.0.1:1',
      { listen: { headTimeout: '200ms' } },
      { clock: systemClock },
    )
    const client = await weir.client('GET /a HTTP/1.1\r\nHost: x\r\n')
    const drip = setInterval(() => client.write('X: 1\r\n'), 20)
    expect(statuses(await client.closed)).toEqual([408])
    clearInterval(drip)
  })

  test('that comes slowly behind an answer that is still under way, in its turn', async () => {
    const go = gate()
    const { weir } = await stage(
      async (_, response) => {
        await go.opened
        response.end('first')
      },
      { routes: [], listen: { headTimeout: '100ms' } },
    )
    const client = await weir.client(`${get('/a')}GET /b HT`)
    await new Promise((resolve) => setTimeout(resolve, 400))
    expect(client.received()).toBe('')
    go.open()
    expect((await client.responses(2)).map(({ status }) => status)).toEqual([200, 408])
  })
})

describe('content', () => {
  const limited: Sections = { routes: [{ path: '/*', limits: { body: 10 } }] }
  const post = (...fields: readonly string[]): string => lines('POST /a HTTP/1.1', 'Host: x', ...fields, '')

  test('must be counted while it streams, chunked too', async () => {
    const { weir, requests } = await arena(limited)
    const client = await weir.client(
      `${post('Transfer-Encoding: chunked')}8\r\nabcdefgh\r\n8\r\nabcdefgh\r\n`,
    )
    expect(statuses(await client.closed)).toEqual([413])
    expect(requests).toEqual([])
  })

  test('that stops must end in 408, after listen.bodyIdle', async () => {
    const { weir, clock, until: originHas } = await arena()
    const client = await weir.client(`${post('Content-Length: 10')}abc`)
    await originHas('abc')
    clock.advance(9_999)
    expect(client.received()).toBe('')
    clock.advance(10_001)
    expect(statuses(await client.closed)).toEqual([408])
  })

  test.each([
    ['crawls below listen.bodyRate must end in 408', 99, [408]],
    ['keeps up with listen.bodyRate must be taken', 100, [200]],
  ])('that %s', async (_, bytesPerSecond, expected) => {
    const { weir, clock, received } = await arena({ routes: [], listen: { bodyIdle: '1s', bodyRate: 100 } })
    const client = await weir.client(post(`Content-Length: ${3 * bytesPerSecond}`))
    await weir.arrivals(1)
    for (let second = 1; second <= 3; second++) {
      client.write('u'.repeat(bytesPerSecond))
      await until(() => received().split('u').length > second * bytesPerSecond || client.received() !== '')
      clock.advance(1_000)
    }
    await client.until('HTTP/1.1')
    expect(statuses(client.received())).toEqual(expected)
  })

  test('that the origin does not take must not be held against the client', async () => {
    const go = gate()
    const { weir, clock } = await stage(
      async (request, response) => {
        request.pause()
        await go.opened
        request.resume()
        request.on('end', () => response.end('ok'))
      },
      {
        routes: [],
        listen: { bodyIdle: '1s' },
        defaults: { timeouts: { idle: '1h', total: '1h', firstByte: '1h' } },
      },
    )
    const bytes = 12 * 1024 * 1024
    const client = await weir.client(post(`Content-Length: ${bytes}`))
    client.write(Buffer.alloc(bytes))
    await until(() => client.socket.writableNeedDrain)
    for (let settled = -1; settled !== client.socket.writableLength;) {
      settled = client.socket.writableLength
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    for (let i = 0; i < 10; i++) clock.advance(1_000)
    go.open()
    expect((await client.responses(1))[0]?.body).toBe('ok')
  })
})

describe('a client that takes nothing', () => {
  const big = Buffer.alloc(16 * 1024 * 1024, 'x')
  const sections = { ...cachingAll, cache: { maxEntry: '32MiB' }, listen: { writeIdle: '200ms' } }

  test('must be cut off after listen.writeIdle', async () => {
    const origin = await scriptedOrigin((_, response) => void response.end(big))
    onTestFinished(origin.close)
    const weir = await startWeir(origin.url, sections, { clock: systemClock })
    expect((await weir.get('/big', { Host: 'x' })).body.length).toBe(big.length)
    const slow = await weir.client(get('/big'))
    slow.socket.pause()
    await new Promise((resolve) => setTimeout(resolve, 600))
    slow.socket.resume()
    expect((await slow.closed).length).toBeLessThan(big.length)
  })

  test('must not be cut off while it takes a little at a time', async () => {
    const origin = await scriptedOrigin((_, response) => void response.end(big))
    onTestFinished(origin.close)
    const weir = await startWeir(
      origin.url,
      { ...sections, listen: { writeIdle: '1s' } },
      { clock: systemClock },
    )
    const slow = await weir.client(get('/big', 'Connection: close'))
    slow.socket.pause()
    for (let sips = 0; sips < 6; sips++) {
      await new Promise((resolve) => setTimeout(resolve, 350))
      for (const end = slow.received().length + 1_000_000; slow.received().length < end;) {
        slow.socket.resume()
        await new Promise((resolve) => slow.socket.once('data', resolve))
      }
      slow.socket.pause()
    }
    slow.socket.resume()
    expect((await slow.closed).length).toBeGreaterThan(big.length)
  })

  test('must not be cut off because the origin is slow', async () => {
    const go = gate()
    const origin = await scriptedOrigin(async (_, response) => {
      await go.opened
      response.end('late')
    })
    onTestFinished(origin.close)
    const weir = await startWeir(origin.url, sections, { clock: systemClock })
    const client = await weir.client(get('/late'))
    setTimeout(() => go.open(), 400)
    expect((await client.responses(1))[0]?.body).toBe('late')
  })
})

test('an idle connection must be closed after listen.keepAlive', async () => {
  const { weir } = await arena({ routes: [], listen: { keepAlive: '100ms' } })
  const client = await weir.client(get('/a'))
  expect(statuses(await client.closed)).toEqual([200])
})

test('half-open heads, slow uploads and slow readers must delay nobody', async () => {
  const { weir } = await stage((request, response) => {
    if (request.method === 'POST') return
    response.end(request.url === '/big' ? Buffer.alloc(4 * 1024 * 1024) : 'ok')
  })
  await weir.get('/big', { Host: 'x' })
  await weir.get('/hit', { Host: 'x' })
  for (let i = 0; i < 100; i++) {
    await weir.client('GET /half HTTP/1.1\r\n')
    await weir.client(lines('POST /up HTTP/1.1', 'Host: x', 'Content-Length: 9', '') + 'a')
    ;(await weir.client(get('/big'))).socket.pause()
  }
  const startedAt = performance.now()
  for (let i = 0; i < 20; i++) expect((await weir.get('/hit', { Host: 'x' })).headers['x-cache']).toBe('HIT')
  expect(performance.now() - startedAt).toBeLessThan(2_000)
})

test('a stored answer must go to others while one client does not take it', async () => {
  const { weir, origin } = await stage((_, response) => void response.end(Buffer.alloc(4 * 1024 * 1024, 'x')))
  const slow = await weir.client(get('/big'))
  slow.socket.pause()
  await weir.arrivals(1)
  for (let i = 0; i < 3; i++) expect((await weir.get('/big', { Host: 'x' })).complete).toBe(true)
  expect(origin.requests).toHaveLength(1)
})

test('compressed answers must be passed on as they are, and never unpacked', async () => {
  const { weir } = await stage(
    (_, response) => void response.setHeader('Content-Encoding', 'gzip').end(Buffer.from('not gzip at all')),
  )
  for (let i = 0; i < 2; i++) expect((await weir.get('/bomb')).body.toString()).toBe('not gzip at all')
})

test('the canary must be answered on a quiet weir', async () => {
  const { weir } = await arena()
  expect(statuses(await (await weir.client(next)).closed)).toEqual([200])
})
