// An origin that keeps failing is left alone: what clients get meanwhile, and how it comes back.
import { describe, expect, onTestFinished, test } from 'vitest'
import { manualClock } from '../kit/manual-clock.ts'
import { scriptedOrigin, type OriginHandler, type ScriptedOrigin } from '../kit/scripted-origin.ts'
import { stage, startWeir, until, type Sections, type TestWeir } from '../kit/weir.ts'

const breaker = { failures: 3, over: '0s', openFor: '5s', statuses: [502] }
const alone = { origin: { retry: { attempts: 0 }, breaker } }

/** Fails as long as it is down, in a way that a breaker counts. */
function fallible(): { down: boolean; handler: OriginHandler } {
  const state = {
    down: false,
    handler: ((request, response) => {
      if (state.down) request.socket.destroy()
      else response.end('fine')
    }) as OriginHandler,
  }
  return state
}

async function members(count: number, handler: (index: number) => OriginHandler): Promise<ScriptedOrigin[]> {
  const origins = await Promise.all(
    Array.from({ length: count }, (_, index) => scriptedOrigin(handler(index))),
  )
  for (const origin of origins) onTestFinished(origin.close)
  return origins
}

function weirBefore(origins: readonly ScriptedOrigin[], sections: Sections): Promise<TestWeir> {
  const origin = { url: undefined, urls: origins.map(({ url }) => url), ...(sections.origin as object) }
  return startWeir('', { ...sections, origin }, { clock: manualClock() })
}

describe('an origin of one member', () => {
  test('must be asked no more after so many failures; clients get 503 and when to come back', async () => {
    const state = fallible()
    state.down = true
    const { weir, origin, clock } = await stage(state.handler, { routes: [], ...alone })
    for (let i = 0; i < 3; i++) expect((await weir.get('/list')).status).toBe(502)
    clock.advance(1_000)
    const { status, headers } = await weir.get('/list')
    expect([status, headers['retry-after'], headers['proxy-status']]).toEqual([
      503,
      '4',
      'weir; error=destination_unavailable',
    ])
    expect(origin.requests).toHaveLength(3)
    const { json } = await weir.manage('/health/performance')
    expect(json).toMatchObject({ origin: { circuit: 'open' } })
  })

  test('must be probed with one request at a time, and asked by all once it answers', async () => {
    const state = fallible()
    state.down = true
    const { weir, origin, clock } = await stage(state.handler, { routes: [], ...alone })
    for (let i = 0; i < 3; i++) await weir.get('/list')
    clock.advance(5_000)
    const statuses = (await Promise.all([1, 2, 3, 4].map(() => weir.get('/list')))).map(
      ({ status }) => status,
    )
    expect([statuses.sort(), origin.requests.length]).toEqual([[502, 503, 503, 503], 4])
    state.down = false
    expect((await weir.get('/list')).status).toBe(503)
    clock.advance(5_000)
    expect((await weir.get('/list')).status).toBe(200)
    const all = await Promise.all([1, 2, 3, 4].map(() => weir.get('/list')))
    expect(all.map(({ status }) => status)).toEqual([200, 200, 200, 200])
  })

  test('that is down must leave readers their stale answers, and get only probes', async () => {
    const state = fallible()
    const { weir, origin, clock } = await stage(state.handler, {
      routes: [{ path: '/*', cache: { ttl: '1s', staleIfError: '10m' } }],
      ...alone,
    })
    await weir.get('/list')
    state.down = true
    let stale = 0
    for (let second = 0; second < 120; second++) {
      clock.advance(1_000)
      const { headers, body } = await weir.get('/list')
      if (second > 0 && headers['x-cache'] === 'STALE' && body.toString() === 'fine') stale += 1
    }
    expect(stale).toBe(119)
    expect(origin.requests.length).toBeLessThanOrEqual(1 + 3 + 24)
    clock.advance(10 * 60_000)
    expect((await weir.get('/list')).status).toBe(502)
  })

  test('must be probed again when a client leaves while it is the probe', async () => {
    const held: OriginHandler = (request, response) => {
      if (request.url === '/fail') request.socket.destroy()
      else if (request.url === '/fine') response.end('fine')
    }
    const { weir, origin, clock } = await stage(held, { routes: [], ...alone })
    for (let i = 0; i < 3; i++) await weir.get('/fail')
    clock.advance(5_000)
    const probe = await weir.client('GET /hang HTTP/1.1\r\nHost: x\r\n\r\n')
    await until(() => origin.requests.length === 4)
    expect((await weir.get('/fine')).status).toBe(503)
    probe.reset()
    await until(() => weir.lines.some(({ end }) => end === 'gone'))
    expect((await weir.get('/fine')).status).toBe(200)
  })

  test.each([
    ['that answers 500', 500, 200],
    ['that answers 404', 404, 200],
    ['that answers 503', 503, 200],
    ['that answers 502, which the operator counts', 502, 503],
  ])('%s to one path must (not) be left alone on another', async (_, status, expected) => {
    const { weir } = await stage(
      ({ url }, response) => {
        response.writeHead(url === '/bad' ? status : 200).end()
      },
      { routes: [], ...alone },
    )
    for (let i = 0; i < 5; i++) await weir.get('/bad')
    expect((await weir.get('/good')).status).toBe(expected)
  })

  test('must be asked however it does where the breaker is off', async () => {
    const state = fallible()
    state.down = true
    const { weir, origin } = await stage(state.handler, {
      routes: [],
      origin: { retry: { attempts: 0 }, breaker: 'off' },
    })
    for (let i = 0; i < 30; i++) expect((await weir.get('/list')).status).toBe(502)
    expect(origin.requests).toHaveLength(30)
  })
})

