// Leases in memory, against the contract, and what is theirs alone.
import { expect, test } from 'vitest'
import { createMemoryLeases } from '../../src/store/memory-lease.ts'
import { manualClock } from '../kit/manual-clock.ts'
import { leaseContract } from './lease.ts'

leaseContract('memory', () => {
  const clock = manualClock()
  const leases = createMemoryLeases(clock)
  return { leases, others: leases, pass: (ms) => clock.advance(ms) }
})

test('tokens must not go back when the process is started again', async () => {
  const clock = manualClock()
  const before = createMemoryLeases(clock)
  let last = 0
  for (let i = 0; i < 500; i++) {
    const taken = await before.acquire('a', 1000, '')
    if (taken.kind === 'held') {
      last = taken.lease.token
      await before.release(taken.lease)
    }
  }
  clock.advance(1)
  const after = await createMemoryLeases(clock).acquire('a', 1000, '')
  expect(after.kind === 'held' && after.lease.token).toBeGreaterThan(last)
})

test('tokens must not go back for a name that was forgotten among many', async () => {
  const leases = createMemoryLeases(manualClock())
  const take = async (name: string): Promise<number> => {
    const taken = await leases.acquire(name, 1000, '')
    if (taken.kind !== 'held') throw new Error('busy')
    await leases.release(taken.lease)
    return taken.lease.token
  }
  for (let i = 0; i < 5; i++) await take('a')
  const last = await take('a')
  for (let i = 0; i < 10_000; i++) await take(`b${i}`)
  expect(await take('a')).toBeGreaterThan(last)
})

test('what is released or expired must leave no timer', async () => {
  const clock = manualClock()
  const leases = createMemoryLeases(clock)
  const taken = await leases.acquire('a', 1000, '')
  const wait = leases.freed('a', 5000)
  if (taken.kind === 'held') await leases.release(taken.lease)
  await wait
  await leases.acquire('b', 1000, '')
  clock.advance(1000)
  expect(clock.pendingTimers()).toBe(0)
})
