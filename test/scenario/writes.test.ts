// After a write nobody is given the state before it, in whatever order fetches and writes begin and end.
import { expect, test } from 'vitest'
import { barrier, type Barrier } from '../kit/barrier.ts'
import type { OriginHandler } from '../kit/scripted-origin.ts'
import { rawStage, type Sections, stage, until } from '../kit/weir.ts'

/** One resource with a state, whose reads and writes stop where the test says. */
function stateful(fields: Record<string, string> = {}, written: Record<string, string> = {}) {
  const stops: Record<'read' | 'readDone' | 'write' | 'writeDone', Barrier> = {
    read: barrier(),
    readDone: barrier(),
    write: barrier(),
    writeDone: barrier(),
  }
  let state = 'old'
  let reads = 0
  const handler: OriginHandler = async (request, response) => {
    if (request.method === 'GET') {
      reads += 1
      const first = reads === 1
      if (first) await stops.read.arrive()
      const seen = state
      if (first) await stops.readDone.arrive()
      for (const [name, value] of Object.entries(fields)) response.setHeader(name, value)
      response.end(seen)
    } else {
      await stops.write.arrive()
      state = 'new'
      await stops.writeDone.arrive()
      for (const [name, value] of Object.entries(written)) response.setHeader(name, value)
      response.end('written')
    }
  }
  return { handler, stops, reads: () => reads }
}

const byUri: Sections = { routes: [{ path: '/*', methods: ['GET'], cache: '60s' }] }
const byTag: Sections = {
  routes: [
    { path: '/items/:id', methods: ['GET'], cache: { ttl: '60s', tags: ['item-:id'] } },
    { path: '/edit/:id', methods: ['POST'], invalidates: ['item-:id'] },
  ],
}
const byPath: Sections = {
  routes: [
    { path: '/items/*', methods: ['GET'], cache: '60s' },
    { path: '/edit/*', methods: ['POST'], invalidates: ['/items/*'] },
  ],
}

interface Naming {
  readonly name: string
  readonly sections: Sections
  readonly fields?: Record<string, string>
  readonly written?: Record<string, string>
  readonly writeTo: string
}

const namings: readonly Naming[] = [
  { name: 'its own URI', sections: byUri, writeTo: '/items/1' },
  { name: 'a tag', sections: byTag, writeTo: '/edit/1' },
  { name: 'a path pattern', sections: byPath, writeTo: '/edit/1' },
  {
    name: 'a cache group that only the answers name',
    sections: byUri,
    fields: { 'Cache-Groups': '"items"' },
    written: { 'Cache-Group-Invalidation': '"items"' },
    writeTo: '/other',
  },
  { name: 'Location', sections: byUri, written: { Location: '/items/1' }, writeTo: '/other' },
  {
    name: 'Content-Location',
    sections: byUri,
    written: { 'Content-Location': '/items/1' },
    writeTo: '/other',
  },
]

/** The steps between a fetch and a write, in every order that makes sense. */
const orders: readonly (readonly string[])[] = [
  ['fetch starts', 'fetch ends', 'write starts', 'write ends'],
  ['fetch starts', 'write starts', 'write ends', 'fetch ends'],
  ['fetch starts', 'write starts', 'fetch ends', 'write ends'],
  ['write starts', 'fetch starts', 'fetch ends', 'write ends'],
  ['write starts', 'fetch starts', 'write ends', 'fetch ends'],
]

for (const { name, sections, fields, written, writeTo } of namings) {
  test.each(orders)(`the write names the answer by ${name}: %s, %s, %s, %s`, async (...order) => {
    const { handler, stops } = stateful(fields, written)
    const { weir, origin } = await stage(handler, sections)
    let fetch: Promise<{ body: Buffer }> | undefined
    let write: Promise<unknown> | undefined
    let after: Promise<{ body: Buffer }> | undefined
    for (const step of order) {
      switch (step) {
        case 'fetch starts':
          fetch = weir.get('/items/1')
          await stops.read.reached
          // It reads the state before the write, and keeps it.
          stops.read.release()
          await stops.readDone.reached
          break
        case 'write starts':
          write = weir.request({ method: 'POST', path: writeTo, body: 'x' })
          await stops.write.reached
          break
        case 'fetch ends':
          stops.readDone.release()
          await fetch
          break
        case 'write ends':
          stops.write.release()
          stops.writeDone.release()
          await write
          // The write is over: whoever comes now must see it, whether the fetch is still under way or not.
          after = weir.get('/items/1')
          await weir.arrivals(3)
      }
    }
    expect((await after)?.body.toString()).toBe('new')
    const last = await weir.get('/items/1')
    expect(last.body.toString()).toBe('new')
    expect(last.headers['x-cache']).toBe('HIT')
    expect(origin.requests.filter(({ method }) => method === 'POST')).toHaveLength(1)
  })
}

