// The guards of a route's writes, once defaults and the route's own sections are laid over each other.
import type { IdempotencyPolicy, JobPolicy, SerializePolicy } from '../policy/route-policy.ts'
import type { RouteLayer } from './schema-route.ts'

const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS

export function jobPolicy(layers: readonly RouteLayer[]): JobPolicy | null {
  const section = inherited(layers.flatMap(({ job }) => job ?? []))
  if (section === null) return null
  const { lease, busy, cooldown, report, abortWithClient } = section
  return {
    leaseMs: lease ?? 5 * MINUTE_MS,
    busy: busy ?? 409,
    cooldownMs: cooldown ?? 0,
    report: report ?? [],
    abortWithClient: abortWithClient ?? false,
  }
}

export function serializePolicy(layers: readonly RouteLayer[]): SerializePolicy | null {
  const section = inherited(layers.flatMap(({ serialize }) => serialize ?? []))
  if (section === null) return null
  return {
    waitMs: section.wait ?? 10_000,
    queue: section.queue ?? 100,
    lostUpdates: section.lostUpdates ?? null,
  }
}

export function idempotencyPolicy(layers: readonly RouteLayer[]): IdempotencyPolicy | null {
  const section = inherited(layers.flatMap(({ idempotency }) => idempotency ?? []))
  return section === null ? null : { ttlMs: section.ttl ?? DAY_MS, required: section.required ?? false }
}

/** The sections laid over each other, key by key; null where there is none, or the last says off. */
function inherited<T extends object>(layers: readonly (T | 'off')[]): T | null {
  const sections = layers.filter((layer) => layer !== 'off')
  if (sections.length === 0 || layers.at(-1) === 'off') return null
  return Object.assign({}, ...sections) as T
}