describe('an origin of several members', () => {
  const named =
    (index: number): OriginHandler =>
    (_, response) =>
      void response.end(`member ${index}`)

  test('must have its requests spread', async () => {
    const origins = await members(3, named)
    const weir = await weirBefore(origins, { routes: [] })
    for (let i = 0; i < 9; i++) await weir.get(`/${i}`)
    expect(origins.map(({ requests }) => requests.length)).toEqual([3, 3, 3])
  })

  test('must have a request go to the one that is least busy', async () => {
    const origins = await members(2, (index) => (_, response) => {
      if (index === 1) response.end('ok')
    })
    const weir = await weirBefore(origins, { routes: [] })
    for (let i = 0; i < 2; i++) void weir.get('/').catch(() => undefined)
    await until(() => origins[0]!.requests.length === 1)
    for (let i = 0; i < 5; i++) expect((await weir.get('/')).status).toBe(200)
  })

  test.each([
    ['header', { 'X-User': 'ada' }, { header: 'x-user' }],
    ['cookie', { Cookie: 'a=1; sid=ada' }, { cookie: 'sid' }],
  ])('must have requests with the same %s go to the same member', async (_, headers, sticky) => {
    const origins = await members(3, named)
    const weir = await weirBefore(origins, { routes: [], origin: { balance: { sticky } } })
    const bodies = new Set<string>()
    for (let i = 0; i < 10; i++) bodies.add((await weir.get('/', headers)).body.toString())
    expect(bodies.size).toBe(1)
    for (let i = 0; i < 10; i++) bodies.add((await weir.get('/')).body.toString())
    expect(bodies.size).toBe(3)
  })

  test('must have a retry go to another than the one that failed, however sticky', async () => {
    const origins = await members(2, (index) =>
      index === 0 ? ({ socket }) => void socket.destroy() : (_, response) => void response.end('ok'),
    )
    const clock = manualClock()
    const balance = { sticky: { header: 'x-user' } }
    const origin = { url: undefined, urls: origins.map(({ url }) => url), breaker: 'off', balance }
    const weir = await startWeir(
      '',
      { routes: [], origin: { ...origin, retry: { budget: '100%' } } },
      { clock },
    )
    for (let user = 0; user < 10; user++) {
      let answered = false
      const answer = weir.get('/', { 'X-User': String(user) }).finally(() => (answered = true))
      await until(
        () => answered,
        () => clock.advance(0),
      )
      expect((await answer).status).toBe(200)
    }
    expect(origins[0]!.requests.length).toBeGreaterThan(0)
  })

  test('must go on with the others when one fails: retried there, then ejected', async () => {
    const origins = await members(2, (index) =>
      index === 0 ? ({ socket }) => void socket.destroy() : (_, response) => void response.end('ok'),
    )
    const clock = manualClock()
    const origin = { url: undefined, urls: origins.map(({ url }) => url), breaker }
    const weir = await startWeir('', { routes: [], origin }, { clock })
    for (let i = 0; i < 20; i++) {
      const answer = weir.get('/')
      let answered = false
      void answer.finally(() => (answered = true))
      await until(
        () => answered,
        () => clock.advance(0),
      )
      expect((await answer).status).toBe(200)
    }
    expect(origins[0]!.requests).toHaveLength(3)
  })
})

test('a route that is overloaded must serve what is stale, where that is allowed, and 503 elsewhere', async () => {
  const { weir, clock, origin } = await stage(
    ({ url }, response) => {
      if (url === '/warm') response.end('warm')
    },
    {
      routes: [
        { path: '/*', cache: { ttl: '1s', staleIfError: '1h' }, limits: { concurrency: 1, queue: 0 } },
      ],
    },
  )
  await weir.get('/warm')
  clock.advance(2_000)
  void weir.get('/hang').catch(() => undefined)
  await until(() => origin.count('/hang') === 1)
  const stale = await weir.get('/warm')
  expect([stale.headers['x-cache'], stale.body.toString()]).toEqual(['STALE', 'warm'])
  const refused = await weir.get('/cold')
  expect([refused.status, refused.headers['retry-after']]).toEqual([503, '1'])
})
