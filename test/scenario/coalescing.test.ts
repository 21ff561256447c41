// Many clients, one key, one fetch: who shares an answer, and what becomes of it when somebody leaves.
import { expect, test } from 'vitest'
import { barrier, gate } from '../kit/barrier.ts'
import { openRequest } from '../kit/raw-client.ts'
import { caching, stage, until } from '../kit/weir.ts'

const whole = 'x'.repeat(300_000)

test('100 clients on one cold key make one origin request, and all get the whole body', async () => {
  const held = barrier()
  const { weir, origin } = await stage(async (_, response) => {
    await held.arrive()
    response.end(whole)
  })
  const answers = Array.from({ length: 100 }, () => weir.get('/list'))
  await weir.arrivals(100)
  held.release()
  const all = await Promise.all(answers)
  expect(all.every(({ status, complete }) => status === 200 && complete)).toBe(true)
  expect(all.every(({ body }) => body.toString() === whole)).toBe(true)
  expect(origin.requests).toHaveLength(1)
  const outcomes = all.map(({ headers }) => headers['x-cache'])
  expect(outcomes.filter((outcome) => outcome === 'MISS')).toHaveLength(1)
  expect(outcomes.filter((outcome) => outcome === 'COLLAPSED')).toHaveLength(99)
  expect((await weir.get('/list')).headers['x-cache']).toBe('HIT')
})

test('the leader leaves before the head: its followers are served by the same fetch', async () => {
  const held = barrier()
  const { weir, origin } = await stage(async (_, response) => {
    await held.arrive()
    response.end(whole)
  })
  const leader = openRequest({ port: weir.port, path: '/list' })
  await weir.arrivals(1)
  const followers = Array.from({ length: 5 }, () => weir.get('/list'))
  await weir.arrivals(6)
  leader.request.destroy()
  await until(() => weir.lines.length === 1)
  held.release()
  for (const { body, complete } of await Promise.all(followers)) {
    expect(complete).toBe(true)
    expect(body.toString()).toBe(whole)
  }
  expect(origin.requests).toHaveLength(1)
  expect(weir.lines[0]).toMatchObject({ end: 'gone', status: 0 })
})

test('the leader leaves in the middle of the body: its followers get all of it, those who come later too', async () => {
  const rest = gate()
  const { weir, origin } = await stage(async (_, response) => {
    response.write(whole.slice(0, 1000))
    await rest.opened
    response.end(whole.slice(1000))
  })
  const leader = openRequest({ port: weir.port, path: '/list' })
  await leader.response
  const early = weir.get('/list')
  await weir.arrivals(2)
  leader.request.destroy()
  await until(() => weir.lines.some(({ end }) => end === 'gone'))
  const late = weir.get('/list')
  await weir.arrivals(3)
  rest.open()
  for (const { body, complete } of [await early, await late]) {
    expect(complete).toBe(true)
    expect(body.toString()).toBe(whole)
  }
  expect(origin.requests).toHaveLength(1)
})

test('a follower reads what has come before the origin has sent the rest', async () => {
  const rest = gate()
  const { weir } = await stage(async (_, response) => {
    response.write('first')
    await rest.opened
    response.end(' and last')
  })
  const leader = weir.get('/list')
  await weir.arrivals(1)
  const follower = await weir.client('GET /list HTTP/1.1\r\nHost: a\r\n\r\n')
  const leaderToo = await weir.client('GET /list HTTP/1.1\r\nHost: a\r\n\r\n')
  await follower.until('first')
  await leaderToo.until('first')
  rest.open()
  await follower.until(' and last')
  expect((await leader).body.toString()).toBe('first and last')
})

test('everybody leaves before the head: the fetch is aborted', async () => {
  const abandoned = gate()
  const { weir, origin } = await stage((_, response) => void response.on('close', abandoned.open))
  const clients = [1, 2, 3].map(() => openRequest({ port: weir.port, path: '/list' }))
  await weir.arrivals(3)
  await until(() => origin.requests.length === 1)
  for (const { request } of clients) request.destroy()
  await abandoned.opened
})

test('everybody leaves in the middle of a body that can be stored: it is stored', async () => {
  const rest = gate()
  const { weir, origin } = await stage(async (_, response) => {
    response.write('first')
    await rest.opened
    response.end(' and last')
  })
  const only = openRequest({ port: weir.port, path: '/list' })
  await only.response
  only.request.destroy()
  await until(() => weir.lines.length === 1)
  rest.open()
  const next = await weir.get('/list')
  expect(next.body.toString()).toBe('first and last')
  expect(origin.requests).toHaveLength(1)
})

test('requests of different keys do not wait for one another', async () => {
  const held = barrier()
  const { weir } = await stage({
    '/slow': async (_, response) => {
      await held.arrive()
      response.end('slow')
    },
    '/quick': (_, response) => void response.end('quick'),
  })
  const slow = weir.get('/slow')
  await held.reached
  expect((await weir.get('/quick')).body.toString()).toBe('quick')
  held.release()
  expect((await slow).body.toString()).toBe('slow')
})

test('followers of an answer that another Vary value selects ask for themselves', async () => {
  const held = barrier()
  const { weir, origin } = await stage(async (request, response) => {
    const language = request.headers['accept-language'] ?? ''
    if (language === 'en') await held.arrive()
    response.setHeader('Vary', 'Accept-Language').end(language)
  })
  const english = weir.get('/list', { 'Accept-Language': 'en' })
  await held.reached
  const sameEnglish = weir.get('/list', { 'Accept-Language': 'en' })
  const german = weir.get('/list', { 'Accept-Language': 'de' })
  await weir.arrivals(3)
  held.release()
  expect((await english).body.toString()).toBe('en')
  expect((await sameEnglish).body.toString()).toBe('en')
  expect((await german).body.toString()).toBe('de')
  expect(origin.requests).toHaveLength(2)
})

test('a request that joins a background refresh does not get a variant that is not its own', async () => {
  const held = barrier()
  let asked = 0
  const { weir, clock } = await stage(
    async (request, response) => {
      asked += 1
      if (asked === 2) await held.arrive()
      if (asked > 1) response.setHeader('Vary', 'Accept-Language')
      response.end(`for ${request.headers['accept-language'] ?? ''}`)
    },
    caching({ ttl: '10s', staleWhileRevalidate: '60s' }),
  )
  await weir.get('/list', { 'Accept-Language': 'en' })
  clock.advance(11_000)
  expect((await weir.get('/list', { 'Accept-Language': 'en' })).headers['x-cache']).toBe('STALE')
  await held.reached
  const german = weir.get('/list', { 'Accept-Language': 'de', 'Cache-Control': 'no-cache' })
  await weir.arrivals(3)
  held.release()
  expect((await german).body.toString()).toBe('for de')
})
