// Client connections: kept, pipelined, old, abandoned.
import { expect, test } from 'vitest'
import { barrier, gate } from '../kit/barrier.ts'
import { cachingAll, stage, until } from '../kit/weir.ts'

const get = (path: string, version = '1.1', fields = ''): string =>
  `GET ${path} HTTP/${version}\r\nHost: api.test\r\n${fields}\r\n`

test('a connection is kept from one request to the next, hits and misses alike', async () => {
  const { weir } = await stage(({ url }, response) => void response.end(url))
  const client = await weir.client()
  for (const [i, path] of ['/a', '/a', '/b', '/a'].entries()) {
    client.write(get(path))
    const answers = await client.responses(i + 1)
    expect(answers.at(-1)).toMatchObject({ status: 200, body: path })
    expect(answers.at(-1)?.headers.connection).toBe('keep-alive')
  }
  client.write(get('/a', '1.1', 'Connection: close\r\n'))
  expect(await client.closed).toMatch(/Connection: close/i)
})

test('pipelined requests are answered in their order, however long each takes', async () => {
  const held = barrier()
  const { weir } = await stage(async ({ url }, response) => {
    if (url === '/slow') await held.arrive()
    response.end(url)
  })
  await weir.get('/hit', { Host: 'api.test' })
  const client = await weir.client(get('/slow') + get('/hit') + get('/quick') + get('/hit'))
  await held.reached
  held.release()
  const answers = await client.responses(4)
  expect(answers.map(({ body }) => body)).toEqual(['/slow', '/hit', '/quick', '/hit'])
})

test.each([
  ['cached', cachingAll],
  ['not cached', { routes: [] }],
])('a client that leaves ends all that it has pipelined (route %s)', async (_, sections) => {
  const ended: string[] = []
  const { weir, origin } = await stage(({ url }, response) => {
    if (url === '/ping') return void response.end()
    response.on('close', () => ended.push(url ?? ''))
    if (url === '/events')
      response.writeHead(200, { 'Content-Type': 'text/event-stream' }).write('data: 1\n\n')
  }, sections)
  const client = await weir.client(get('/silent') + get('/events'))
  await weir.arrivals(2)
  await until(() => origin.count('/silent') === 1)
  await weir.get('/ping')
  client.destroy()
  // Whether the second is asked for before the first is answered or not, nothing of either must be left.
  await until(() => ended.length === origin.requests.length - 1)
  await until(() => weir.lines.length === origin.requests.length)
})

test('an HTTP/1.0 client gets an answer that ends with its connection', async () => {
  const { weir } = await stage((_, response) => {
    response.write('in ')
    response.end('pieces')
  })
  for (const outcome of ['MISS', 'HIT']) {
    const received = await (await weir.client(get('/list', '1.0'))).closed
    expect(received).toMatch(/^HTTP\/1.1 200 OK\r\n/)
    expect(received).not.toMatch(/transfer-encoding/i)
    expect(received).toContain(`X-Cache: ${outcome}`)
    expect(received).toMatch(/\r\n\r\nin pieces$/)
  }
})

test('an HTTP/1.0 client that asks for it is kept where the length is known', async () => {
  const { weir } = await stage((_, response) => void response.end('body'))
  await weir.get('/list', { Host: 'api.test' })
  const client = await weir.client(get('/list', '1.0', 'Connection: keep-alive\r\n'))
  await client.responses(1)
  client.write(get('/list', '1.0'))
  expect(await client.responses(2)).toHaveLength(2)
})

test('a client that leaves in the middle of an answer that passes ends the fetch', async () => {
  const closed = gate()
  const { weir } = await stage(
    (_, response) => {
      response.on('close', closed.open)
      response.write('begun')
    },
    { routes: [] },
  )
  const client = await weir.client(get('/list'))
  await client.until('begun')
  client.reset()
  await closed.opened
  await until(() => weir.lines.length === 1)
  expect(weir.lines[0]).toMatchObject({ end: 'gone', bytes: 5 })
})

test('the answer to a write whose client has left is not read to its end', async () => {
  const asked = gate()
  const left = gate()
  const closed = gate()
  const { weir } = await stage(
    async (_, response) => {
      response.on('close', closed.open)
      asked.open()
      await left.opened
      response.write('without end')
    },
    { routes: [] },
  )
  const client = await weir.client('DELETE /list HTTP/1.1\r\nHost: api.test\r\n\r\n')
  await asked.opened
  client.destroy()
  await until(() => weir.lines.length === 1)
  left.open()
  await closed.opened
})

test('connections beyond the limit are turned away, and those that are open go on', async () => {
  const { weir } = await stage((_, response) => void response.end('body'), {
    ...cachingAll,
    listen: { maxConnections: 2 },
  })
  const first = await weir.client(get('/list'))
  const second = await weir.client(get('/list'))
  await first.responses(1)
  await second.responses(1)
  const third = await weir.client(get('/list'))
  expect(await third.closed).not.toContain('200 OK')
  first.write(get('/list'))
  expect(await first.responses(2)).toHaveLength(2)
})
