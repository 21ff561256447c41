// The poller's manners: it asks while somebody looks, never twice at a time, and waits longer after failures.
import { expect, test, vi } from 'vitest'
import { patience, poll } from '../../../examples/poll.js'
import { gate, turn } from '../../kit/barrier.ts'

interface Answer {
  readonly status: number
  readonly data?: unknown
  readonly etag?: string
  readonly retryAfter?: string
}

/** A page that the test looks at or away from, a server that answers as told, and timers that it fires. */
function page(answers: (Answer | Promise<Answer>)[]): {
  asked: { url: string; headers: Record<string, string> }[]
  timers: Map<number, { task: () => void; ms: number }>
  readonly fire: () => Promise<void>
  readonly look: (hidden: boolean) => Promise<void>
  surroundings: object
} {
  const asked: { url: string; headers: Record<string, string> }[] = []
  const timers = new Map<number, { task: () => void; ms: number }>()
  const listeners = new Set<() => void>()
  let ids = 0
  const document = {
    hidden: false,
    addEventListener: (_: string, listener: () => void) => listeners.add(listener),
    removeEventListener: (_: string, listener: () => void) => listeners.delete(listener),
  }
  const fetch = async (url: string, { headers }: { headers: Record<string, string> }): Promise<object> => {
    asked.push({ url, headers })
    const { status, data, etag, retryAfter } = await (answers.shift() ?? { status: 500 })
    const fields = new Headers({ ...(etag && { etag }), ...(retryAfter && { 'retry-after': retryAfter }) })
    return { status, ok: status < 300, headers: fields, json: () => Promise.resolve(data) }
  }
  return {
    asked,
    timers,
    async fire() {
      const all = [...timers.values()]
      timers.clear()
      for (const { task } of all) task()
      await turn()
    },
    async look(hidden) {
      document.hidden = hidden
      for (const listener of listeners) listener()
      await turn()
    },
    surroundings: {
      fetch,
      document,
      random: () => 0,
      setTimeout: (task: () => void, ms: number) => {
        timers.set(++ids, { task, ms })
        return ids
      },
      clearTimeout: (id: number) => timers.delete(id),
    },
  }
}

let urls = 0
/** Pollers share what they know of a URL, so each test has its own. */
const freshUrl = (): string => `/data/${++urls}`

test('it asks at once, and again after each answer', async () => {
  const { asked, timers, fire, surroundings } = page([
    { status: 200, data: 1 },
    { status: 200, data: 2 },
  ])
  const onData = vi.fn()
  const stop = poll(freshUrl(), { everyMs: 1000, onData, surroundings })
  await turn()
  expect([...timers.values()].map(({ ms }) => ms)).toEqual([1000])
  await fire()
  expect(onData.mock.calls).toEqual([[1], [2]])
  expect(asked).toHaveLength(2)
  stop()
  expect(timers.size).toBe(0)
})

test('it asks nothing while nobody looks, and at once when somebody does', async () => {
  const { asked, timers, look, surroundings } = page([
    { status: 200, data: 1 },
    { status: 200, data: 2 },
  ])
  const stop = poll(freshUrl(), { onData: vi.fn(), surroundings })
  await turn()
  await look(true)
  expect(timers.size).toBe(0)
  await look(false)
  expect(asked).toHaveLength(2)
  stop()
})

test('it never has two requests on the way', async () => {
  const slow = gate<Answer>()
  const { asked, look, surroundings } = page([slow.opened])
  const stop = poll(freshUrl(), { onData: vi.fn(), surroundings })
  await look(true)
  await look(false)
  expect(asked).toHaveLength(1)
  slow.open({ status: 200, data: 1 })
  await turn()
  stop()
})

test('pollers of one URL share a request', async () => {
  const slow = gate<Answer>()
  const { asked, surroundings } = page([slow.opened])
  const url = freshUrl()
  const heard = [vi.fn(), vi.fn()]
  const stops = heard.map((onData) => poll(url, { onData, surroundings }))
  await turn()
  expect(asked).toHaveLength(1)
  slow.open({ status: 200, data: 'same' })
  await turn()
  for (const onData of heard) expect(onData.mock.calls).toEqual([['same']])
  for (const stop of stops) stop()
})

test('what has not changed costs a 304, and is told once', async () => {
  const { asked, fire, surroundings } = page([{ status: 200, data: 1, etag: '"1"' }, { status: 304 }])
  const onData = vi.fn()
  const stop = poll(freshUrl(), { headers: { Accept: 'a/b' }, onData, surroundings })
  await turn()
  await fire()
  expect(asked[1]?.headers).toEqual({ Accept: 'a/b', 'If-None-Match': '"1"' })
  expect(onData).toHaveBeenCalledTimes(1)
  stop()
})

test('after failures it waits longer each time, and as before when it is well again', async () => {
  const answers = [
    { status: 500 },
    { status: 500 },
    { status: 503, retryAfter: '30' },
    { status: 200, data: 1 },
  ]
  const { timers, fire, surroundings } = page(answers)
  const onError = vi.fn()
  const stop = poll(freshUrl(), { everyMs: 1000, onData: vi.fn(), onError, surroundings })
  const waits = []
  await turn()
  for (let i = 0; i < 4; i++) {
    waits.push(...[...timers.values()].map(({ ms }) => ms))
    await fire()
  }
  expect(waits).toEqual([1000, 2000, 30_000, 1000])
  expect(onError.mock.calls[0]).toEqual([expect.objectContaining({ status: 500 }), 1000])
  stop()
})

test.each([
  [1, 0, 1000],
  [1, 0.999, 2000],
  [3, 0, 4000],
  [20, 0.999, 60_000],
])('after %i failures in a row, by chance %f, it waits about %i ms', (failures, chance, expected) => {
  expect(patience(failures, 1000, 60_000, 0, chance)).toBeCloseTo(expected, -2)
})
