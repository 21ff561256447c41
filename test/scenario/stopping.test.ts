// Graceful stop: what runs finishes, what is idle closes soon, what is new is refused, and none of it takes for ever.
import { expect, test } from 'vitest'
import { barrier, gate, turn } from '../kit/barrier.ts'
import { openRequest, readAnswer, request } from '../kit/raw-client.ts'
import { stage, until } from '../kit/weir.ts'

const get = 'GET /list HTTP/1.1\r\nHost: api.test\r\n\r\n'
const graceMs = 10_000

test('a request that waits for the origin is answered, and its connection closes', async () => {
  const held = barrier()
  const { weir } = await stage(async (_, response) => {
    await held.arrive()
    response.end('body')
  })
  const client = await weir.client(get)
  await held.reached
  const stopped = weir.stop(graceMs)
  held.release()
  const received = await client.closed
  expect(received).toMatch(/\r\nConnection: close\r\n/i)
  expect(received).toMatch(/body$/)
  await stopped
})

test('an answer that is already under way is finished, and then nothing keeps its connection', async () => {
  const rest = gate()
  const { weir, clock } = await stage(async (_, response) => {
    response.write('begun')
    await rest.opened
    response.end(' and done')
  })
  const client = await weir.client(get)
  await client.until('begun')
  const stopped = weir.stop(graceMs)
  rest.open()
  await client.until(' and done')
  await until(
    () => client.socket.closed,
    () => clock.advance(1),
  )
  await stopped
})

test('a hit that its client is still reading is finished', async () => {
  const bytes = 8_000_000
  const { weir } = await stage((_, response) => void response.end(Buffer.alloc(bytes, 'x')))
  await weir.get('/list')
  const { response } = openRequest({ port: weir.port, path: '/list' })
  const reading = (await response).pause()
  const stopped = weir.stop(graceMs)
  await turn()
  const answer = readAnswer(reading)
  reading.resume()
  const { complete, body, headers } = await answer
  expect([headers['x-cache'], complete, body.byteLength]).toEqual(['HIT', true, bytes])
  await stopped
})

test('a request that was on its way to an idle connection is answered, and is the last', async () => {
  const { weir, clock } = await stage((_, response) => void response.end('body'))
  const client = await weir.client(get)
  await client.responses(1)
  const stopped = weir.stop(graceMs)
  client.write(get)
  const [, second] = await client.responses(2)
  expect(second?.body.toString()).toBe('body')
  await until(
    () => client.socket.closed,
    () => clock.advance(1),
  )
  await stopped
})

test('idle connections close soon, and new ones are refused at once', async () => {
  const held = barrier()
  const { weir, clock } = await stage(async ({ url }, response) => {
    if (url === '/slow') await held.arrive()
    response.end()
  })
  const idle = await weir.client(get)
  await idle.responses(1)
  const slow = weir.get('/slow')
  await held.reached
  const stopped = weir.stop(graceMs)
  clock.advance(100)
  await idle.closed
  await expect(request({ port: weir.port })).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  held.release()
  expect((await slow).status).toBe(200)
  await stopped
})

test('readiness says so at once, and liveness goes on', async () => {
  const held = barrier()
  const { weir } = await stage(async (_, response) => {
    await held.arrive()
    response.end()
  })
  const slow = weir.get('/slow')
  await held.reached
  expect(await weir.manage('/health/ready')).toMatchObject({ status: 200, json: { status: 'ok' } })
  const stopped = weir.stop(graceMs)
  expect(await weir.manage('/health/ready')).toMatchObject({ status: 503, json: { status: 'stopping' } })
  expect(await weir.manage('/health/live')).toMatchObject({ status: 200 })
  held.release()
  await slow
  await stopped
  await expect(weir.manage('/health/live')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
})

test('what does not finish within the grace is broken off, and does not look whole', async () => {
  const { weir, clock } = await stage((_, response) => void response.write('begun'))
  const client = await weir.client(get)
  await client.until('begun')
  const stopped = weir.stop(graceMs)
  clock.advance(graceMs - 1)
  expect(client.socket.destroyed).toBe(false)
  clock.advance(1)
  await stopped
  expect(await client.closed).not.toContain('\r\n0\r\n')
})

test('a fetch that nobody waits for does not hold the stop', async () => {
  const { weir, origin } = await stage((_, response) => void response.write('begun'))
  const client = await weir.client(get)
  await client.until('begun')
  client.destroy()
  await until(() => weir.lines.length === 1)
  await weir.stop(graceMs)
  expect(origin.requests).toHaveLength(1)
})
