// A reload: checked first, applied at once, and nobody on the way notices.
import { expect, onTestFinished, test } from 'vitest'
import { barrier } from '../kit/barrier.ts'
import { scriptedOrigin } from '../kit/scripted-origin.ts'
import { type Sections, stage } from '../kit/weir.ts'

const cached = (cache: object | string, others: Sections = {}): Sections => {
  return {
    ...others,
    routes: [
      { path: '/list', cache },
      { path: '/other', cache: '60s' },
    ],
  }
}

async function outcome(
  weir: { get(path: string): Promise<{ headers: Record<string, unknown> }> },
  path: string,
): Promise<unknown> {
  return (await weir.get(path)).headers['x-cache']
}

test('says what changed, and what has to wait for the next start', async () => {
  const { weir } = await stage((_, response) => void response.end(), cached({ ttl: '60s' }))
  const changed = await weir.reload(cached({ ttl: '30s' }, { listen: { keepAlive: '5s' } }))
  expect(changed).toEqual({
    kind: 'applied',
    changed: ['routes[0].policy.cache.ttlMs: 60000 → 30000'],
    needsRestart: ['listen.keepAliveMs: 60000 → 5000'],
  })
  expect(weir.lines.at(-1)).toMatchObject({ msg: 'the configuration was reloaded', kind: 'applied' })
})

test('that is broken changes nothing, and says why', async () => {
  const { weir } = await stage((_, response) => void response.end(), cached({ ttl: '60s' }))
  await weir.get('/list')
  const refused = await weir.reload(cached({ tll: '30s' }))
  expect(refused).toMatchObject({
    kind: 'refused',
    errors: expect.stringContaining('did you mean "ttl"') as string,
  })
  expect(weir.lines.at(-1)).toMatchObject({ level: 50, msg: 'the configuration was not reloaded' })
  expect(await outcome(weir, '/list')).toBe('HIT')
  const answer = await weir.manage('/health/config/reload', { method: 'POST' })
  expect(answer.json).toMatchObject({ status: 422, code: 'config' })
})

test('keeps what the new configuration still allows, and drops what it does not', async () => {
  const { weir } = await stage((_, response) => void response.end(), cached('60s'))
  await weir.get('/list')
  await weir.get('/other')
  await weir.reload(cached('off'))
  expect([await outcome(weir, '/list'), await outcome(weir, '/other')]).toEqual(['BYPASS', 'HIT'])
  await weir.reload(cached('60s'))
  expect(await outcome(weir, '/list')).toBe('MISS')
})

test('shortens the lifetime of what is stored, and never makes it longer', async () => {
  const { weir, clock } = await stage((_, response) => void response.end(), cached('60s'))
  await weir.get('/list')
  clock.advance(20_000)
  await weir.reload(cached('90s'))
  clock.advance(45_000)
  expect(await outcome(weir, '/list')).toBe('MISS')
  await weir.reload(cached('5s'))
  clock.advance(6000)
  expect(await outcome(weir, '/list')).toBe('MISS')
})

test('gives what is stored its new tags, so that a write meets it', async () => {
  const { weir } = await stage((_, response) => void response.end(), cached('60s'))
  await weir.get('/list')
  const write = { path: '/write', methods: ['POST'], invalidates: ['lists'] }
  await weir.reload({ routes: [{ path: '/list', cache: { ttl: '60s', tags: ['lists'] } }, write] })
  expect(await outcome(weir, '/list')).toBe('HIT')
  await weir.request({ method: 'POST', path: '/write' })
  expect(await outcome(weir, '/list')).toBe('MISS')
})

test('lets a fetch under way finish for those who wait, and does not store it by the old rules', async () => {
  const held = barrier()
  const { weir } = await stage(async (_, response) => {
    await held.arrive()
    response.end('whole')
  }, cached('60s'))
  const answers = [weir.get('/list'), weir.get('/list')]
  await weir.arrivals(2)
  await held.reached
  await weir.reload(cached('off'))
  held.release()
  for (const { body, status } of await Promise.all(answers))
    expect([status, body.toString()]).toEqual([200, 'whole'])
  await weir.reload(cached('60s'))
  expect(await outcome(weir, '/list')).toBe('MISS')
})

test('can name another origin, while the first one finishes what it has begun', async () => {
  const held = barrier()
  const second = await scriptedOrigin((_, response) => void response.end('second'))
  onTestFinished(second.close)
  const { weir } = await stage(
    async (_, response) => {
      await held.arrive()
      response.end('first')
    },
    { routes: [{ path: '/*', cache: '60s' }] },
  )
  const begun = weir.get('/list')
  await held.reached
  await weir.reload({ routes: [{ path: '/*', cache: '60s' }], origin: { url: second.url } })
  expect((await weir.get('/list')).body.toString()).toBe('second')
  held.release()
  expect((await begun).body.toString()).toBe('first')
  expect((await weir.get('/list')).body.toString()).toBe('second')
})

test('to a smaller store drops the least recently used', async () => {
  const { weir } = await stage((_, response) => void response.end('x'.repeat(2000)), cached('60s'))
  await weir.get('/list')
  await weir.get('/other')
  await weir.reload(cached('60s', { cache: { memory: '4KiB' } }))
  expect([await outcome(weir, '/other'), await outcome(weir, '/list')]).toEqual(['HIT', 'MISS'])
})
