// Jobs: runs that must not overlap, what others get meanwhile, and what is told of them.
import { expect, test } from 'vitest'
import { barrier } from '../kit/barrier.ts'
import { stage } from '../kit/weir.ts'
import { collector, jobs, path, problemOf, refusals, runsOf, summary, trigger } from './collector.ts'

test.each([2, 200])('%i parallel triggers run it once; the others get 409 with what to do', async (count) => {
  const { handler, run } = collector()
  const { weir, origin, clock } = await stage(handler, jobs({}))
  const triggers = Array.from({ length: count }, () => trigger(weir))
  await weir.arrivals(count)
  await run(0).reached
  clock.advance(7000)
  const late = await trigger(weir)
  run(0).release()
  const answers = await Promise.all(triggers)
  const busy = answers.filter(({ status }) => status === 409)
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
  expect(busy).toHaveLength(count - 1)
  expect(origin.requests).toHaveLength(1)
  const { runId } = (await runsOf(weir))[0] ?? {}
  for (const answer of busy) expect(problemOf(answer)).toMatchObject({ code: 'job-busy', runId })
  expect(late.headers['retry-after']).toBe('7')
  expect(late.headers['cache-status']).toBe('weir; detail=job-busy')
  expect(problemOf(late).detail).toMatch(/ask again later/)
  expect(await refusals(weir)).toEqual({ 'job-busy': count })
})

test('busy: 202 tells the run, when it began, and where its state is', async () => {
  const { handler, run } = collector()
  const { weir, clock } = await stage(handler, jobs({ busy: 202 }))
  const first = trigger(weir)
  await run(0).reached
  const accepted = await trigger(weir)
  expect(accepted.status).toBe(202)
  const told = JSON.parse(accepted.body.toString()) as Record<string, string>
  expect(told).toMatchObject({ state: 'running', startedAt: new Date(clock.now()).toISOString() })
  expect(accepted.headers.location).toBe(told.statusUrl)
  const status = new URL(told.statusUrl!)
  expect(status.port).toBe(String(weir.managePort))
  const seen = await weir.manage(status.pathname + status.search)
  expect(seen.json).toMatchObject({ runs: [{ runId: told.runId, state: 'running', endedAt: null }] })
  run(0).release()
  expect((await first).headers['weir-run-id']).toBe(told.runId)
  expect((await weir.manage('/health/jobs?run=none')).status).toBe(404)
})

test('busy: join gives everybody the same answer of one run', async () => {
  const { handler, run } = collector()
  const { weir, origin } = await stage(handler, jobs({ busy: 'join' }))
  const triggers = Array.from({ length: 20 }, () => trigger(weir))
  await weir.arrivals(20)
  await run(0).reached
  run(0).release()
  const answers = await Promise.all(triggers)
  expect(answers.map(({ status, body }) => [status, body.toString()])).toEqual(
    answers.map(() => [200, summary]),
  )
  expect(new Set(answers.map(({ headers }) => headers['weir-run-id'])).size).toBe(1)
  expect(answers.filter(({ headers }) => headers['x-cache'] === 'COLLAPSED')).toHaveLength(19)
  expect(origin.requests).toHaveLength(1)
})

test('busy: join also joins an answer that is coming in already', async () => {
  const half = barrier()
  const rest = barrier()
  const { weir, origin } = await stage(
    async (_, response) => {
      response.write('one ')
      await half.arrive()
      await rest.arrive()
      response.end('two')
    },
    jobs({ busy: 'join' }),
  )
  const first = trigger(weir)
  await half.reached
  const second = trigger(weir)
  await weir.arrivals(2)
  half.release()
  await rest.reached
  rest.release()
  expect((await second).body.toString()).toBe('one two')
  expect((await first).body.toString()).toBe('one two')
  expect(origin.requests).toHaveLength(1)
})

