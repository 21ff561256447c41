// Each fault of an origin, for each who may meet it: the outcome, what is stored, and the fate of those who waited along.
import { describe, expect, test } from 'vitest'
import { barrier, type Barrier } from '../kit/barrier.ts'
import type { ManualClock } from '../kit/manual-clock.ts'
import type { RawClient } from '../kit/raw-client.ts'
import type { RawConnection } from '../kit/scripted-origin.ts'
import { rawStage, until, type Sections } from '../kit/weir.ts'
import { originFaults, type OriginFault } from './origin-faults.ts'

const fine = 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\nX-From: fine\r\n\r\nfine'
const origin = { retry: { attempts: 0 } }
const passing: Sections = { routes: [], origin }
const cached = (cache: object): Sections => ({ routes: [{ path: '/*', methods: ['GET'], cache }], origin })

/** Answers whole until `failing`; from then on each request meets the fault once it may pass the barrier. */
async function failingStage(fault: OriginFault, sections: Sections) {
  const hold = barrier()
  const seen: string[] = []
  let failing = false
  const staged = await rawStage(async (connection: RawConnection) => {
    for (let read = 0; ;) {
      const end = await headAfter(connection, read)
      seen.push(connection.received().slice(read, connection.received().indexOf(' HTTP/1.1', read)))
      read = end
      if (!failing) {
        connection.write(fine)
        continue
      }
      await hold.arrive()
      await fault.script(connection)
      return
    }
  }, sections)
  return { ...staged, seen, hold, fail: () => (failing = true), recover: () => (failing = false) }
}

async function headAfter(connection: RawConnection, from: number): Promise<number> {
  while (!connection.received().includes('\r\n\r\n', from))
    await new Promise((resolve) => connection.socket.once('data', resolve))
  return connection.received().indexOf('\r\n\r\n', from) + 4
}

/** Lets what the fault sets off happen until all connections are closed: first what needs no time, then deadlines. */
async function settle(clients: readonly RawClient[], hold: Barrier, fault: OriginFault, clock: ManualClock) {
  await hold.reached
  hold.release()
  if (fault.takesTime === true && fault.client === 'broken')
    await Promise.all(clients.map((client) => client.until('half')))
  await until(
    () => clients.every(({ socket }) => socket.closed),
    () => {
      if (fault.takesTime === true) clock.advance(1_000)
    },
  )
}

const get = 'GET /list HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'
const post = 'POST /list HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 4\r\n\r\nbody'
const whole = /\r\n0\r\n\r\n$|Content-Length: 9\r\n[\s\S]*\r\n\r\n.{9}$/

/** An answer as a client sees it: a status, or `broken` for one that starts and visibly does not end. */
function outcome(received: string): number | 'broken' | 'nothing' {
  const status = Number(
    /^HTTP\/1\.1 (\d{3})/.exec(received.replace(/^(?:HTTP\/1\.1 1\d\d [\s\S]*?\r\n\r\n)*/, ''))?.[1],
  )
  if (Number.isNaN(status)) return received === '' ? 'broken' : 'nothing'
  return status === 200 && !received.includes('fine') && !whole.test(received) ? 'broken' : status
}

describe.each(originFaults)('an origin that $name', (fault) => {
  const { client: expected, failure, takesTime = false } = fault

  test.each([
    ['on a pass', passing, get],
    ['for a leader', cached({ ttl: '60s' }), get],
    ['for a mutation', passing, post],
  ])(
    '%s must end in one clear outcome, and leave the next request unharmed',
    async (_, sections, request) => {
      const { weir, clock, hold, fail, recover, seen } = await failingStage(fault, sections)
      fail()
      const client = await weir.client(request)
      await settle([client], hold, fault, clock)
      expect(outcome(client.received())).toBe(expected)
      if (expected !== 'broken') expect(client.received()).toContain(`Proxy-Status: weir; error=${failure}`)
      await until(() => weir.lines.length === 1)
      if (sections === passing) expect(weir.lines[0]).toMatchObject({ failure })
      expect(seen).toHaveLength(1)
      recover()
      const after = await weir.get('/list', { Host: 'x' })
      expect([after.body.toString(), after.headers['x-cache']]).toEqual([
        'fine',
        sections === passing ? 'BYPASS' : 'MISS',
      ])
    },
  )

  test('must give all followers the same, at one moment', async () => {
    const { weir, clock, hold, fail, seen } = await failingStage(fault, cached({ ttl: '60s' }))
    fail()
    const clients = await Promise.all([weir.client(get), weir.client(get), weir.client(get)])
    await weir.arrivals(3)
    await settle(clients, hold, fault, clock)
    expect(clients.map((client) => outcome(client.received()))).toEqual([expected, expected, expected])
    expect(seen).toHaveLength(1)
  })

  test('must be stood in for by what is stored, where that is allowed', async () => {
    const { weir, clock, hold, fail } = await failingStage(fault, cached({ ttl: '1s', staleIfError: '1h' }))
    await weir.get('/list', { Host: 'x' })
    fail()
    clock.advance(2_000)
    const clients = await Promise.all([weir.client(get), weir.client(get)])
    await weir.arrivals(3)
    await settle(clients, hold, fault, clock)
    for (const client of clients) {
      expect(outcome(client.received())).toBe(expected === 'broken' ? 'broken' : 200)
      if (expected !== 'broken') expect(client.received()).toMatch(/X-Cache: STALE\r\n[\s\S]*fine$/)
    }
  })

  test('must not lose what is stored', async () => {
    const { weir, clock, hold, fail } = await failingStage(
      fault,
      cached({ ttl: '1s', staleWhileRevalidate: '1h' }),
    )
    await weir.get('/list', { Host: 'x' })
    fail()
    hold.release()
    clock.advance(2_000)
    for (let i = 0; i < 3; i++) {
      const { headers, body } = await weir.get('/list', { Host: 'x' })
      expect([headers['x-cache'], body.toString()]).toEqual(['STALE', 'fine'])
    }
    if (takesTime) for (let i = 0; i < 61; i++) clock.advance(1_000)
  })
})
