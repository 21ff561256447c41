// How long a response stays fresh, and how it may be used when it no longer is (RFC 9111 §4.2, RFC 5861).
import { silentResponse, type ResponseDirectives } from '../http/cache-control.ts'
import { parseHttpDate } from '../http/date.ts'
import type { ResponseHead } from '../http/message.ts'
import type { Freshness, FreshnessSource } from './entry.ts'
import type { CachePolicy } from './route-policy.ts'
import { isHeuristicallyCacheable, mayHaveStatusTtl } from './status-codes.ts'
import { statedDirectives, type StatedDirectives } from './targeted.ts'

export interface FreshnessInput {
  readonly response: ResponseHead
  readonly cache: CachePolicy
  /** corrected_initial_age (RFC 9111 §4.2.3). */
  readonly initialAgeMs: number
  readonly responseAt: number
  /** When the token that the key was made from expires, epoch ms; null: never, or the key holds none. */
  readonly tokenExpiresAt: number | null
}

interface Lifetime {
  readonly lifetimeMs: number
  readonly source: FreshnessSource
}

const SILENT: StatedDirectives = { directives: silentResponse, targeted: false }
const HEURISTIC_SHARE = 0.1
const HEURISTIC_MAX_MS = 24 * 60 * 60 * 1000

/** The freshness of a response on a route with this policy. */
export function judgeFreshness(input: FreshnessInput): Freshness {
  const { response, cache } = input
  const obeyed = obeyedDirectives(response, cache)
  const lifetime = lifetimeOf(input, obeyed)
  const mayBeStale = allowsStale(obeyed.directives, cache)
  const { staleWhileRevalidate, staleIfError } = obeyed.directives
  // What never had a lifetime cannot have outlived it: no answer without validation, short of an error.
  const hasLifetime = lifetime.source !== 'none'
  const freshness: Freshness = {
    ...lifetime,
    staleWhileRevalidateMs:
      mayBeStale && hasLifetime ? windowMs(staleWhileRevalidate, cache.staleWhileRevalidateMs) : 0,
    staleIfErrorMs: mayBeStale ? windowMs(staleIfError, cache.staleIfErrorMs) : 0,
    mayBeStale,
    validateAlways: obeyed.directives.noCache,
  }
  return input.tokenExpiresAt === null ? freshness : boundedByToken(freshness, input, input.tokenExpiresAt)
}

/** The directives that bind weir: none where the operator's `override` takes their place. */
export function obeyedDirectives(response: ResponseHead, cache: CachePolicy): StatedDirectives {
  const overridden = cache.override && operatorLifetime(response.status, cache) !== null
  return overridden ? SILENT : statedDirectives(response.fields)
}

/** What the operator states for a status: by `statuses`, or by `ttl` for 200 alone. */
function operatorLifetime(status: number, cache: CachePolicy): Lifetime | null {
  const statusTtlMs = mayHaveStatusTtl(status) ? cache.statuses.get(status) : undefined
  if (statusTtlMs !== undefined) return { lifetimeMs: statusTtlMs, source: 'status-ttl' }
  return status === 200 && cache.ttlMs !== null ? { lifetimeMs: cache.ttlMs, source: 'ttl' } : null
}

/** freshness_lifetime, the first that applies (RFC 9111 §4.2.1), with the operator's word before any guess. */
function lifetimeOf(input: FreshnessInput, obeyed: StatedDirectives): Lifetime {
  const { response, cache } = input
  const operator = fromArrival(operatorLifetime(response.status, cache), input.initialAgeMs)
  if (operator !== null && cache.override) return operator
  return (
    statedLifetime(input, obeyed) ??
    operator ??
    heuristicLifetime(input, obeyed.directives) ?? { lifetimeMs: 0, source: 'none' }
  )
}

/**
 * An operator means a ttl to begin when the answer is there: that the origin took long for it, which counts as age
 * (RFC 9111 §4.2.3), is what the cache is for.
 */
function fromArrival(lifetime: Lifetime | null, initialAgeMs: number): Lifetime | null {
  return lifetime === null ? null : { ...lifetime, lifetimeMs: lifetime.lifetimeMs + initialAgeMs }
}

function statedLifetime(input: FreshnessInput, { directives, targeted }: StatedDirectives): Lifetime | null {
  const { sMaxage, maxAge } = directives
  if (sMaxage !== null) return { lifetimeMs: sMaxage * 1000, source: targeted ? 'targeted' : 's-maxage' }
  if (maxAge !== null) return { lifetimeMs: maxAge * 1000, source: targeted ? 'targeted' : 'max-age' }
  const [expires] = targeted ? [] : input.response.fields.all('expires')
  if (expires === undefined) return null
  // An invalid date, "0" above all, has expired already (RFC 9111 §5.3).
  const expiresAt = parseHttpDate(expires, input.responseAt)
  return { lifetimeMs: expiresAt === null ? 0 : Math.max(0, expiresAt - dateOf(input)), source: 'expires' }
}

/** A tenth of the time since the last change, a day at most (RFC 9111 §4.2.2). */
function heuristicLifetime(input: FreshnessInput, directives: ResponseDirectives): Lifetime | null {
  const { response, cache, responseAt } = input
  if (!cache.heuristic) return null
  if (!isHeuristicallyCacheable(response.status) && !directives.public) return null
  const [lastModified] = response.fields.all('last-modified')
  const modifiedAt = lastModified === undefined ? null : parseHttpDate(lastModified, responseAt)
  if (modifiedAt === null) return null
  const unchangedMs = Math.max(0, dateOf(input) - modifiedAt)
  return { lifetimeMs: Math.min(unchangedMs * HEURISTIC_SHARE, HEURISTIC_MAX_MS), source: 'heuristic' }
}

/** Date, or where there is none that can be read the time the response came (RFC 9110 §6.6.1). */
function dateOf({ response, responseAt }: FreshnessInput): number {
  const [date] = response.fields.all('date')
  return (date === undefined ? null : parseHttpDate(date, responseAt)) ?? responseAt
}

/** Whether no directive forbids stale reuse (RFC 9111 §4.2.4); s-maxage does as proxy-revalidate does (§5.2.2.10). */
function allowsStale(directives: ResponseDirectives, cache: CachePolicy): boolean {
  const { noCache, mustRevalidate, proxyRevalidate, sMaxage } = directives
  return !noCache && !mustRevalidate && !proxyRevalidate && (sMaxage === null || cache.staleDespiteSMaxage)
}

function windowMs(statedSeconds: number | null, policyMs: number): number {
  return statedSeconds === null ? policyMs : statedSeconds * 1000
}

/** Nothing is served on the strength of a token that has expired, not even stale. */
function boundedByToken(freshness: Freshness, input: FreshnessInput, tokenExpiresAt: number): Freshness {
  const ageAtExpiryMs = input.initialAgeMs + Math.max(0, tokenExpiresAt - input.responseAt)
  const lifetimeMs = Math.min(freshness.lifetimeMs, ageAtExpiryMs)
  const restMs = ageAtExpiryMs - lifetimeMs
  return {
    ...freshness,
    lifetimeMs,
    staleWhileRevalidateMs: Math.min(freshness.staleWhileRevalidateMs, restMs),
    staleIfErrorMs: Math.min(freshness.staleIfErrorMs, restMs),
    mayBeStale: false,
  }
}