test.each([
  ['another credential', {}, { Authorization: 'Bearer other' }, ''],
  ['no credential', { Authorization: 'Bearer mine' }, {}, ''],
  ['another query', {}, {}, '?full=1'],
])('busy: join shows the answer to nobody with %s', async (_, mine, theirs, query) => {
  const { handler, run } = collector()
  const { weir } = await stage(handler, jobs({ busy: 'join' }))
  const first = trigger(weir, mine)
  await run(0).reached
  const other = await weir.request({
    method: 'POST',
    path: path + query,
    headers: theirs as Record<string, string>,
  })
  expect(other.status).toBe(409)
  run(0).release()
  expect((await first).status).toBe(200)
})

test('busy: join refuses what is too large to be kept', async () => {
  const sent = barrier()
  const { weir } = await stage(
    async (_, response) => {
      response.write('x'.repeat(2000))
      await sent.arrive()
      response.end()
    },
    { ...jobs({ busy: 'join' }), cache: { maxEntry: 1000 } },
  )
  const client = await weir.client(`POST ${path} HTTP/1.1\r\nHost: api.test\r\n\r\n`)
  await client.until('xxxx')
  expect((await weir.request({ method: 'POST', path, headers: { Host: 'api.test' } })).status).toBe(409)
  sent.release()
  await client.responses(1)
})

test('after a run the next may begin, and after a success not before the cooldown', async () => {
  const { handler, run } = collector()
  run(0).release()
  run(1).release()
  const { weir, origin, clock } = await stage(handler, jobs({ cooldown: '30s', report: ['/stored'] }))
  const first = await trigger(weir)
  clock.advance(29_000)
  const rested = await trigger(weir)
  expect(rested.status).toBe(200)
  expect(JSON.parse(rested.body.toString())).toMatchObject({
    runId: first.headers['weir-run-id'],
    state: 'answered',
    status: 200,
    report: { stored: 2 },
    cooldownSeconds: 1,
  })
  clock.advance(1000)
  const next = await trigger(weir)
  expect(next.headers['weir-run-id']).not.toBe(first.headers['weir-run-id'])
  expect(origin.requests).toHaveLength(2)
})

test('a run that failed is not cooled down', async () => {
  const { weir, origin } = await stage(
    (_, response) => void response.writeHead(503).end(),
    jobs({ cooldown: '30s' }),
  )
  expect((await trigger(weir)).status).toBe(503)
  expect((await trigger(weir)).status).toBe(503)
  expect(origin.requests).toHaveLength(2)
})

test('a run is recorded, logged once and counted, with what report points to and nothing else', async () => {
  const { handler, run } = collector()
  const report = ['/processed', '/stored', '/skipped', '/none']
  const { weir, clock } = await stage(handler, jobs({ report }))
  const first = trigger(weir, { 'Accept-Encoding': 'gzip' })
  await run(0).reached
  clock.advance(1500)
  run(0).release()
  await first
  const [record] = await runsOf(weir)
  expect(record).toMatchObject({
    route: path,
    state: 'answered',
    durationMs: 1500,
    lockWaitMs: 0,
    status: 200,
    report: { processed: 3, stored: 2, skipped: 1 },
  })
  const lines = weir.lines.filter(({ msg }) => msg === 'job run')
  expect(lines).toHaveLength(1)
  expect(lines[0]).toMatchObject(record ?? {})
  expect(JSON.stringify([record, lines])).not.toContain('secret')
  const { json } = await weir.manage('/health/performance')
  expect(json).toMatchObject({ jobs: { [path]: { runs: 1, failures: 0, busy_ms: 1500 } } })
})

test('paths are jobs of their own; the query is not', async () => {
  const { handler, run } = collector()
  const { weir } = await stage(handler, { routes: [{ path: '/collect/:id', methods: ['POST'], job: {} }] })
  const one = weir.request({ method: 'POST', path: '/collect/1' })
  await run(0).reached
  const two = weir.request({ method: 'POST', path: '/collect/2' })
  await run(1).reached
  expect((await weir.request({ method: 'POST', path: '/collect/1?again' })).status).toBe(409)
  run(0).release()
  run(1).release()
  expect([(await one).status, (await two).status]).toEqual([200, 200])
})
