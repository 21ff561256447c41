// Content that clients send: its budget, Expect, and what the origin never gets to see.
import { expect, test } from 'vitest'
import { gate } from '../kit/barrier.ts'
import { rawStage, type Sections, stage, until } from '../kit/weir.ts'

const bounded: Sections = { routes: [{ path: '/*', limits: { body: '1KiB' } }] }
const post = 'POST /upload HTTP/1.1\r\nHost: api.test\r\n'

test('declared content over the budget: 413, and the origin hears nothing of it', async () => {
  const { weir, origin } = await stage((_, response) => void response.end(), bounded)
  const { status, headers, body } = await weir.request({ method: 'POST', body: 'x'.repeat(1025) })
  expect(status).toBe(413)
  expect(headers['content-type']).toBe('application/problem+json')
  expect(JSON.parse(body.toString())).toMatchObject({ status: 413, code: 'body-too-large' })
  expect(origin.requests).toHaveLength(0)
})

test('content of exactly the budget passes, declared or chunked', async () => {
  const { weir, origin } = await stage((_, response, seen) => {
    void seen.finished.then(() => response.end())
  }, bounded)
  const body = 'x'.repeat(1024)
  expect((await weir.request({ method: 'POST', body })).status).toBe(200)
  const chunked = { 'Transfer-Encoding': 'chunked' }
  expect((await weir.request({ method: 'POST', body, headers: chunked })).status).toBe(200)
  expect(origin.requests.map((seen) => seen.body.toString())).toEqual([body, body])
})

test('chunked content over the budget: 413, and the origin never sees a complete request', async () => {
  const received = gate<string>()
  const { weir } = await rawStage(async (connection) => {
    await connection.closed
    received.open(connection.received())
  }, bounded)
  const chunk = `200\r\n${'x'.repeat(512)}\r\n`
  const client = await weir.client(`${post}Transfer-Encoding: chunked\r\n\r\n${chunk}`)
  await weir.arrivals(1)
  client.write(chunk + chunk)
  const [answer] = await client.responses(1)
  expect(answer?.status).toBe(413)
  expect(answer?.headers.connection).toBe('close')
  expect(await received.opened).not.toContain('0\r\n\r\n')
  await client.closed
})

test('a client that sends far too much still gets to read why it is refused', async () => {
  const { weir, origin } = await stage((_, response) => void response.end(), bounded)
  for (const framing of ['Content-Length: 4000000', 'Transfer-Encoding: chunked']) {
    const client = await weir.client(`${post}${framing}\r\n\r\n`)
    const chunk = 'x'.repeat(100_000)
    for (let i = 0; i < 40; i++) client.write(framing.startsWith('C') ? chunk : `186a0\r\n${chunk}\r\n`)
    const [answer] = await client.responses(1)
    expect(answer?.status).toBe(413)
    client.destroy()
  }
  expect(origin.requests.every(({ complete }) => !complete)).toBe(true)
})

test('what follows refused content on its connection is not taken for a request', async () => {
  const { weir, origin } = await stage((_, response) => void response.end(), bounded)
  const inner = 'GET /inner HTTP/1.1\r\nHost: api.test\r\n\r\n'
  const client = await weir.client(`${post}Content-Length: 2000\r\n\r\n${inner.padEnd(2000, '\r\n')}${inner}`)
  const received = await client.closed
  expect(received).toMatch(/^HTTP\/1.1 413 /)
  expect(received.split('HTTP/1.1 ')).toHaveLength(2)
  expect(origin.requests).toHaveLength(0)
})

test('Expect: 100-continue is answered when somebody reads, and not where the request is refused', async () => {
  const { weir, origin } = await stage((_, response, seen) => {
    void seen.finished.then(() => response.end(seen.body))
  }, bounded)
  const accepted = await weir.client(`${post}Expect: 100-continue\r\nContent-Length: 4\r\n\r\n`)
  await accepted.until('HTTP/1.1 100 Continue\r\n\r\n')
  accepted.write('body')
  const [, answer] = await accepted.responses(2)
  expect(answer).toMatchObject({ status: 200, body: 'body' })
  expect(origin.requests[0]?.rawHeaders).not.toContain('Expect')

  const refused = await weir.client(`${post}Expect: 100-continue\r\nContent-Length: 4000\r\n\r\n`)
  const [first] = await refused.responses(1)
  expect(first?.status).toBe(413)
  expect(origin.requests).toHaveLength(1)
})

test('an origin that answers before it has read the content is passed on', async () => {
  const { weir } = await stage(
    (_, response) => {
      response.writeHead(403, { Connection: 'close' }).end('no')
    },
    { routes: [] },
  )
  const client = await weir.client(`${post}Content-Length: 400000\r\n\r\n${'x'.repeat(1000)}`)
  const [answer] = await client.responses(1)
  expect(answer).toMatchObject({ status: 403, body: 'no' })
  // The rest of the content will never be read as such, so the connection cannot be used again.
  expect(answer?.headers.connection).toBe('close')
})

test.each(['POST', 'PUT'])('a client that stops in the middle of its %s is given up', async (method) => {
  const { weir, clock } = await stage(
    (_, response, seen) => {
      void seen.finished.then(() => response.end())
    },
    { ...bounded, listen: { bodyIdle: '10s' } },
  )
  const client = await weir.client(`${method} /up HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhal`)
  await weir.arrivals(1)
  let closed = false
  void client.closed.finally(() => (closed = true))
  await until(
    () => closed,
    () => clock.advance(10),
  )
  expect(client.received()).toMatch(/^HTTP\/1.1 408 /)
})

test('a GET with content bypasses the cache', async () => {
  const { weir, origin } = await stage((_, response, seen) => {
    void seen.finished.then(() => response.end(seen.body))
  })
  for (const body of ['one', 'two']) {
    const answer = await weir.request({ method: 'GET', headers: { 'Content-Length': '3' }, body })
    expect(answer.body.toString()).toBe(body)
    expect(answer.headers['x-cache']).toBe('BYPASS')
  }
  expect(origin.requests).toHaveLength(2)
})
