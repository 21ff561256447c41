// A thousand clients that read, change and write one counter of an API without any locking.
import { expect, test } from 'vitest'
import { turn } from '../kit/barrier.ts'
import { manualClock } from '../kit/manual-clock.ts'
import { ask, createRoom, functionOrigin, type TestRoom } from '../kit/room.ts'

const CLIENTS = 1000
const path = '/api/counter'

/** The API: whoever writes last wins. Reading and writing take a turn of the event loop each. */
function counter(serialize: object | null): { room: TestRoom; value: () => number; most: () => number } {
  let value = 0
  let writing = 0
  let most = 0
  const origin = functionOrigin(async ({ method }, body) => {
    if (method === 'GET') {
      const seen = value
      await turn()
      return { body: String(seen) }
    }
    writing += 1
    most = Math.max(most, writing)
    await turn()
    value = Number(body)
    writing -= 1
    return { status: 204 }
  })
  const write = serialize === null ? {} : { serialize }
  const routes = [
    { path, methods: ['PUT'], ...write },
    { path, methods: ['GET'] },
  ]
  return { room: createRoom({ clock: manualClock(), origin, routes }), value: () => value, most: () => most }
}

/** GET, add one, PUT with If-Match, and all over again on 412. Clients back off by turns of the event loop, as real ones do by time. */
async function increment(room: TestRoom, random: () => number): Promise<number> {
  for (let attempt = 1; ; attempt++) {
    const read = await ask(room, { path }).answer
    const etag = read!.fields.get('etag')
    const written = await ask(room, {
      method: 'PUT',
      path,
      body: String(Number(read!.body) + 1),
      headers: etag === undefined ? {} : { 'If-Match': etag },
    }).answer
    if (written!.status === 204) return attempt
    expect(written!.status).toBe(412)
    for (let wait = Math.floor(random() * 2 ** Math.min(attempt + 4, 13)); wait > 0; wait--) await turn()
  }
}

/** The same numbers each time (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

function runAll(room: TestRoom): Promise<number[]> {
  const random = seeded(1)
  return Promise.all(Array.from({ length: CLIENTS }, () => increment(room, random)))
}

test('with serialize and lostUpdates no update is lost, and no two writes are under way at once', async () => {
  const { room, value, most } = counter({ queue: CLIENTS, lostUpdates: 'require' })
  const attempts = await runAll(room)
  expect(value()).toBe(CLIENTS)
  expect(most()).toBe(1)
  expect(Math.max(...attempts)).toBeGreaterThan(1)
  expect(room.writes.turns.size).toBe(0)
  expect(room.writes.underway.count).toBe(0)
}, 60_000)

test('without serialize the same clients lose most of their updates', async () => {
  const { room, value } = counter(null)
  await runAll(room)
  expect(value()).toBeLessThan(CLIENTS)
})
