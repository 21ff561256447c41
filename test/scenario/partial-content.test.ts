// Ranges through the whole of weir: parts are stored, answer what lies in them, and become whole.
import { expect, test } from 'vitest'
import { barrier } from '../kit/barrier.ts'
import type { OriginHandler, SeenRequest } from '../kit/scripted-origin.ts'
import { caching, stage } from '../kit/weir.ts'

const digits = '0123456789'
const obeying = caching({})

/** An origin of ten digits that knows ranges, If-Range and If-None-Match, under the tag that `tag` gives. */
function digitsOrigin(tag: () => string | null): OriginHandler {
  return (request, response) => {
    const etag = tag()
    if (etag !== null) response.setHeader('ETag', etag)
    response.setHeader('Cache-Control', 'max-age=60')
    if (etag !== null && request.headers['if-none-match'] === etag) return void response.writeHead(304).end()
    const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(request.headers.range ?? '') ?? []
    const condition = request.headers['if-range']
    if (request.headers.range === undefined || (condition !== undefined && condition !== etag)) {
      return void response.end(digits)
    }
    const from = first === '' ? digits.length - Number(last) : Number(first)
    const to = first === '' || last === '' ? digits.length - 1 : Number(last)
    response.setHeader('Content-Range', `bytes ${from}-${to}/${digits.length}`)
    response.writeHead(206).end(digits.slice(from, to + 1))
  }
}

const fieldOf = (seen: SeenRequest | undefined, name: string): string | undefined => {
  const at = seen?.rawHeaders.findIndex((text, i) => i % 2 === 0 && text.toLowerCase() === name) ?? -1
  return at < 0 ? undefined : seen?.rawHeaders[at + 1]
}

test('a part is stored and answers the ranges within it (RFC 9111 §3.3)', async () => {
  const { weir, origin } = await stage(
    digitsOrigin(() => '"a"'),
    obeying,
  )
  const first = await weir.get('/d', { Range: 'bytes=4-8' })
  expect([first.status, first.body.toString(), first.headers['x-cache']]).toEqual([206, '45678', 'MISS'])
  const within = await weir.get('/d', { Range: 'bytes=6-7' })
  expect([within.status, within.body.toString(), within.headers['x-cache']]).toEqual([206, '67', 'HIT'])
  expect(within.headers['content-range']).toBe('bytes 6-7/10')
  const outside = await weir.get('/d', { Range: 'bytes=-2' })
  expect([outside.body.toString(), outside.headers['x-cache']]).toEqual(['89', 'MISS'])
  expect(outside.headers['cache-status']).toContain('fwd=partial')
  expect(origin.requests).toHaveLength(2)
})

test('two parts that meet become the whole (RFC 9111 §3.4)', async () => {
  const { weir, origin } = await stage(
    digitsOrigin(() => '"a"'),
    obeying,
  )
  await weir.get('/d', { Range: 'bytes=0-4' })
  await weir.get('/d', { Range: 'bytes=5-9' })
  const whole = await weir.get('/d')
  expect([whole.status, whole.body.toString(), whole.headers['x-cache']]).toEqual([200, digits, 'HIT'])
  expect(whole.headers['content-range']).toBeUndefined()
  expect(origin.requests).toHaveLength(2)
})

test('a part is completed: the origin is asked for no more than what lacks', async () => {
  const { weir, origin } = await stage(
    digitsOrigin(() => '"a"'),
    obeying,
  )
  await weir.get('/d', { Range: 'bytes=0-4' })
  const whole = await weir.get('/d')
  expect([whole.status, whole.body.toString()]).toEqual([200, digits])
  expect(fieldOf(origin.requests[1], 'range')).toBe('bytes=5-')
  expect(fieldOf(origin.requests[1], 'if-range')).toBe('"a"')
  expect((await weir.get('/d')).headers['x-cache']).toBe('HIT')
  expect(origin.requests).toHaveLength(2)
})

