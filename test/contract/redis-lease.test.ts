// Leases in Redis, one node and Cluster, and with the process's own behind them, against the contract.
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { FallbackLeases } from '../../src/store/fallback-leases.ts'
import { createMemoryLeases } from '../../src/store/memory-lease.ts'
import type { Leases } from '../../src/store/lease.ts'
import { manualClock, type ManualClock } from '../kit/manual-clock.ts'
import { type RedisServer, startRedis, startRedisCluster } from '../kit/redis.ts'
import { freshPrefix, joinAs } from '../kit/redis-ports.ts'
import { type LeaseSubject, leaseContract } from './lease.ts'

let single: RedisServer
let cluster: Awaited<ReturnType<typeof startRedisCluster>>
beforeAll(async () => {
  ;[single, cluster] = await Promise.all([startRedis(), startRedisCluster()])
})
afterAll(() => Promise.all([single.stop(), cluster.stop()]))

/** Lets time pass in Redis as well, where keys end sooner for it. */
async function agePastKeys(servers: readonly RedisServer[], prefix: string, ms: number): Promise<void> {
  for (const { client } of servers) {
    for (const key of await client.keys(`${prefix}*:hold`)) {
      const left = await client.pttl(key)
      await (left > ms ? client.pexpire(key, left - ms) : client.del(key))
    }
  }
}

async function subject(
  mode: 'single' | 'cluster',
  wrap = (leases: Leases, _: ManualClock): Leases => leases,
): Promise<LeaseSubject> {
  const servers = mode === 'single' ? [single] : cluster.servers
  const clock = manualClock()
  const prefix = freshPrefix()
  // Deadlines are the real clock's; what leases wait for is the test's.
  const join = (): ReturnType<typeof joinAs> => joinAs({ url: servers[0]!.url, mode, prefix, waitBy: clock })
  const [one, other] = await Promise.all([join(), join()])
  const [leases, others] = [wrap(one.leases, clock), wrap(other.leases, clock)]
  const settle = async (): Promise<void> => {
    // Replies come in the order of the questions: this one comes after all that are on their way.
    for (const all of [leases, others]) await all.renew({ name: 'nobody', token: 0 }, 1)
  }
  return {
    leases,
    others,
    async pass(ms) {
      await settle()
      await agePastKeys(servers, prefix, ms)
      clock.advance(ms)
      await settle()
    },
  }
}

leaseContract('redis', () => subject('single'))
leaseContract('redis cluster', () => subject('cluster'))
leaseContract('redis before memory', () =>
  subject('single', (leases, clock) => {
    const shared = { ...bound(leases), raise: () => Promise.resolve(true) }
    return new FallbackLeases(shared, createMemoryLeases(clock), clock)
  }),
)

function bound(leases: Leases): Leases {
  return {
    acquire: (name, ttlMs, note) => leases.acquire(name, ttlMs, note),
    renew: (lease, ttlMs) => leases.renew(lease, ttlMs),
    release: (lease) => leases.release(lease),
    freed: (name, withinMs) => leases.freed(name, withinMs),
  }
}

test('tokens must go on from those that were given without Redis', async () => {
  const prefix = freshPrefix()
  const own = createMemoryLeases(manualClock(Date.now() + 3_600_000))
  const ports = await joinAs({ url: single.url, prefix })
  const before = await own.acquire('a', 1000, '')
  if (before.kind !== 'held') throw new Error('busy')
  await ports.leases.raise('a', before.lease.token)
  expect(await ports.leases.acquire('a', 1000, '')).toEqual({
    kind: 'held',
    lease: { name: 'a', token: before.lease.token + 1 },
  })
})

test('a restarted server that has forgotten all must give greater tokens than before', async () => {
  const redis = await startRedis()
  onTestFinished(() => redis.stop())
  const prefix = freshPrefix()
  const take = async (): Promise<number> => {
    const { leases } = await joinAs({ url: redis.url, prefix })
    const taken = await leases.acquire('a', 60_000, '')
    if (taken.kind !== 'held') throw new Error(taken.kind)
    return taken.lease.token
  }
  const before = await take()
  await redis.restart()
  expect(await take()).toBeGreaterThan(before)
})
