// The two load generators: autocannon, which is always there, and wrk, where it is installed.
import { execFile } from 'node:child_process'
import { createHistogram } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import autocannon from 'autocannon'

export interface Load {
  readonly url: string
  /** Each request asks for a URL that was never asked for before. */
  readonly newKeys: boolean
  readonly seconds: number
  readonly connections: number
}

export interface Measurement {
  readonly answers: number
  readonly answersPerSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
}

export interface Generator {
  readonly name: string
  /** Rejects when an answer failed or was not a 2xx. */
  measure(load: Load): Promise<Measurement>
}

const run = promisify(execFile)
const script = fileURLToPath(new URL('wrk.lua', import.meta.url))

/** The generators of this machine. */
export async function findGenerators(): Promise<readonly Generator[]> {
  const found = await run('which', ['wrk']).then(
    () => true,
    () => false,
  )
  return found ? [withAutocannon, withWrk] : [withAutocannon]
}

const withAutocannon: Generator = {
  name: 'autocannon',
  measure: async ({ url, newKeys, seconds, connections }) => {
    const { pathname } = new URL(url)
    const keys = newKeyPrefix()
    let count = 0
    const nextPath = (): string => `${pathname}?n=${keys}-${(count += 1)}`
    // autocannon's own latencies are whole milliseconds, too coarse for a cache.
    const latencyUs = createHistogram()
    const options: autocannon.Options = {
      url,
      connections,
      duration: seconds,
      ...(newKeys && { requests: [{ setupRequest: (request) => ({ ...request, path: nextPath() }) }] }),
    }
    const result = await new Promise<autocannon.Result>((resolve, reject) => {
      const instance = autocannon(options, (error: Error | null, done: autocannon.Result) => {
        if (error === null) resolve(done)
        else reject(error)
      })
      instance.on('response', (_client, _status, _bytes, responseTimeMs) => {
        latencyUs.record(Math.max(1, Math.round(responseTimeMs * 1_000)))
      })
    })
    refuseFailures(result.errors + result.non2xx, url)
    return {
      answers: result.requests.total,
      answersPerSecond: result.requests.total / result.duration,
      p50Ms: latencyUs.percentile(50) / 1_000,
      p99Ms: latencyUs.percentile(99) / 1_000,
    }
  },
}

interface WrkResult {
  readonly answers: number
  readonly durationUs: number
  readonly p50Us: number
  readonly p99Us: number
  readonly failures: number
}

const withWrk: Generator = {
  name: 'wrk',
  measure: async ({ url, newKeys, seconds, connections }) => {
    const options = ['--threads', '1', '--connections', String(connections), '--duration', `${seconds}s`]
    const prefix = newKeys ? ['--', newKeyPrefix()] : []
    const { stdout } = await run('wrk', [...options, '--script', script, url, ...prefix])
    const result = JSON.parse(stdout.trim().split('\n').at(-1)!) as WrkResult
    refuseFailures(result.failures, url)
    return {
      answers: result.answers,
      answersPerSecond: result.answers / (result.durationUs / 1_000_000),
      p50Ms: result.p50Us / 1_000,
      p99Ms: result.p99Us / 1_000,
    }
  },
}

function newKeyPrefix(): string {
  return crypto.randomUUID().slice(0, 13)
}

function refuseFailures(failures: number, url: string): void {
  if (failures > 0) throw new Error(`${failures} requests to ${url} failed: the figures would mean nothing`)
}
