// The load on a fleet: reads of some items more than of others, writes at a rate, and how long old answers were given.
import { setTimeout as delay } from 'node:timers/promises'
import { Pool } from 'undici'

export interface Mix {
  readonly items: number
  readonly readers: number
  readonly writesPerSecond: number
  readonly seconds: number
}

export interface Seen {
  readonly reads: number
  readonly hits: number
  readonly failed: number
  /** For each write, ms from its answer to the start of the last read that still got an older state; 0: none did. */
  readonly oldForMs: readonly number[]
}

export type Instance = Pool

export function instancesOf(urls: readonly string[]): readonly Instance[] {
  return urls.map((url) => new Pool(url, { connections: 128 }))
}

export async function get(
  instance: Instance,
  path: string,
): Promise<{ status: number; outcome: string; version: number }> {
  const answer = await instance.request({ method: 'GET', path, headers: { host: 'fleet.test' } })
  const text = await answer.body.text()
  const { version } = JSON.parse(text) as { version: number }
  return { status: answer.statusCode, outcome: String(answer.headers['x-cache']), version }
}

/** Runs the mix against all instances. */
export async function drive(instances: readonly Instance[], mix: Mix): Promise<Seen> {
  const endAt = performance.now() + mix.seconds * 1000
  const written = new Map<string, { version: number; at: number; oldForMs: number }>()
  const oldForMs: number[] = []
  const counts = { reads: 0, hits: 0, failed: 0 }
  const any = (): Instance => instances[Math.floor(Math.random() * instances.length)]!
  // The square of a uniform number: an item in ten gets a third of the reads.
  const item = (): string => `/items/${Math.floor(Math.random() ** 2 * mix.items)}`

  async function read(): Promise<void> {
    while (performance.now() < endAt) {
      const path = item()
      const write = written.get(path)
      const startedAt = performance.now()
      const { status, outcome, version } = await get(any(), path)
      counts.reads++
      if (status !== 200) counts.failed++
      if (outcome === 'HIT') counts.hits++
      if (write !== undefined && version < write.version)
        write.oldForMs = Math.max(write.oldForMs, startedAt - write.at)
    }
  }

  async function write(): Promise<void> {
    while (performance.now() < endAt) {
      const path = item()
      const answer = await any().request({ method: 'PUT', path, headers: { host: 'fleet.test' }, body: '{}' })
      const { version } = (await answer.body.json()) as { version: number }
      const before = written.get(path)
      if (before !== undefined) oldForMs.push(before.oldForMs)
      written.set(path, { version, at: performance.now(), oldForMs: 0 })
      await delay(1000 / mix.writesPerSecond)
    }
  }

  await Promise.all([
    ...Array.from({ length: mix.readers }, read),
    ...(mix.writesPerSecond > 0 ? [write()] : []),
  ])
  for (const one of written.values()) oldForMs.push(one.oldForMs)
  return { ...counts, oldForMs: oldForMs.sort((a, b) => a - b) }
}
