// What is cut from a stored answer: 304 for who has it already, ranges, HEAD.
import { expect, test } from 'vitest'
import { caching, stage } from '../kit/weir.ts'

const json = '{"accounts":[1,2,3]}'
const sections = caching({ ttl: '60s' })

test('an answer without a validator is given a strong ETag, and unchanged polls cost a 304', async () => {
  const { weir, origin, clock } = await stage((_, response) => {
    response.setHeader('Content-Type', 'application/json').end(json)
  }, sections)
  await weir.get('/list')
  const { headers } = await weir.get('/list')
  expect(headers.etag).toMatch(/^"weir-[\w-]{27}"$/)
  const poll = await weir.get('/list', { 'If-None-Match': headers.etag! })
  expect([poll.status, poll.body.byteLength, poll.headers.etag]).toEqual([304, 0, headers.etag])
  expect(poll.headers['x-cache']).toBe('HIT')
  expect(poll.headers['content-type']).toBeUndefined()
  // Fetched anew and found the same: the client is told so too, and the origin is not asked about a tag it never gave.
  clock.advance(60_000)
  await weir.get('/list')
  const later = await weir.get('/list', { 'If-None-Match': headers.etag! })
  expect([later.status, later.headers['x-cache']]).toEqual([304, 'HIT'])
  expect(origin.requests).toHaveLength(2)
  expect(origin.requests[1]?.rawHeaders).not.toContain('If-None-Match')
})

test('a poll with another tag, or with none, gets the whole answer', async () => {
  const { weir } = await stage((_, response) => void response.end(json), sections)
  await weir.get('/list')
  for (const headers of [{ 'If-None-Match': '"other"' }, {}]) {
    const { status, body } = await weir.get('/list', headers)
    expect([status, body.toString()]).toEqual([200, json])
  }
})

test("the origin's own validators decide: ETag before Last-Modified", async () => {
  const changed = 'Wed, 14 Jan 2026 12:00:00 GMT'
  const { weir } = await stage((_, response) => {
    response.setHeader('ETag', 'W/"1"').setHeader('Last-Modified', changed).end(json)
  }, sections)
  await weir.get('/list')
  const status = async (headers: Record<string, string>): Promise<number> =>
    (await weir.get('/list', headers)).status
  expect(await status({ 'If-None-Match': 'W/"1"' })).toBe(304)
  expect(await status({ 'If-None-Match': '"0", "1"' })).toBe(304)
  expect(await status({ 'If-None-Match': '*' })).toBe(304)
  expect(await status({ 'If-Modified-Since': changed })).toBe(304)
  expect(await status({ 'If-Modified-Since': 'Tue, 13 Jan 2026 12:00:00 GMT' })).toBe(200)
  expect(await status({ 'If-None-Match': '"2"', 'If-Modified-Since': changed })).toBe(200)
})

test('a conditional request on a cold key fetches the whole, stores it, and is still told that nothing changed', async () => {
  const { weir, origin } = await stage(
    (_, response) => void response.setHeader('ETag', '"1"').end(json),
    sections,
  )
  const cold = await weir.get('/list', { 'If-None-Match': '"1"' })
  expect([cold.status, cold.body.byteLength]).toEqual([304, 0])
  const { status, headers, body } = await weir.get('/list')
  expect([status, headers['x-cache'], body.toString()]).toEqual([200, 'HIT', json])
  expect(origin.requests[0]?.rawHeaders).not.toContain('If-None-Match')
})

test('ranges are cut from the stored answer', async () => {
  const { weir, origin } = await stage(
    (_, response) => void response.setHeader('ETag', '"1"').end('0123456789'),
    sections,
  )
  await weir.get('/file')
  const range = (value: string, others = {}) => weir.get('/file', { Range: value, ...others })
  const one = await range('bytes=2-4')
  expect([one.status, one.body.toString(), one.headers['content-range']]).toEqual([
    206,
    '234',
    'bytes 2-4/10',
  ])
  expect((await range('bytes=-3')).body.toString()).toBe('789')
  const two = await range('bytes=0-0,8-')
  expect(two.headers['content-type']).toMatch(/^multipart\/byteranges; boundary=/)
  expect(two.body.toString()).toContain('Content-Range: bytes 8-9/10\r\n\r\n89\r\n')
  const none = await range('bytes=10-')
  expect([none.status, none.headers['content-range']]).toEqual([416, 'bytes */10'])
  expect((await range('bytes=2-4', { 'If-Range': '"1"' })).status).toBe(206)
  expect((await range('bytes=2-4', { 'If-Range': '"0"' })).body.toString()).toBe('0123456789')
  expect(origin.requests).toHaveLength(1)
})

test('HEAD is answered from a stored GET, and stores nothing itself', async () => {
  const { weir, origin } = await stage((_, response) => {
    response.setHeader('Content-Length', json.length).end(json)
  }, sections)
  expect((await weir.request({ method: 'HEAD', path: '/list' })).headers['x-cache']).toBe('MISS')
  expect((await weir.get('/list')).headers['x-cache']).toBe('MISS')
  const head = await weir.request({ method: 'HEAD', path: '/list' })
  expect(head.headers['x-cache']).toBe('HIT')
  expect([head.headers['content-length'], head.body.byteLength]).toEqual([String(json.length), 0])
  expect(origin.requests.map(({ method }) => method)).toEqual(['HEAD', 'GET'])
})

test('Age counts from when the origin made the answer', async () => {
  const { weir, clock } = await stage((_, response) => void response.setHeader('Age', '7').end(), sections)
  await weir.get('/list')
  clock.advance(3_500)
  expect((await weir.get('/list')).headers.age).toBe('10')
})
