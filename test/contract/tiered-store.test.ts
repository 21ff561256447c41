// Memory before Redis as one store, against the contract; and what weirs that share a Redis have of one another.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { StoredResponse } from '../../src/policy/entry.ts'
import type { Finding } from '../../src/store/port.ts'
import { createMemoryStore } from '../../src/store/memory.ts'
import type { Fleet } from '../../src/store/redis/fleet.ts'
import { createTieredStore } from '../../src/store/tiered.ts'
import { eventually, type RedisServer, startRedis, startRedisCluster } from '../kit/redis.ts'
import { freshPrefix, joinAs, openPorts } from '../kit/redis-ports.ts'
import { stored } from '../kit/stored.ts'
import { storeContract } from './store.ts'

let single: RedisServer
let cluster: Awaited<ReturnType<typeof startRedisCluster>>
let ports: Fleet
beforeAll(async () => {
  ;[single, cluster] = await Promise.all([startRedis(), startRedisCluster()])
  ports = await openPorts({ url: single.url })
})
afterAll(async () => {
  ports.close()
  await Promise.all([single.stop(), cluster.stop()])
})

storeContract('tiered', (bounds) => createTieredStore(createMemoryStore(bounds), ports.tier, 10_000))

const now = Date.now()

function fresh(options: Parameters<typeof stored>[0] = {}): StoredResponse {
  const entry = stored({ bodyBytes: 2000, ...options })
  return { ...entry, requestAt: now - 20, responseAt: now - 10 }
}

function ask({ tier }: Fleet, entry: StoredResponse, mayLead = false): Promise<Finding> {
  return tier.ask(entry.key, entry.labels, mayLead)
}

async function has(ports: Fleet, entry: StoredResponse): Promise<boolean> {
  return (await ask(ports, entry)).variants.length > 0
}

describe.each(['single', 'cluster'] as const)('on redis %s', (mode) => {
  async function pair(): Promise<readonly [Fleet, Fleet]> {
    const url = mode === 'single' ? single.url : cluster.servers[0]!.url
    const prefix = freshPrefix()
    return [await joinAs({ url, mode, prefix }), await joinAs({ url, mode, prefix })]
  }

  test('another process must find exactly what was put', async () => {
    const [one, other] = await pair()
    const entry = fresh({ key: 'a' })
    one.tier.put(entry, 8)
    await eventually(() => has(other, entry))
    expect((await ask(other, entry)).variants).toEqual([{ ...entry, body: Buffer.from(entry.body) }])
    expect((await ask(other, fresh({ key: 'b' }))).variants).toEqual([])
  })

  test('variants must be kept apart, the newest first, and bounded', async () => {
    const [one, other] = await pair()
    for (const [index, variant] of ['1', '2', '3'].entries()) {
      one.tier.put({ ...fresh({ variant }), requestAt: now + index }, 2)
      await eventually(async () => one.stats().entries.written === index + 1 && (await has(other, fresh())))
    }
    const { variants } = await ask(other, fresh())
    expect(variants).toHaveLength(2)
    expect(variants[0]?.vary[0]?.value).toBe('3')
  })

  test.each([
    ['its URI', { uris: new Set([fresh().labels.uri]), tags: new Set<string>(), paths: null }],
    [
      'a path pattern',
      { uris: new Set<string>(), tags: new Set<string>(), paths: (): boolean => true, patterns: ['/*'] },
    ],
    [
      'paths that only a function knows',
      { uris: new Set<string>(), tags: new Set<string>(), paths: (): boolean => true },
    ],
    [
      'a prefix',
      {
        uris: new Set<string>(),
        tags: new Set<string>(),
        paths: null,
        range: { kind: 'prefix' as const, text: '/' },
      },
    ],
  ])('what %s makes invalid must be gone for all, and what comes after it must stay', async (_, by) => {
    const [one, other] = await pair()
    const entry = fresh()
    one.tier.put(entry, 8)
    await eventually(() => has(other, entry))
    other.tier.invalidate(by, false)
    expect(await has(other, entry)).toBe(false)
    await eventually(async () => !(await has(one, entry)))
    await eventually(async () => {
      one.tier.put(entry, 8)
      return (await has(one, entry)) && (await has(other, entry))
    })
  })

  test('one of many who ask must lead, and the others be told when it has stored', async () => {
    const [one, other] = await pair()
    const entry = fresh()
    const leader = await ask(one, entry, true)
    const follower = await ask(other, entry, true)
    expect([leader.kind, follower.kind]).toEqual(['lead', 'follow'])
    if (follower.kind !== 'follow') return
    const told = follower.landed(60_000)
    one.tier.put(entry, 8)
    expect(await told).toBe('told')
    expect(await has(other, entry)).toBe(true)
  })

  test('a leader that stores nothing must let the others go, and one that dies for a lease at the most', async () => {
    const [one, other] = await pair()
    const leader = await ask(one, fresh(), true)
    const follower = await ask(other, fresh(), true)
    if (leader.kind !== 'lead' || follower.kind !== 'follow') throw new Error('nobody leads')
    const told = follower.landed(60_000)
    leader.over()
    expect(await told).toBe('told')
    const second = await ask(one, fresh(), true)
    const waiting = await ask(other, fresh(), true)
    if (second.kind !== 'lead' || waiting.kind !== 'follow') throw new Error('nobody leads')
    one.close()
    expect(await waiting.landed(60_000)).toBe('late')
    expect((await ask(other, fresh(), true)).kind).toBe('lead')
  })

  test('who knows another secret must find nothing', async () => {
    const url = mode === 'single' ? single.url : cluster.servers[0]!.url
    const prefix = freshPrefix()
    const one = await joinAs({ url, mode, prefix })
    const stranger = await joinAs({ url, mode, prefix, secret: 'another' })
    one.tier.put(fresh(), 8)
    await eventually(() => has(one, fresh()))
    expect(await has(stranger, fresh())).toBe(false)
  })
})

test('a write that comes late, from who has not heard of an invalidation, must not be believed', async () => {
  const prefix = freshPrefix()
  const [one, other] = [await joinAs({ url: single.url, prefix }), await joinAs({ url: single.url, prefix })]
  const entry = fresh({ tags: ['a'] })
  one.tier.put(entry, 8)
  await eventually(() => has(other, entry))
  const [name] = (await single.client.keys(`${prefix}*:entry`)) as [string]
  const [[field, value]] = Object.entries(await single.client.hgetallBuffer(name)) as [[string, Buffer]]
  other.tier.invalidate({ uris: new Set(), tags: new Set(['a']), paths: null }, false)
  await eventually(() => one.stats().log.heard > 0 && other.stats().log.waiting === 0)
  // Also one whose tag only its head tells, as Cache-Groups do.
  for (const asked of [entry, { ...entry, labels: { ...entry.labels, tags: [] } }]) {
    await single.client.hset(name, field, value)
    expect(await has(one, asked)).toBe(false)
    await single.client.hset(name, field, value)
    expect(await has(other, asked)).toBe(false)
  }
})
