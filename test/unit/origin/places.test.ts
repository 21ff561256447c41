// The places for fetches, the line before them, and the end of the adapter.
import { describe, expect, test } from 'vitest'
import { gate, turn } from '../../kit/barrier.ts'
import { originRequest, recordedFetch, usualTimeouts } from '../../kit/recorded-fetch.ts'
import { silent, speakingBytes, speakingHttp } from './setting.ts'

const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'

describe('places', () => {
  test('fetches beyond the connections must wait in order, and beyond the queue fail at once', async () => {
    const gates = [gate(), gate(), gate()]
    const order: string[] = []
    const { origin, server } = await speakingHttp(
      async (request, response) => {
        order.push(request.url!)
        await gates[order.length - 1]!.opened
        response.end()
      },
      { connections: 1, queue: 2 },
    )
    const [first, second, third, fourth] = ['/1', '/2', '/3', '/4'].map((target) =>
      recordedFetch(origin, originRequest({ target })),
    )
    expect(fourth!.calls).toEqual([])
    await expect.poll(() => order).toEqual(['/1'])
    expect(await fourth!.over).toBe('failed connection_limit_reached')
    expect(fourth!.failure).toMatchObject({ side: 'weir', status: 503, sent: false, retryAfterSeconds: 1 })
    expect(origin.stats()).toMatchObject({ pending: 2 })
    for (const [index, fetch] of [first!, second!, third!].entries()) {
      gates[index]!.open()
      expect(await fetch.over).toBe('ended')
    }
    expect([order, server.connections()]).toEqual([['/1', '/2', '/3'], 1])
  })

  test.each([
    ['for a first byte', { firstByteMs: 2_000 }],
    ['for the whole', { totalMs: 2_000 }],
  ])(
    'a fetch must not wait for a place longer than %s, and one that is aborted must make room',
    async (_name, bound) => {
      const { origin, clock, server } = await speakingHttp(() => undefined, { connections: 1, queue: 1 })
      const timeouts = { ...usualTimeouts, ...bound }
      const busy = recordedFetch(origin, originRequest())
      await expect.poll(() => server.requests.length).toBe(1)
      const aborted = recordedFetch(origin, originRequest())
      aborted.abort()
      const waiting = recordedFetch(origin, originRequest({ timeouts }))
      clock.advance(2_000)
      expect(waiting.failure).toMatchObject({ kind: 'connection_limit_reached', sent: false })
      expect([aborted.calls, origin.stats().pending]).toEqual([[], 0])
      busy.abort()
    },
  )

  test('an aborted fetch must give its place to the next', async () => {
    const { origin, server } = await speakingHttp(
      (request, response) => {
        if (request.url === '/next') response.end('fine')
      },
      { connections: 1 },
    )
    const stuck = recordedFetch(origin, originRequest({ target: '/stuck' }))
    const next = recordedFetch(origin, originRequest({ target: '/next' }))
    await expect.poll(() => server.requests.length).toBe(1)
    stuck.abort()
    expect([await next.over, next.body()]).toEqual(['ended', 'fine'])
  })

  test('many fetches over few connections must all end, each with its own answer', async () => {
    const { origin, server } = await speakingHttp(
      (request, response) => void response.end(`answer to ${request.url!}`),
      {
        connections: 3,
      },
    )
    const fetches = Array.from({ length: 100 }, (_, n) =>
      recordedFetch(origin, originRequest({ target: `/${n}` })),
    )
    await Promise.all(fetches.map((fetch) => fetch.over))
    expect(fetches.map((fetch) => fetch.body())).toEqual(fetches.map((_, n) => `answer to /${n}`))
    expect(server.connections()).toBe(3)
  })
})

describe('the end of the adapter', () => {
  test('`close` must let what runs finish, and refuse what comes', async () => {
    const { script, asked } = silent()
    const { origin } = await speakingBytes(script)
    const running = recordedFetch(origin, originRequest())
    const connection = await asked
    const closed = origin.close()
    const late = recordedFetch(origin, originRequest())
    expect(await late.over).toBe('failed destination_unavailable')
    connection.write(ok)
    expect([await running.over, running.body()]).toEqual(['ended', 'ok'])
    await closed
    await connection.closed
  })

  test('`destroy` must fail what runs and what waits', async () => {
    const { script, asked } = silent()
    const { origin } = await speakingBytes(script, { connections: 1 })
    const running = recordedFetch(origin, originRequest())
    const waiting = recordedFetch(origin, originRequest())
    const connection = await asked
    await origin.destroy()
    expect([running.calls, waiting.calls]).toEqual([
      ['failed destination_unavailable'],
      ['failed destination_unavailable'],
    ])
    await connection.closed
  })

  test.each([
    ['`close` must let a fetch that waits for its next attempt have it', 'close', 'ended'],
    ['`destroy` must fail it', 'destroy', 'failed destination_unavailable'],
  ] as const)('%s', async (_name, how, expected) => {
    const { origin, clock, connections } = await speakingBytes(
      async (connection) => {
        await connection.until('\r\n\r\n')
        if (connection.index === 0) connection.reset()
        else connection.write(ok)
      },
      { random: () => 0.5 },
    )
    const fetch = recordedFetch(origin, originRequest())
    await expect.poll(connections).toBe(1)
    await expect.poll(() => origin.stats()).toMatchObject({ connected: 0, running: 0, pending: 0 })
    const over = origin[how]()
    await turn()
    if (how === 'close') clock.advance(25)
    expect(await fetch.over).toBe(expected)
    await over
  })
})
