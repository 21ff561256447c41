// The suite that every lease adapter has to pass.
import { describe, expect, test } from 'vitest'
import type { Lease, Leases } from '../../src/store/lease.ts'

export interface LeaseSubject {
  readonly leases: Leases
  /** A second holder's view of the same leases, as another process has it. */
  readonly others: Leases
  /** Moves the time that the leases count by. */
  readonly pass: (ms: number) => Promise<void> | void
}

async function held(leases: Leases, name: string, ttlMs = 1000, note = ''): Promise<Lease> {
  const taken = await leases.acquire(name, ttlMs, note)
  if (taken.kind !== 'held') throw new Error(`${name} is ${taken.kind}`)
  return taken.lease
}

/** @param create makes leases that nobody holds yet; called once for each test */
export function leaseContract(name: string, create: () => LeaseSubject | Promise<LeaseSubject>): void {
  describe(`${name} keeps the contract of leases`, () => {
    test('of many who ask at once, one must hold it', async () => {
      const { leases, others } = await create()
      const asked = Array.from({ length: 50 }, (_, i) => (i % 2 ? leases : others).acquire('a', 1000, `${i}`))
      const kinds = (await Promise.all(asked)).map(({ kind }) => kind)
      expect(kinds.filter((kind) => kind === 'held')).toHaveLength(1)
      expect(kinds.filter((kind) => kind === 'busy')).toHaveLength(49)
    })

    test("others must be told the holder's note", async () => {
      const { leases, others } = await create()
      await held(leases, 'a', 1000, '{"runId":"é1"}')
      expect(await others.acquire('a', 1000, 'mine')).toEqual({ kind: 'busy', note: '{"runId":"é1"}' })
    })

    test('names must not concern one another', async () => {
      const { leases, others } = await create()
      await held(leases, 'a')
      expect(await others.acquire('b', 1000, '')).toMatchObject({ kind: 'held' })
    })

    test('each holder must get a token greater by one, however the one before ended', async () => {
      const { leases, others, pass } = await create()
      const first = await held(leases, 'a')
      await leases.release(first)
      const second = await held(others, 'a')
      await pass(1001)
      const third = await held(leases, 'a')
      expect([second.token - first.token, third.token - second.token]).toEqual([1, 1])
      expect(Number.isSafeInteger(third.token)).toBe(true)
    })

    test('who asks in vain must not use up a token', async () => {
      const { leases, others } = await create()
      const first = await held(leases, 'a')
      for (let i = 0; i < 3; i++) await others.acquire('a', 1000, '')
      await leases.release(first)
      expect((await held(others, 'a')).token).toBe(first.token + 1)
    })

    test('a lease must be held until its time is over, and be free after that', async () => {
      const { leases, others, pass } = await create()
      await held(leases, 'a', 1000)
      await pass(900)
      expect(await others.acquire('a', 1000, '')).toMatchObject({ kind: 'busy' })
      await pass(101)
      expect(await others.acquire('a', 1000, '')).toMatchObject({ kind: 'held' })
    })

    test('a renewal must count from its own moment', async () => {
      const { leases, others, pass } = await create()
      const lease = await held(leases, 'a', 1000)
      await pass(800)
      expect(await leases.renew(lease, 1000)).toBe('renewed')
      await pass(800)
      expect(await others.acquire('a', 1000, '')).toMatchObject({ kind: 'busy' })
      await pass(201)
      expect(await others.acquire('a', 1000, '')).toMatchObject({ kind: 'held' })
    })

    test('who lost a lease must be told so, and must not disturb its new holder', async () => {
      const { leases, others, pass } = await create()
      const late = await held(leases, 'a', 1000)
      await pass(1001)
      expect(await leases.renew(late, 1000)).toBe('lost')
      const lease = await held(others, 'a', 1000)
      expect(await leases.renew(late, 1000)).toBe('lost')
      await leases.release(late)
      expect(await leases.acquire('a', 1000, '')).toMatchObject({ kind: 'busy' })
      expect(await others.renew(lease, 1000)).toBe('renewed')
    })

    test('releasing twice must be harmless', async () => {
      const { leases, others } = await create()
      const lease = await held(leases, 'a')
      await leases.release(lease)
      await leases.release(lease)
      await held(others, 'a')
      await leases.release(lease)
      expect(await leases.acquire('a', 1000, '')).toMatchObject({ kind: 'busy' })
    })

    test('who waits must be woken by a release', async () => {
      const { leases, others } = await create()
      const lease = await held(leases, 'a', 60_000)
      const waits = [others.freed('a', 60_000), leases.freed('a', 60_000)]
      await leases.release(lease)
      await Promise.all(waits)
      expect(await others.acquire('a', 1000, '')).toMatchObject({ kind: 'held' })
    })

    test('who waits must be woken when the holder has died', async () => {
      const { leases, others, pass } = await create()
      await held(leases, 'a', 1000)
      const wait = others.freed('a', 60_000)
      await pass(1001)
      await wait
      expect(await others.acquire('a', 1000, '')).toMatchObject({ kind: 'held' })
    })

    test('nobody must wait for longer than was said, nor for what is free', async () => {
      const { leases, others, pass } = await create()
      await others.freed('free', 60_000)
      await held(leases, 'a', 60_000)
      const wait = others.freed('a', 500)
      await pass(501)
      await wait
      expect(await others.acquire('a', 1000, '')).toMatchObject({ kind: 'busy' })
    })
  })
}
