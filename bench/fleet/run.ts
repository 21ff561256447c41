// npm run bench:fleet: several weirs with and without Redis, and what each costs the API, Redis and those who read.
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { startRedis } from '../../test/kit/redis.ts'
import { startConfiguredWeir } from '../servers.ts'
import { drive, get, type Instance, instancesOf } from './load.ts'
import { startCountingOrigin } from './origin.ts'

const { values } = parseArgs({
  options: {
    instances: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '10' },
    items: { type: 'string', default: '2000' },
    readers: { type: 'string', default: '32' },
    writes: { type: 'string', default: '20' },
    keys: { type: 'string', default: '10000' },
  },
})
const size = Number(values.instances)
const cli = fileURLToPath(new URL('../../src/cli.ts', import.meta.url))

function configuration(listen: string, manage: string, origin: string, redis: string | null): string {
  const cache = redis === null ? {} : { redis, secret: 'bench' }
  const routes = [{ path: '/*', methods: ['GET'], cache: '60s' }, { path: '/*' }]
  return JSON.stringify({
    listen,
    manage: { listen: manage },
    origin,
    cache,
    routes,
    log: { requests: 'none' },
  })
}

async function measure(redisUrl: string | null): Promise<void> {
  const origin = await startCountingOrigin(20)
  const weirs = await Promise.all(
    Array.from({ length: size }, () =>
      startConfiguredWeir(cli, (listen, manage) => configuration(listen, manage, origin.url, redisUrl)),
    ),
  )
  const instances = instancesOf(weirs.map(({ url }) => url))
  const commandsOf = async (): Promise<number> => {
    const reports = await Promise.all(weirs.map(({ manageUrl }) => fetch(`${manageUrl}/health/performance`)))
    const bodies = (await Promise.all(reports.map((report) => report.json()))) as {
      redis: { commands: number } | null
    }[]
    return bodies.reduce((sum, { redis }) => sum + (redis?.commands ?? 0), 0)
  }
  console.log(`\n${size} weirs, ${redisUrl === null ? 'each by itself' : 'with Redis'}`)
  try {
    await Promise.all(Array.from({ length: 500 }, (_, i) => get(instances[i % size]!, '/cold')))
    console.log(`  one cold key, 500 clients: ${origin.takeReads()} origin requests`)
    await everyKey(instances, Number(values.keys))
    console.log(
      `  ${values.keys} keys, asked of each: ${(origin.takeReads() / Number(values.keys)).toFixed(3)} a key`,
    )
    const before = await commandsOf()
    const seen = await drive(instances, {
      items: Number(values.items),
      readers: Number(values.readers),
      writesPerSecond: Number(values.writes),
      seconds: Number(values.seconds),
    })
    const { reads, hits, failed, oldForMs } = seen
    const at = (share: number): string =>
      (oldForMs[Math.min(oldForMs.length - 1, Math.floor(share * oldForMs.length))] ?? 0).toFixed(1)
    console.log(`  ${reads} reads, ${failed} failed, hit rate ${((100 * hits) / reads).toFixed(1)} %`)
    console.log(`  ${(origin.takeReads() / reads).toFixed(4)} origin requests a read`)
    console.log(`  ${(((await commandsOf()) - before) / reads).toFixed(3)} Redis commands a read`)
    console.log(
      `  old answers after ${oldForMs.length} writes, ms: p50 ${at(0.5)}, p99 ${at(0.99)}, max ${at(1)}`,
    )
  } finally {
    await Promise.all(instances.map((instance) => instance.destroy()))
    await Promise.all(weirs.map((weir) => weir.stop()))
    origin.close()
  }
}

/** Each key of each instance, a few keys at a time. */
async function everyKey(instances: readonly Instance[], keys: number): Promise<void> {
  let next = 0
  const work = async (): Promise<void> => {
    for (let key = next++; key < keys; key = next++)
      await Promise.all(instances.map((instance) => get(instance, `/key/${key}`)))
  }
  await Promise.all(Array.from({ length: 16 }, work))
}

const redis = await startRedis()
await measure(null)
await measure(redis.url)
await redis.stop()
