// weir's ports on a Redis of the tests' own, as one process of a fleet has them.
import { randomUUID } from 'node:crypto'
import { onTestFinished } from 'vitest'
import type { Clock } from '../../src/base/clock.ts'
import type { RedisConfig } from '../../src/config/model.ts'
import type { Invalidation } from '../../src/policy/invalidation.ts'
import { type Fleet as Ports, joinFleet } from '../../src/store/redis/fleet.ts'
import { systemClock } from '../../src/system-clock.ts'

export interface PortsOptions {
  readonly url: string
  readonly mode?: RedisConfig['mode']
  /** Processes with the same prefix are one fleet; by default one that is nobody else's. */
  readonly prefix?: string
  readonly secret?: string
  /** What waiting for others is measured by; deadlines of commands are always the real clock's. */
  readonly waitBy?: Clock
  readonly onInvalidated?: (by: Invalidation, soft: boolean) => void
}

export function freshPrefix(): string {
  return `test:${randomUUID()}:`
}

/** Joins a fleet, and leaves it with the test. */
export async function joinAs(options: PortsOptions): Promise<Ports> {
  const ports = await openPorts(options)
  onTestFinished(() => ports.close())
  return ports
}

/** Joins a fleet; whoever calls this leaves it. */
export async function openPorts(options: PortsOptions): Promise<Ports> {
  const { url, mode = 'single', prefix = freshPrefix(), secret = 'secret', waitBy = systemClock } = options
  const ports = joinFleet({
    config: { url, mode, prefix, nodes: [], primary: 'mymaster', timeoutMs: 2000, cutOffTtlMs: 10_000 },
    secret,
    maxEntryBytes: 8 * 1024 * 1024,
    clock: systemClock,
    waitBy,
    onState: () => undefined,
    onInvalidated: options.onInvalidated ?? (() => undefined),
    onGap: () => undefined,
  })
  await ports.joined
  return ports
}
