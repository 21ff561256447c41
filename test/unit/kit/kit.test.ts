// The test kit itself, where a mistake would make other tests pass for nothing.
import { afterEach, expect, test } from 'vitest'
import { manualClock } from '../../kit/manual-clock.ts'
import { rawClient, request } from '../../kit/raw-client.ts'
import { rawOrigin, scriptedOrigin } from '../../kit/scripted-origin.ts'

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

test('the manual clock fires timers in the order of their times, those set meanwhile included', () => {
  const clock = manualClock(1_000)
  const fired: [string, number][] = []
  clock.after(30, () => fired.push(['late', clock.now()]))
  clock.after(10, () => {
    fired.push(['early', clock.now()])
    clock.after(5, () => fired.push(['nested', clock.now()]))
  })
  clock.after(20, () => fired.push(['cancelled', clock.now()])).cancel()
  clock.advance(29)
  expect(fired).toEqual([
    ['early', 1_010],
    ['nested', 1_015],
  ])
  expect(clock.now()).toBe(1_029)
  expect(clock.pendingTimers()).toBe(1)
})

test('the scripted origin logs whole requests', async () => {
  const origin = await scriptedOrigin({ '/a': (_request, response) => void response.end('hello') })
  closing.push(origin.close)
  const answer = await request({ port: origin.port, path: '/a?x=1', method: 'POST', body: 'abc' })
  expect([answer.status, answer.body.toString(), answer.complete]).toEqual([200, 'hello', true])
  await origin.requests[0]!.finished
  expect(origin.requests[0]).toMatchObject({ method: 'POST', url: '/a?x=1', complete: true, aborted: false })
  expect(origin.requests[0]!.body.toString()).toBe('abc')
  expect([origin.count('/a'), origin.count('/b'), origin.connections()]).toEqual([1, 0, 1])
})

test('the scripted origin tells a request that broke off from a whole one', async () => {
  const origin = await scriptedOrigin(() => undefined)
  closing.push(origin.close)
  const client = await rawClient(origin.port, 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc')
  await expect.poll(() => origin.requests.length).toBe(1)
  client.reset()
  await origin.requests[0]!.finished
  expect(origin.requests[0]).toMatchObject({ complete: false, aborted: true })
})

test('the raw client reads several responses, chunked and of a length, and the raw origin writes bytes', async () => {
  const origin = await rawOrigin(async (connection) => {
    await connection.until('\r\n\r\n')
    connection.write('HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi')
    connection.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX: y\r\n\r\n')
    connection.write('HTTP/1.1 200 OK\r\n\r\nrest')
    connection.socket.end()
  })
  closing.push(origin.close)
  const client = await rawClient(origin.port, 'GET / HTTP/1.1\r\n\r\n')
  const responses = await client.responses(4)
  expect(responses.map(({ status, body }) => [status, body])).toEqual([
    [103, ''],
    [200, 'hi'],
    [200, 'abc'],
    [200, 'rest'],
  ])
})

test('an answer that broke off is not complete', async () => {
  const origin = await rawOrigin(async (connection) => {
    await connection.until('\r\n\r\n')
    connection.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc')
    connection.socket.end()
  })
  closing.push(origin.close)
  const answer = await request({ port: origin.port })
  expect([answer.body.toString(), answer.complete]).toEqual(['abc', false])
})
