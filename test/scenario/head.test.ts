// HEAD through the whole of weir: answered from a stored GET, and telling what became of it (RFC 9111 §4.3.5).
import { expect, test } from 'vitest'
import type { OriginHandler } from '../kit/scripted-origin.ts'
import { caching, stage } from '../kit/weir.ts'

const obeying = caching({})

/** GET is fresh for a minute; HEAD answers with these fields. */
function answering(
  head: Record<string, string>,
  status = 200,
  get: Record<string, string> = {},
): OriginHandler {
  return (request, response) => {
    const fields = request.method === 'HEAD' ? head : { 'Cache-Control': 'max-age=60', Test: '1', ...get }
    for (const [name, value] of Object.entries(fields)) response.setHeader(name, value)
    if (request.method === 'HEAD') response.writeHead(status).end()
    else response.end('content')
  }
}

test('HEAD is answered from a stored GET, without content', async () => {
  const { weir, origin } = await stage(answering({}), obeying)
  await weir.get('/r')
  const head = await weir.request({ method: 'HEAD', path: '/r' })
  expect([head.status, head.body.toString(), head.headers['x-cache']]).toEqual([200, '', 'HIT'])
  expect(head.headers['content-length']).toBe('7')
  expect(origin.requests).toHaveLength(1)
})

test('HEAD with nothing stored goes to the origin as HEAD, and stores nothing', async () => {
  const { weir, origin } = await stage(answering({ 'Cache-Control': 'max-age=60' }), obeying)
  expect((await weir.request({ method: 'HEAD', path: '/r' })).headers['x-cache']).toBe('MISS')
  expect((await weir.get('/r')).headers['x-cache']).toBe('MISS')
  expect(origin.requests.map(({ method }) => method)).toEqual(['HEAD', 'GET'])
})

test('a HEAD that agrees with the stale stored GET freshens and updates it', async () => {
  const head = { 'Cache-Control': 'max-age=60', 'Content-Length': '7', Test: '2' }
  const { weir, origin, clock } = await stage(answering(head), obeying)
  await weir.get('/r')
  clock.advance(61_000)
  expect((await weir.request({ method: 'HEAD', path: '/r' })).headers.test).toBe('2')
  const after = await weir.get('/r')
  expect([after.headers['x-cache'], after.headers.test, after.body.toString()]).toEqual([
    'HIT',
    '2',
    'content',
  ])
  expect(origin.requests).toHaveLength(2)
})

test.each([
  ['of another length', { 'Content-Length': '8', 'Cache-Control': 'max-age=60' }],
  ['with another tag', { ETag: '"b"', 'Cache-Control': 'max-age=60' }],
  ['that must not be stored', { 'Cache-Control': 'no-store' }],
])('a HEAD %s ends the stored GET', async (_name, head) => {
  const { weir, clock } = await stage(answering(head), obeying)
  await weir.get('/r')
  clock.advance(61_000)
  await weir.request({ method: 'HEAD', path: '/r' })
  expect((await weir.get('/r')).headers['cache-status']).toContain('fwd=uri-miss')
})

test('an error to HEAD leaves the stored GET as it was', async () => {
  const { weir, clock } = await stage(answering({}, 404), obeying)
  await weir.get('/r')
  clock.advance(61_000)
  expect((await weir.request({ method: 'HEAD', path: '/r' })).status).toBe(404)
  expect((await weir.get('/r')).headers['cache-status']).toContain('fwd=stale')
})

test('a HEAD is confirmed with 304 where the stored GET has a validator', async () => {
  const { weir, origin, clock } = await stage(answering({ ETag: '"a"' }, 304, { ETag: '"a"' }), obeying)
  await weir.get('/r')
  clock.advance(61_000)
  const head = await weir.request({ method: 'HEAD', path: '/r' })
  expect([head.status, head.headers['x-cache'], head.headers.test]).toEqual([200, 'REVALIDATED', '1'])
  expect(origin.requests[1]?.rawHeaders).toContain('If-None-Match')
  expect((await weir.get('/r')).headers['x-cache']).toBe('HIT')
})

test('a HEAD that meets a stale response is answered at once, and refreshes all of it in the background', async () => {
  const get = { 'Cache-Control': 'max-age=60, stale-while-revalidate=60' }
  const { weir, origin, clock } = await stage(answering({}, 200, get), obeying)
  await weir.get('/r')
  clock.advance(61_000)
  expect((await weir.request({ method: 'HEAD', path: '/r' })).headers['x-cache']).toBe('STALE')
  await expect.poll(() => origin.requests.length).toBe(2)
  expect(origin.requests.map(({ method }) => method)).toEqual(['GET', 'GET'])
  const after = await weir.get('/r')
  expect(after.body.toString()).toBe('content')
})
