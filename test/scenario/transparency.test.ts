// What passes through untouched, what ends at weir, and what weir says of itself.
import { expect, test } from 'vitest'
import type { OriginHandler } from '../kit/scripted-origin.ts'
import { cachingAll, rawStage, type Sections, stage, until } from '../kit/weir.ts'

const passing: Sections = { routes: [] }

/** name: value of a flat list, in order. */
function pairs(raw: readonly string[]): string[] {
  return raw.flatMap((name, i) => (i % 2 === 0 ? [`${name}: ${raw[i + 1] ?? ''}`] : []))
}

test('a response keeps its fields with their order, spelling and duplicates', async () => {
  const { weir } = await rawStage(async (connection) => {
    await connection.until('\r\n\r\n')
    connection.write(
      'HTTP/1.1 200 Fine By Me\r\nX-b: 2\r\nSet-Cookie: a=1; Path=/\r\nx-A: 1\r\nSet-Cookie: b=2\r\n' +
        'Date: Thu, 15 Jan 2026 11:59:59 GMT\r\nX-b: \xe9\r\nContent-Length: 2\r\n\r\nok',
    )
  }, passing)
  const { statusText, rawHeaders, body } = await weir.get('/')
  expect(statusText).toBe('Fine By Me')
  expect(pairs(rawHeaders).slice(0, 7)).toEqual([
    'X-b: 2',
    'Set-Cookie: a=1; Path=/',
    'x-A: 1',
    'Set-Cookie: b=2',
    'Date: Thu, 15 Jan 2026 11:59:59 GMT',
    'X-b: \xe9',
    'Content-Length: 2',
  ])
  expect(pairs(rawHeaders)).toContain('Via: 1.1 weir')
  expect(body.toString()).toBe('ok')
})

test('a request keeps its fields, method, target and content', async () => {
  const { weir, origin } = await stage((_, response, seen) => {
    void seen.finished.then(() => response.end())
  }, passing)
  const headers = ['X-b', '2', 'Cookie', 'a=1', 'x-A', '1', 'X-b', '3', 'Content-Type', 'text/x']
  await weir.request({ method: 'PATCH', path: '/a//b?x=%41&y=+&x', headers, body: 'content' })
  const [seen] = origin.requests
  expect([seen?.method, seen?.url, seen?.body.toString()]).toEqual(['PATCH', '/a//b?x=A&y=+&x', 'content'])
  const sent = pairs(seen!.rawHeaders)
  expect(
    sent.filter((line) => /^(x-|cookie|content-type)/i.test(line) && !/forwarded|request-id/i.test(line)),
  ).toEqual(['X-b: 2', 'Cookie: a=1', 'x-A: 1', 'X-b: 3', 'Content-Type: text/x'])
})

test('the origin is told who asked, for what, and by whom', async () => {
  const { weir, origin } = await stage((_, response) => void response.end(), passing)
  await weir.get('/', {
    Host: 'Api.Test:80',
    'X-Forwarded-For': '6.6.6.6',
    'X-Forwarded-Proto': 'https',
    Forwarded: 'for=6.6.6.6',
    Via: '1.0 other',
  })
  const sent = pairs(origin.requests[0]!.rawHeaders)
  expect(sent).toEqual(
    expect.arrayContaining([
      'X-Forwarded-For: 127.0.0.1',
      'X-Forwarded-Proto: http',
      expect.stringMatching(/^X-Forwarded-Host: api\.test/),
      'Via: 1.0 other',
      'Via: 1.1 weir',
    ]),
  )
  expect(sent.join('\n')).not.toContain('6.6.6.6')
})

test('a trusted peer may say it itself', async () => {
  const { weir, origin } = await stage((_, response) => void response.end(), {
    ...passing,
    listen: { trusted: ['127.0.0.0/8'] },
  })
  await weir.get('/', { 'X-Forwarded-For': '6.6.6.6', 'X-Forwarded-Proto': 'https' })
  const sent = pairs(origin.requests[0]!.rawHeaders)
  expect(sent).toEqual(
    expect.arrayContaining(['X-Forwarded-For: 6.6.6.6, 127.0.0.1', 'X-Forwarded-Proto: https']),
  )
})

