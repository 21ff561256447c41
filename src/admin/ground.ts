// What a decision rests on, as people read it: a sentence, and the RFC section or the line of the configuration.
import { freshnessGround, keyBehind } from '../policy/grounds.ts'
import type { FreshnessSource } from '../policy/entry.ts'
import { type Reason, type ReasonFacts, reasons } from '../policy/reasons.ts'
import type { RouteDefinition } from '../route/routes.ts'

export interface Ground {
  readonly reason: Reason
  readonly says: string
  /** The RFC section; null where it is weir's or the operator's own decision. */
  readonly cite: string | null
  /** The key of the configuration and where it is written, such as `cache.ttl (proxy.yaml:12)`. */
  readonly config: string | null
}

export function groundOf(reason: Reason, route: RouteDefinition | null): Ground {
  const { says, cite }: ReasonFacts = reasons[reason]
  const key = keyBehind(reason)
  return { reason, says, cite, config: key === null ? null : placeOf(key, route) }
}

/** What a stored response's freshness rests on. */
export function freshnessSaid(source: FreshnessSource, route: RouteDefinition | null): string {
  const { cite, key } = freshnessGround(source)
  if (cite !== null) return `${source} (${cite})`
  return key === null ? source : placeOf(key, route)
}

/** A key with the line of itself, or of the nearest section around it that is written. */
function placeOf(key: string, route: RouteDefinition | null): string {
  if (route === null) return `${key} (no route takes the request)`
  for (let near = key; ; near = near.slice(0, Math.max(0, near.lastIndexOf('.')))) {
    const place = route.places.get(near)
    if (place !== undefined) return `${key} (${place})`
    if (near === '') return key
  }
}
