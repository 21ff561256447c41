// WebSockets, and upgrades that are none: tunnelled only after the origin has agreed.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { gate } from '../kit/barrier.ts'
import { manualClock } from '../kit/manual-clock.ts'
import { rawStage, stage, startWeir, until } from '../kit/weir.ts'

const handshake =
  'GET /live HTTP/1.1\r\nHost: api.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
  'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n'
const accepted = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'

async function echoing() {
  const server = createServer()
  const sockets = new WebSocketServer({ server })
  const requests: { url: string | undefined; fields: NodeJS.Dict<string | string[]> }[] = []
  sockets.on('connection', (socket, request) => {
    requests.push({ url: request.url, fields: request.headers })
    socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    for (const client of sockets.clients) client.terminate()
    server.close()
  })
  const clock = manualClock()
  const weir = await startWeir(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, {}, { clock })
  return { weir, requests, sockets }
}

async function connected(url: string): Promise<WebSocket> {
  const socket = new WebSocket(url)
  onTestFinished(() => socket.terminate())
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
  return socket
}

test('a WebSocket echoes, text and binary, small and large', async () => {
  const { weir, requests } = await echoing()
  const socket = await connected(`ws://127.0.0.1:${weir.port}/live?room=1`)
  for (const message of ['hello', 'x'.repeat(100_000), '']) {
    const echo = new Promise<string>((resolve) =>
      socket.once('message', (data: Buffer) => resolve(data.toString())),
    )
    socket.send(message)
    expect(await echo).toBe(message)
  }
  expect(requests[0]).toMatchObject({
    url: '/live?room=1',
    fields: { via: '1.1 weir', 'x-forwarded-for': '127.0.0.1', 'x-forwarded-host': `127.0.0.1:${weir.port}` },
  })
})

test('either end closes the other', async () => {
  const { weir, sockets } = await echoing()
  const first = await connected(`ws://127.0.0.1:${weir.port}/live`)
  const closed = new Promise((resolve) => first.once('close', resolve))
  for (const client of sockets.clients) client.close(1000)
  expect(await closed).toBe(1000)
  const second = await connected(`ws://127.0.0.1:${weir.port}/live`)
  second.terminate()
  await until(() => sockets.clients.size === 0)
})

test('graceful stop ends the tunnels', async () => {
  const { weir } = await echoing()
  const socket = await connected(`ws://127.0.0.1:${weir.port}/live`)
  const closed = new Promise((resolve) => socket.once('close', resolve))
  await weir.stop(10_000)
  await closed
})

test('an origin that refuses the upgrade is passed on, with its body', async () => {
  const { weir } = await stage((_, response) => {
    response.writeHead(400, 'No', { 'Content-Type': 'text/plain', 'Content-Length': 11 }).end('not welcome')
  })
  const client = await weir.client(handshake)
  const received = await client.closed
  expect(received).toMatch(/^HTTP\/1.1 400 No\r\n/)
  expect(received).toMatch(/\r\n\r\nnot welcome$/)
})

test('an origin that answers 200 to an upgrade does not open a tunnel', async () => {
  const heard: string[] = []
  const { weir } = await rawStage(async (connection) => {
    await connection.until('\r\n\r\n')
    connection.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
    await connection.closed
    heard.push(connection.received())
  })
  const client = await weir.client(handshake)
  client.write('GET /smuggled HTTP/1.1\r\nHost: api.test\r\n\r\n')
  expect(await client.closed).toMatch(/^HTTP\/1.1 200 OK/)
  await until(() => heard.length === 1)
  expect(heard[0]).not.toContain('smuggled')
})

test('a refusal that breaks off does not leave the client waiting', async () => {
  const { weir } = await rawStage(async (connection) => {
    await connection.until('\r\n\r\n')
    connection.socket.end('HTTP/1.1 400 Bad Request\r\nContent-Length: 100\r\n\r\nhalf')
  })
  const client = await weir.client(handshake)
  expect(await client.closed).toMatch(/half$/)
})

test('nobody listens at the origin: 502', async () => {
  const weir = await startWeir('http://127.0.0.1:1')
  const client = await weir.client(handshake)
  const received = await client.closed
  expect(received).toMatch(/^HTTP\/1.1 502 Bad Gateway\r\n/)
  expect(received).toContain('application/problem+json')
})

test('an origin that does not answer the upgrade in time: 504', async () => {
  const { weir, clock } = await rawStage(() => undefined)
  const client = await weir.client(handshake)
  await weir.arrivals(0)
  let closed = false
  void client.closed.finally(() => (closed = true))
  await until(
    () => closed,
    () => clock.advance(1_000),
  )
  expect(client.received()).toMatch(/^HTTP\/1.1 504 /)
})

test('a client that leaves before the answer does not hold a connection to the origin for longer than that', async () => {
  const asked = gate()
  const left = gate()
  const { weir, clock } = await rawStage(async (connection) => {
    await connection.until('\r\n\r\n')
    asked.open()
    await connection.closed
    left.open()
  })
  const client = await weir.client(handshake)
  await asked.opened
  client.destroy()
  clock.advance(30_000)
  await left.opened
})

test('an open tunnel whose origin resets ends, and no answer of HTTP is written into it', async () => {
  const open = gate()
  const { weir } = await rawStage(async (connection) => {
    await connection.until('\r\n\r\n')
    connection.write(accepted)
    await open.opened
    connection.reset()
  })
  const client = await weir.client(handshake)
  await client.until('\r\n\r\n')
  open.open()
  const received = await client.closed
  expect(received.split('HTTP/1.1')).toHaveLength(2)
})

test('an upgrade to anything else is ignored, as RFC 9110 §7.8 allows: the request is answered', async () => {
  const { weir, origin } = await stage((_, response) => void response.end('body'))
  const client = await weir.client(
    'GET /list HTTP/1.1\r\nHost: api.test\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n' +
      'HTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n',
  )
  const [answer] = await client.responses(1)
  expect(answer).toMatchObject({ status: 200, body: 'body' })
  const names = origin.requests[0]?.rawHeaders.map((name) => name.toLowerCase())
  expect(names).not.toContain('upgrade')
  expect(names).not.toContain('http2-settings')
})

test('CONNECT is refused', async () => {
  const { weir, origin } = await stage((_, response) => void response.end())
  const client = await weir.client('CONNECT api.test:443 HTTP/1.1\r\nHost: api.test:443\r\n\r\n')
  expect(await client.closed).toMatch(/^HTTP\/1.1 405 /)
  expect(origin.requests).toHaveLength(0)
})
