// Guarded writes of several processes with common leases and records, and of one whose leases cannot be asked.
import { expect, test } from 'vitest'
import { barrier, turn } from '../kit/barrier.ts'
import { manualClock } from '../kit/manual-clock.ts'
import { ask, createRoom, createShared, functionOrigin, type TestRoom, type Told } from '../kit/room.ts'
import type { Leases } from '../../src/store/lease.ts'

const routes = [
  { path: '/job', methods: ['POST'], job: { lease: '60s', cooldown: '30s', busy: 'join' } },
  { path: '/r', methods: ['PUT'], serialize: { wait: '20s' } },
  { path: '/pay', methods: ['POST'], idempotency: {} },
]

function problemOf(told: Told | null): Record<string, unknown> {
  return JSON.parse(told?.body ?? '{}') as Record<string, unknown>
}

function refusals({ records }: TestRoom): string[] {
  return records.filter(({ status }) => status >= 400).map(({ outcome }) => outcome.reason)
}

test("a job that another process runs is busy, with that run's id; after it, its summary is the answer", async () => {
  const clock = manualClock()
  const running = barrier()
  const shared = createShared(clock)
  const origin = functionOrigin(async () => {
    await running.arrive()
    return { body: 'ran' }
  })
  const here = createRoom({ clock, origin, routes, shared })
  const there = createRoom({ clock, origin, routes, shared })
  const run = ask(here, { method: 'POST', path: '/job' })
  await running.reached
  const [record] = await shared.runs.list()
  const busy = await ask(there, { method: 'POST', path: '/job' }).answer
  expect(problemOf(busy)).toMatchObject({ status: 409, code: 'job-busy', runId: record?.runId })
  running.release()
  expect((await run.answer)?.body).toBe('ran')
  const rested = await ask(there, { method: 'POST', path: '/job' }).answer
  expect(problemOf(rested)).toMatchObject({ runId: record?.runId, state: 'answered' })
  expect(there.writes.underway.count).toBe(0)
})

test('the process that runs a job dies: others are blocked until its lease ends, and no longer', async () => {
  const clock = manualClock()
  const shared = createShared(clock)
  await shared.leases.acquire('job /job', 60_000, 'what cannot be read')
  const room = createRoom({ clock, origin: functionOrigin(() => ({ body: 'ran' })), routes, shared })
  clock.advance(59_999)
  const busy = await ask(room, { method: 'POST', path: '/job' }).answer
  expect(problemOf(busy)).toMatchObject({ code: 'job-busy' })
  expect(problemOf(busy).runId).toBeUndefined()
  clock.advance(1)
  expect((await ask(room, { method: 'POST', path: '/job' }).answer)?.body).toBe('ran')
})

test('a write waits for its turn while another process has it, and takes it as soon as it is free', async () => {
  const clock = manualClock()
  const shared = createShared(clock)
  const taken = await shared.leases.acquire('write /r', 60_000, '')
  let writes = 0
  const origin = functionOrigin(() => ({ status: 200, body: String(++writes) }))
  const room = createRoom({ clock, origin, routes, shared })
  const first = ask(room, { method: 'PUT', path: '/r' })
  await turn()
  expect(writes).toBe(0)
  if (taken.kind === 'held') await shared.leases.release(taken.lease)
  expect((await first.answer)?.body).toBe('1')
  await shared.leases.acquire('write /r', 60_000, '')
  const second = ask(room, { method: 'PUT', path: '/r' })
  await turn()
  clock.advance(20_000)
  expect(problemOf(await second.answer)).toMatchObject({ status: 503, code: 'queue-wait-over' })
})

test('an answer that one process gave is repeated by another', async () => {
  const clock = manualClock()
  const shared = createShared(clock)
  let paid = 0
  const origin = functionOrigin(() => ({ body: String(++paid) }))
  const headers = { 'Idempotency-Key': 'k' }
  for (let i = 0; i < 3; i++) {
    const room = createRoom({ clock, origin, routes, shared })
    expect((await ask(room, { method: 'POST', path: '/pay', headers }).answer)?.body).toBe('1')
  }
})

test('where the leases cannot be asked nothing is sent, and the answer is 503 at once', async () => {
  const clock = manualClock()
  const leases: Leases = {
    acquire: () => Promise.resolve({ kind: 'unavailable' }),
    renew: () => Promise.resolve('unavailable'),
    release: () => Promise.resolve(),
    freed: () => Promise.resolve(),
  }
  let sent = 0
  const origin = functionOrigin(() => ({ body: String(++sent) }))
  const room = createRoom({ clock, origin, routes, shared: { ...createShared(clock), leases } })
  const asked = [
    { method: 'POST', path: '/job' },
    { method: 'PUT', path: '/r' },
    { method: 'POST', path: '/pay', headers: { 'Idempotency-Key': 'k' } },
  ]
  for (const one of asked) {
    const told = await ask(room, one).answer
    expect(problemOf(told)).toMatchObject({ status: 503, code: 'lease-unavailable' })
    expect(told?.fields.get('retry-after')).toBe('1')
  }
  expect(sent).toBe(0)
  expect(refusals(room)).toEqual(['lease-unavailable', 'lease-unavailable', 'lease-unavailable'])
  expect([room.writes.jobs.size, room.writes.turns.size, room.writes.underway.count]).toEqual([0, 0, 0])
})

test('a lease whose renewals fail is given up at its end: a write that was not sent by then is not sent', async () => {
  const clock = manualClock()
  const shared = createShared(clock)
  const leases: Leases = { ...pass(shared.leases), renew: () => Promise.resolve('unavailable') }
  const reading = barrier()
  const methods: string[] = []
  const origin = functionOrigin(async ({ method }) => {
    methods.push(method)
    if (method === 'GET') await reading.arrive()
    return { body: 'state' }
  })
  const checked = [{ path: '/r', methods: ['PUT'], serialize: { lostUpdates: 'reject' } }]
  const room = createRoom({ clock, origin, routes: checked, shared: { ...shared, leases } })
  const write = ask(room, { method: 'PUT', path: '/r', headers: { 'If-Match': '*' } })
  await reading.reached
  for (let i = 0; i < 10; i++) {
    clock.advance(1000)
    await turn()
  }
  reading.release()
  expect(problemOf(await write.answer)).toMatchObject({ code: 'lease-unavailable' })
  expect(methods).toEqual(['GET'])
})

/** The methods of a class are not its own, and so are not spread. */
function pass(leases: Leases): Leases {
  return {
    acquire: (...given) => leases.acquire(...given),
    renew: (...given) => leases.renew(...given),
    release: (...given) => leases.release(...given),
    freed: (...given) => leases.freed(...given),
  }
}
