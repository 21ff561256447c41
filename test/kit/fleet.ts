// Several weirs on one Redis, in the test's own process and on the real clock.
import { onTestFinished } from 'vitest'
import { systemClock } from '../../src/system-clock.ts'
import { scriptedOrigin, type OriginHandler, type ScriptedOrigin } from './scripted-origin.ts'
import { type Sections, startWeir, type TestWeir } from './weir.ts'

export interface Fleet {
  /** Their clients all name the same host. */
  readonly weirs: readonly TestWeir[]
  readonly origin: ScriptedOrigin
  /** What a weir says of Redis in /health/performance. */
  readonly redisOf: (index: number) => Promise<Record<string, number | string | boolean>>
  /** One more of the same kind. */
  join(): Promise<TestWeir>
}

export const fleetSecret = 'a-secret-that-all-of-them-know'

/** Starts `size` weirs in front of one origin. @param redis the section cache.redis */
export async function startFleet(
  size: number,
  redis: string | object,
  script: OriginHandler | Record<string, OriginHandler>,
  { routes }: Sections = { routes: [{ path: '/*', methods: ['GET', 'HEAD'], cache: '60s' }] },
): Promise<Fleet> {
  const origin = await scriptedOrigin(script)
  onTestFinished(origin.close)
  const sections = { cache: { redis, secret: fleetSecret }, routes }
  const join = async (): Promise<TestWeir> => {
    const weir = await startWeir(origin.url, sections, { clock: systemClock })
    const request: TestWeir['request'] = (options = {}) =>
      weir.request({ ...options, headers: { host: 'api.test', ...(options.headers as object) } })
    return { ...weir, request, get: (path, headers = {}) => request({ path, headers }) }
  }
  const weirs = await Promise.all(Array.from({ length: size }, join))
  return {
    weirs,
    origin,
    async redisOf(index) {
      const { json } = await weirs[index]!.manage('/health/performance')
      return (json as { redis: Record<string, number> }).redis
    },
    join,
  }
}
