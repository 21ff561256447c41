// Writes to one resource: one at a time, in order, and bounded in line and time.
import { expect, test } from 'vitest'
import { turn } from '../kit/barrier.ts'
import type { Answer } from '../kit/raw-client.ts'
import { rawStage, stage, until } from '../kit/weir.ts'
import { field, path, problemOf, providers, put, serialized } from './providers.ts'

test('writes to one path go one at a time, in the order they came, with growing tokens', async () => {
  const { handler, write } = providers()
  const { weir, origin } = await stage(handler, serialized({}))
  const answers: Promise<Answer>[] = []
  for (let i = 0; i < 5; i++) {
    answers.push(put(weir, `${i}`))
    await weir.arrivals(i + 1)
    await turn()
  }
  for (let i = 0; i < 5; i++) {
    await write(i).reached
    expect(origin.requests).toHaveLength(i + 1)
    write(i).release()
    await answers[i]
  }
  expect(origin.requests.map(({ body }) => body.toString())).toEqual(['0', '1', '2', '3', '4'])
  const tokens = origin.requests.map((seen) => Number(field(seen, 'weir-fencing-token')))
  expect(tokens.slice(1).map((token, i) => token - tokens[i]!)).toEqual([1, 1, 1, 1])
})

test('writes to different paths do not wait for one another', async () => {
  const { handler, write } = providers()
  const { weir } = await stage(handler, serialized({}))
  const one = put(weir, 'a')
  await write(0).reached
  const two = put(weir, 'b', {}, '/api/providers/2')
  await write(1).reached
  write(1).release()
  expect((await two).status).toBe(204)
  write(0).release()
  expect((await one).status).toBe(204)
})

test("a client's own fencing token is not passed on, on any route", async () => {
  const { handler, open } = providers()
  open()
  const { weir, origin } = await stage(handler, serialized({}))
  await put(weir, 'a', { 'Weir-Fencing-Token': '99999999999999999' })
  await weir.request({ method: 'POST', path: '/other', headers: { 'Weir-Fencing-Token': '9' } })
  expect(field(origin.requests[0]!, 'weir-fencing-token')).not.toBe('99999999999999999')
  expect(field(origin.requests[1]!, 'weir-fencing-token')).toBeUndefined()
})

test('beyond the queue and beyond the wait the answer is 503, at once or in time, and nothing is sent', async () => {
  const { handler, write } = providers()
  const { weir, origin, clock } = await stage(handler, serialized({ queue: 1, wait: '2s' }))
  const first = put(weir, 'a')
  await write(0).reached
  const second = put(weir, 'b')
  await weir.arrivals(2)
  await turn()
  const third = await put(weir, 'c')
  expect(third.status).toBe(503)
  expect(problemOf(third)).toMatchObject({ code: 'queue-full' })
  expect(third.headers['retry-after']).toBe('2')
  clock.advance(2000)
  const late = await second
  expect(late.status).toBe(503)
  expect(problemOf(late)).toMatchObject({ code: 'queue-wait-over' })
  expect(late.headers['retry-after']).toBe('1')
  write(0).release()
  await first
  expect(origin.requests).toHaveLength(1)
  const { json } = await weir.manage('/health/performance')
  expect(json).toMatchObject({ refusals: { 'queue-full': 1, 'queue-wait-over': 1 } })
})

test('a client that leaves the line is never sent, and holds up nobody', async () => {
  const { handler, write } = providers()
  const { weir, origin } = await stage(handler, serialized({}))
  const first = put(weir, 'a', { Host: 'api.test' })
  await write(0).reached
  const head = `DELETE ${path} HTTP/1.1\r\nHost: api.test\r\n\r\n`
  const leaving = await weir.client(head)
  await weir.arrivals(2)
  const third = put(weir, 'c', { Host: 'api.test' })
  await weir.arrivals(3)
  leaving.destroy()
  await until(() => weir.lines.some(({ method, end }) => method === 'DELETE' && end === 'gone'))
  write(0).release()
  write(1).release()
  await Promise.all([first, third])
  expect(origin.requests.map(({ method }) => method)).toEqual(['PUT', 'PUT'])
})

test('a client that leaves while its write is at the origin keeps the next waiting until that ends', async () => {
  const { handler, write } = providers()
  const { weir, origin } = await stage(handler, serialized({}))
  const client = await weir.client(`DELETE ${path} HTTP/1.1\r\nHost: api.test\r\n\r\n`)
  await write(0).reached
  client.destroy()
  await until(() => weir.lines.some(({ end }) => end === 'gone'))
  const next = put(weir, 'b')
  await weir.arrivals(2)
  await turn()
  expect(origin.requests).toHaveLength(1)
  write(0).release()
  write(1).release()
  expect((await next).status).toBe(204)
})

test('a lost answer and a timeout give the turn to the next in line', async () => {
  let connections = 0
  const { weir, clock } = await rawStage(
    async (connection) => {
      const index = connections++
      await connection.until('\r\n\r\n')
      if (index === 0) connection.reset()
      if (index === 2) connection.write('HTTP/1.1 204 No Content\r\n\r\n')
    },
    serialized({ wait: '60s' }, { retry: { attempts: 0 } }),
  )
  expect((await put(weir, 'a')).status).toBe(502)
  const stalled = weir.request({ method: 'DELETE', path })
  await until(() => connections === 2)
  const next = weir.request({ method: 'DELETE', path })
  await weir.arrivals(3)
  await turn()
  clock.advance(30_000)
  expect((await stalled).status).toBe(504)
  expect((await next).status).toBe(204)
})