test.each([
  ['cached', cachingAll],
  ['not cached', passing],
])('fields of the connection end at weir, both ways (route %s)', async (_, sections) => {
  const { weir, origin } = await stage((_request, response) => {
    response.setHeader('Connection', 'X-Hop').setHeader('X-Hop', '1').setHeader('X-Stays', '1')
    response.setHeader('Proxy-Authenticate', 'Basic').setHeader('Keep-Alive', 'timeout=7').end('body')
  }, sections)
  const client = await weir.client(
    'GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, X-Mine\r\nX-Mine: 1\r\nTE: trailers\r\n' +
      'Proxy-Connection: keep-alive\r\nProxy-Authorization: Basic x\r\nKeep-Alive: 5\r\nX-Kept: 1\r\n\r\n',
  )
  const [answer] = await client.responses(1)
  const received = answer!.rawHeaders.map((name) => name.toLowerCase())
  expect(received).toContain('x-stays')
  for (const name of ['x-hop', 'proxy-authenticate']) expect(received).not.toContain(name)
  expect(answer!.headers['keep-alive']).not.toBe('timeout=7')
  const names = pairs(origin.requests[0]!.rawHeaders).map((line) => line.split(':', 1)[0]!.toLowerCase())
  expect(names).toContain('x-kept')
  for (const name of ['x-mine', 'te', 'proxy-connection', 'proxy-authorization', 'keep-alive'])
    expect(names).not.toContain(name)
})

test("an origin's own X-Cache is replaced, its Cache-Status is continued", async () => {
  const { weir } = await stage((_, response) => {
    response.setHeader('X-Cache', 'HIT from elsewhere').setHeader('Cache-Status', 'cdn; hit').end()
  }, passing)
  const { headers } = await weir.get('/')
  expect(headers['x-cache']).toBe('BYPASS')
  expect(headers['cache-status']).toBe('cdn; hit, weir; fwd=bypass; fwd-status=200; detail=route-not-cached')
})

const early: OriginHandler = (_, response) => {
  response.writeEarlyHints({ link: '</style.css>; rel=preload' }, () => response.end('body'))
}

test.each([
  ['cached', cachingAll],
  ['not cached', passing],
])('interim answers are passed on, and not to HTTP/1.0 (route %s)', async (_, sections) => {
  const { weir } = await stage(early, sections)
  const client = await weir.client('GET /page HTTP/1.1\r\nHost: a\r\n\r\n')
  const [hint, answer] = await client.responses(2)
  expect(hint).toMatchObject({ status: 103, headers: { link: '</style.css>; rel=preload' } })
  expect(answer).toMatchObject({ status: 200, body: 'body' })
  const old = await weir.client('GET /other HTTP/1.0\r\nHost: a\r\n\r\n')
  expect(await old.closed).toMatch(/^HTTP\/1.1 200 OK/)
})

const trailing: OriginHandler = (_, response) => {
  response.writeHead(200, { Trailer: 'X-Sum' })
  response.write('body')
  response.addTrailers({ 'X-Sum': '42' })
  response.end()
}

test.each([
  ['cached', cachingAll],
  ['not cached', passing],
])('trailers go to clients that take them, and to no others (route %s)', async (_, sections) => {
  const { weir } = await stage(trailing, sections)
  const takes = await weir.get('/a', { TE: 'trailers' })
  expect([takes.body.toString(), takes.trailers['x-sum']]).toEqual(['body', '42'])
  const others = await weir.get('/b')
  expect([others.body.toString(), others.trailers['x-sum']]).toEqual(['body', undefined])
})

test('trailers of a request do not reach the origin', async () => {
  let sent = ''
  const { weir } = await rawStage(async (connection) => {
    await connection.until('body')
    connection.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n')
    await connection.closed
    sent = connection.received()
  }, passing)
  const client = await weir.client(
    'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n4;ext=1\r\nbody\r\n0\r\nX-Admin: 1\r\n\r\n',
  )
  await client.responses(1)
  await until(() => sent !== '')
  expect(sent).not.toContain('X-Admin')
  expect(sent).not.toContain('ext=1')
})

test('statuses without content, and HEAD, pass with their fields', async () => {
  const { weir } = await stage((request, response) => {
    const status = Number(request.url?.slice(1))
    response.writeHead(status, status === 200 ? { 'Content-Length': '5' } : { ETag: '"1"' }).end()
  }, passing)
  for (const status of [204, 304]) {
    const answer = await weir.get(`/${status}`)
    expect([answer.status, answer.headers.etag, answer.body.byteLength]).toEqual([status, '"1"', 0])
  }
  const head = await weir.request({ method: 'HEAD', path: '/200' })
  expect([head.status, head.headers['content-length'], head.body.byteLength]).toEqual([200, '5', 0])
})

test('nothing listens on the data port but the API', async () => {
  const { weir, origin } = await stage((_, response) => void response.writeHead(404).end('of the origin'))
  for (const path of ['/health/performance', '/health/live', '/health/cache/clear']) {
    const answer = await weir.request({ path, method: path.endsWith('clear') ? 'POST' : 'GET' })
    expect([answer.status, answer.body.toString()]).toEqual([404, 'of the origin'])
  }
  expect((await weir.request({ path: '/list', method: 'PURGE' })).body.toString()).toBe('of the origin')
  expect(origin.requests).toHaveLength(4)
})
