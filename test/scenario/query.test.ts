// QUERY through the whole of weir: the content is part of the key (RFC 10008).
import { expect, test } from 'vitest'
import type { OriginHandler } from '../kit/scripted-origin.ts'
import { stage, type Stage } from '../kit/weir.ts'
import type { Answer } from '../kit/raw-client.ts'

const obeying = { routes: [{ path: '/*', cache: {} }] }

/** Answers with the content it got. */
const echo: OriginHandler = async (request, response, seen) => {
  await seen.finished
  const etag = `"${seen.body.toString().slice(0, 10)}"`
  response.setHeader('Cache-Control', 'max-age=60').setHeader('ETag', etag)
  if (request.headers['if-none-match'] === etag) response.writeHead(304).end()
  else response.end(`${request.method ?? ''} ${seen.body.toString()}`)
}

function query({ weir }: Stage, body: string, headers: Record<string, string> = {}): Promise<Answer> {
  return weir.request({
    method: 'QUERY',
    path: '/find',
    body,
    headers: { 'Content-Type': 'text/plain', ...headers },
  })
}

test('the same content is answered from the store, other content is not', async () => {
  const on = await stage(echo, obeying)
  expect((await query(on, 'a')).headers['x-cache']).toBe('MISS')
  const again = await query(on, 'a')
  expect([again.headers['x-cache'], again.body.toString()]).toEqual(['HIT', 'QUERY a'])
  const other = await query(on, 'b')
  expect([other.headers['x-cache'], other.body.toString()]).toEqual(['MISS', 'QUERY b'])
})

test('the same content of another type is another query', async () => {
  const on = await stage(echo, obeying)
  await query(on, 'a')
  expect((await query(on, 'a', { 'Content-Type': 'text/csv' })).headers['x-cache']).toBe('MISS')
})

test('a QUERY shares nothing with a GET of the same target', async () => {
  const on = await stage(echo, obeying)
  await query(on, '')
  expect((await on.weir.get('/find')).body.toString()).toBe('GET ')
})

test('a stale one is validated with its content, and a client’s tag is answered with 304', async () => {
  const on = await stage(echo, obeying)
  await query(on, 'a')
  on.clock.advance(61_000)
  const again = await query(on, 'a')
  expect([again.headers['x-cache'], again.body.toString()]).toEqual(['REVALIDATED', 'QUERY a'])
  expect(on.origin.requests[1]?.body.toString()).toBe('a')
  expect((await query(on, 'a', { 'If-None-Match': '"a"' })).status).toBe(304)
})

test('a write to the target ends what queries of it have stored', async () => {
  const on = await stage(echo, obeying)
  await query(on, 'a')
  await on.weir.request({ method: 'POST', path: '/find', body: 'x' })
  expect((await query(on, 'a')).headers['x-cache']).toBe('MISS')
})

test('one user’s query is not another’s', async () => {
  const on = await stage(echo, obeying)
  await query(on, 'a', { Authorization: 'Bearer 1' })
  expect((await query(on, 'a', { Authorization: 'Bearer 2' })).headers['x-cache']).toBe('MISS')
})

test('content that is too long for a key is passed on', async () => {
  const on = await stage(echo, obeying)
  const long = 'x'.repeat(65 * 1024)
  const answer = await query(on, long)
  expect(answer.headers['x-cache']).toBe('BYPASS')
  expect(answer.body.toString() === `QUERY ${long}`).toBe(true)
  expect(answer.headers['cache-status']).toContain('detail=query-not-keyed')
})