test('who waited for the fetch since before the write may have its answer; who came after must not', async () => {
  const { handler, stops } = stateful()
  const { weir } = await stage(handler, byUri)
  const before = [weir.get('/items/1'), weir.get('/items/1')]
  await weir.arrivals(2)
  await stops.read.reached
  stops.read.release()
  await stops.readDone.reached
  stops.write.release()
  stops.writeDone.release()
  await weir.request({ method: 'DELETE', path: '/items/1' })
  const after = await weir.get('/items/1')
  stops.readDone.release()
  expect(after.body.toString()).toBe('new')
  for (const { body } of await Promise.all(before)) expect(body.toString()).toBe('old')
  expect((await weir.get('/items/1')).body.toString()).toBe('new')
})

test('a refresh in the background that a write overtakes is not stored', async () => {
  const { handler, stops } = stateful()
  const { weir, clock } = await stage(handler, {
    routes: [{ path: '/*', methods: ['GET'], cache: { ttl: '10s', staleWhileRevalidate: '60s' } }],
  })
  stops.read.release()
  stops.readDone.release()
  await weir.get('/items/1')
  clock.advance(11_000)
  stops.write.release()
  expect((await weir.get('/items/1')).headers['x-cache']).toBe('STALE')
  stops.writeDone.release()
  await weir.request({ method: 'PUT', path: '/items/1', body: 'x' })
  expect((await weir.get('/items/1')).body.toString()).toBe('new')
})

test.each([
  [400, 'HIT'],
  [503, 'HIT'],
  [200, 'MISS'],
  [303, 'MISS'],
])('a write that is answered with %i leaves what is stored a %s', async (status, expected) => {
  const { weir } = await stage((request, response) => {
    response.writeHead(request.method === 'GET' ? 200 : status).end('body')
  }, byUri)
  await weir.get('/items/1')
  await weir.request({ method: 'POST', path: '/items/1' })
  expect((await weir.get('/items/1')).headers['x-cache']).toBe(expected)
})

test('a write to another host does not touch the answers of this one', async () => {
  const { weir } = await stage((_, response) => void response.end('body'), byUri)
  await weir.get('/items/1', { Host: 'a.test' })
  await weir.request({ method: 'POST', path: '/items/1', headers: { Host: 'b.test' } })
  expect((await weir.get('/items/1', { Host: 'a.test' })).headers['x-cache']).toBe('HIT')
})

test('a write whose answer is lost counts as done', async () => {
  const { weir } = await rawStage(async (connection) => {
    const request = await connection.until('\r\n\r\n')
    if (request.startsWith('POST ')) connection.reset()
    else connection.socket.end('HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\nbody')
  }, byUri)
  await weir.get('/items/1')
  expect((await weir.get('/items/1')).headers['x-cache']).toBe('HIT')
  const lost = await weir.request({ method: 'POST', path: '/items/1', body: 'x' })
  expect(lost.status).toBe(502)
  expect((await weir.get('/items/1')).headers['x-cache']).toBe('MISS')
})

test('the client of a write leaves before the answer: what it changed is invalid all the same', async () => {
  const { handler, stops } = stateful()
  const { weir } = await stage(handler, byUri)
  stops.read.release()
  stops.readDone.release()
  const headers = { Host: 'api.test' }
  expect((await weir.get('/items/1', headers)).body.toString()).toBe('old')
  const writer = await weir.client('DELETE /items/1 HTTP/1.1\r\nHost: api.test\r\n\r\n')
  await stops.write.reached
  writer.destroy()
  await until(() => weir.lines.some(({ method, end }) => method === 'DELETE' && end === 'gone'))
  expect((await weir.get('/items/1', headers)).headers['x-cache']).toBe('HIT')
  stops.write.release()
  stops.writeDone.release()
  let seen = ''
  while (seen !== 'new') seen = (await weir.get('/items/1', headers)).body.toString()
})