test('a part of what has changed meanwhile is never joined with the rest of the new', async () => {
  let tag = '"a"'
  const { weir, origin } = await stage(
    digitsOrigin(() => tag),
    obeying,
  )
  await weir.get('/d', { Range: 'bytes=0-4' })
  tag = '"b"'
  const whole = await weir.get('/d')
  expect([whole.status, whole.body.toString(), whole.headers.etag]).toEqual([200, digits, '"b"'])
  expect(origin.requests).toHaveLength(2)
})

test('a part without a strong validator answers for itself and is joined with nothing', async () => {
  const { weir, origin } = await stage(
    digitsOrigin(() => null),
    obeying,
  )
  await weir.get('/d', { Range: 'bytes=0-4' })
  expect((await weir.get('/d', { Range: 'bytes=1-2' })).headers['x-cache']).toBe('HIT')
  await weir.get('/d', { Range: 'bytes=5-9' })
  const whole = await weir.get('/d')
  expect([whole.body.toString(), whole.headers['x-cache']]).toEqual([digits, 'MISS'])
  expect(fieldOf(origin.requests[2], 'range')).toBeUndefined()
})

test('a stale part is validated for the ranges within it', async () => {
  const { weir, origin, clock } = await stage(
    digitsOrigin(() => '"a"'),
    obeying,
  )
  await weir.get('/d', { Range: 'bytes=0-4' })
  clock.advance(61_000)
  const again = await weir.get('/d', { Range: 'bytes=1-2' })
  expect([again.status, again.body.toString(), again.headers['x-cache']]).toEqual([206, '12', 'REVALIDATED'])
  expect(fieldOf(origin.requests[1], 'range')).toBeUndefined()
  expect(fieldOf(origin.requests[1], 'if-none-match')).toBe('"a"')
})

test.each([
  ['says that it is longer than it is', 'bytes 4-9/10', '5'],
  ['is chunked and shorter than it says', 'bytes 4-9/10', null],
  ['is chunked and longer than it says', 'bytes 4-6/10', null],
])('a part that %s is passed on and not stored', async (_name, place, length) => {
  const { weir } = await stage((_, response) => {
    response
      .setHeader('Cache-Control', 'max-age=60')
      .setHeader('ETag', '"a"')
      .setHeader('Content-Range', place)
    if (length !== null) response.setHeader('Content-Length', length)
    response.writeHead(206).write('45678')
    response.end()
  }, obeying)
  for (let i = 0; i < 2; i++) {
    const { status, body, headers } = await weir.get('/d', { Range: 'bytes=4-6' })
    expect([status, body.toString(), headers['x-cache']]).toEqual([206, '45678', 'MISS'])
  }
})

test('a rest that does not come whole is not joined: the whole is asked for', async () => {
  let asked = 0
  const { weir } = await stage((request, response) => {
    asked += 1
    response.setHeader('ETag', '"a"').setHeader('Cache-Control', 'max-age=60')
    if (request.headers.range === undefined) return void response.end(digits)
    const place = asked === 1 ? 'bytes 0-4/10' : 'bytes 5-9/10'
    response.setHeader('Content-Range', place)
    response.writeHead(206).write(asked === 1 ? '01234' : '567')
    response.end()
  }, obeying)
  await weir.get('/d', { Range: 'bytes=0-4' })
  const whole = await weir.get('/d')
  expect([whole.status, whole.body.toString(), whole.complete]).toEqual([200, digits, true])
  expect(asked).toBe(3)
})

test('a part that comes when the whole is stored already does not take its place', async () => {
  const [wholeHeld, partHeld] = [barrier(), barrier()]
  const answer = digitsOrigin(() => '"a"')
  const { weir, origin, clock } = await stage(async (request, response, seen) => {
    await (request.headers.range === undefined ? wholeHeld : partHeld).arrive()
    await answer(request, response, seen)
  }, obeying)
  const whole = weir.get('/d')
  await weir.arrivals(1)
  clock.advance(10)
  const part = weir.get('/d', { Range: 'bytes=0-4' })
  await weir.arrivals(2)
  wholeHeld.release()
  await whole
  partHeld.release()
  expect((await part).status).toBe(206)
  const again = await weir.get('/d')
  expect([again.body.toString(), again.headers['x-cache']]).toEqual([digits, 'HIT'])
  expect(origin.requests).toHaveLength(2)
})
