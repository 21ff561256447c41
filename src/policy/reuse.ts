// Whether a stored response may answer a request: arithmetic over what was decided when it was stored (RFC 9111 §4).
import type { RequestDirectives } from '../http/cache-control.ts'
import { currentAgeMs } from './age.ts'
import type { StoredResponse } from './entry.ts'
import type { Reason } from './reasons.ts'

export type Reuse =
  | { readonly kind: 'hit'; readonly entry: StoredResponse; readonly reason: Reason }
  /** `refresh`: fetch anew in the background. */
  | {
      readonly kind: 'stale'
      readonly entry: StoredResponse
      readonly reason: Reason
      readonly refresh: boolean
    }
  | { readonly kind: 'validate'; readonly entry: StoredResponse; readonly reason: Reason }
  | { readonly kind: 'miss'; readonly reason: Reason }

export interface Lookup {
  /** All stored responses of the key. */
  readonly variants: readonly StoredResponse[]
  /** The one that the request selects (RFC 9111 §4.1). */
  readonly selected: StoredResponse | undefined
  readonly directives: RequestDirectives
  /** The client asks for a new fetch by the route's refresh parameter. */
  readonly refresh: boolean
}

/** Decides at `now`, epoch ms. */
export function decideReuse({ variants, selected, directives, refresh }: Lookup, now: number): Reuse {
  if (refresh) return { kind: 'miss', reason: 'refresh-parameter' }
  if (selected === undefined) return { kind: 'miss', reason: variants.length > 0 ? 'vary-miss' : 'uri-miss' }
  const { source, validateAlways, lifetimeMs, staleWhileRevalidateMs, mayBeStale } = selected.freshness
  const { maxAge, minFresh, maxStale, noCache } = directives
  if (validateAlways) {
    return { kind: 'validate', entry: selected, reason: source === 'purged' ? 'soft-purged' : 'no-cache' }
  }
  if (noCache) return { kind: 'validate', entry: selected, reason: 'request-no-cache' }
  const ageMs = currentAgeMs(selected, now)
  if (maxAge !== null && ageMs > maxAge * 1000) {
    return { kind: 'validate', entry: selected, reason: 'request-max-age' }
  }
  if (minFresh !== null && ageMs + minFresh * 1000 > lifetimeMs) {
    return { kind: 'validate', entry: selected, reason: 'request-min-fresh' }
  }
  if (ageMs < lifetimeMs) return { kind: 'hit', entry: selected, reason: 'fresh' }
  // Who states a max-age or min-fresh wants nothing stale, unless max-stale says so (RFC 9111 §5.2.1.1).
  const acceptsStale = maxStale !== null || (maxAge === null && minFresh === null)
  if (acceptsStale && ageMs < lifetimeMs + staleWhileRevalidateMs) {
    return { kind: 'stale', entry: selected, reason: 'stale-while-revalidate', refresh: true }
  }
  if (mayBeStale && maxStale !== null && ageMs <= lifetimeMs + maxStale * 1000) {
    return { kind: 'stale', entry: selected, reason: 'max-stale', refresh: false }
  }
  return { kind: 'validate', entry: selected, reason: 'stale' }
}

/**
 * Whether the stored response may stand in for an error of the origin at `now` (RFC 5861 §4, RFC 9111 §4.3.3), by
 * what it says itself, by what the operator says, or by the request's own stale-if-error. A client that asked for
 * validation (`no-cache`) gets the error.
 */
export function mayServeOnError(entry: StoredResponse, directives: RequestDirectives, now: number): boolean {
  if (directives.noCache) return false
  const { lifetimeMs, staleIfErrorMs, mayBeStale, validateAlways } = entry.freshness
  const ageMs = currentAgeMs(entry, now)
  if (!validateAlways && ageMs < lifetimeMs) return true
  const requestedMs = mayBeStale ? (directives.staleIfError ?? 0) * 1000 : 0
  const windowMs = Math.max(staleIfErrorMs, requestedMs)
  return windowMs > 0 && ageMs < lifetimeMs + windowMs
}
