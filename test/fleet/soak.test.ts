// URLs that nobody asks for twice leave nothing behind that grows.
import { expect, onTestFinished, test } from 'vitest'
import { openPorts } from '../kit/redis-ports.ts'
import { eventually, startRedis } from '../kit/redis.ts'
import { stored } from '../kit/stored.ts'

test('responses and invalidations of unique URLs must end in Redis, and stay bounded in the process', async () => {
  const redis = await startRedis()
  onTestFinished(() => redis.stop())
  const ports = await openPorts({ url: redis.url })
  onTestFinished(() => ports.close())
  for (let batch = 0; batch < 60; batch++) {
    const uris = Array.from({ length: 1000 }, (_, i) => `http://api.test/${batch}/${i}`)
    for (const uri of uris.slice(0, 30)) {
      const entry = stored({ key: uri, uri, freshness: { lifetimeMs: 500 }, responseAt: Date.now() })
      ports.tier.put(entry, 8)
    }
    ports.tier.invalidate({ uris: new Set(uris), tags: new Set(), paths: null }, false)
  }
  await eventually(() => ports.stats().log.waiting === 0 && ports.stats().entries.queued === 0)
  const keys = await redis.client.keys('*')
  const log = keys.find((key) => key.endsWith(':atoms'))!
  expect(await redis.client.zcard(log)).toBe(50_000)
  await eventually(async () => (await redis.client.dbsize()) === 2)
  expect(ports.stats().log.known).toBeLessThanOrEqual(50_000)
})
