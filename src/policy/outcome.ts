// What weir did with a request, told once and printed everywhere: X-Cache, Cache-Status (RFC 9211), log and metrics.
import { currentAgeMs } from './age.ts'
import type { StoredResponse } from './entry.ts'
import type { Reason } from './reasons.ts'

export interface Outcome {
  readonly cache: 'HIT' | 'MISS' | 'STALE' | 'REVALIDATED' | 'BYPASS' | 'COLLAPSED'
  readonly reason: Reason
  /** Why the request went to the origin; null: it did not. */
  readonly forwarded: ForwardReason | null
  /** The status that the origin answered with; null where it was not asked or gave no answer. */
  readonly forwardStatus: number | null
  readonly stored: boolean
  readonly collapsed: boolean
  /** Freshness that is left of the response served, in whole seconds; negative when it is stale. */
  readonly ttlSeconds: number | null
}

/** RFC 9211 §2.2. */
export type ForwardReason =
  'bypass' | 'method' | 'uri-miss' | 'vary-miss' | 'miss' | 'request' | 'stale' | 'partial'

export interface Forwarding {
  readonly cache: Outcome['cache']
  /** What became of it. */
  readonly reason: Reason
  /** Why it was forwarded. */
  readonly forwardedFor: Reason
  readonly forwardStatus: number | null
  readonly stored: boolean
  readonly collapsed: boolean
}

/** Answered from a fresh stored response. */
export function hitOutcome(entry: StoredResponse, reason: Reason, now: number): Outcome {
  return servedOutcome('HIT', entry, reason, now)
}

/** Answered from a stale stored response. */
export function staleOutcome(entry: StoredResponse, reason: Reason, now: number): Outcome {
  return servedOutcome('STALE', entry, reason, now)
}

/** Answered with what the origin said, to this request or to another one that it was collapsed with. */
export function forwardedOutcome({ forwardedFor, ...rest }: Forwarding): Outcome {
  return { ...rest, forwarded: forwardReasonOf(forwardedFor), ttlSeconds: null }
}

/** A member of Cache-Status, to follow those of the origin (RFC 9211 §2). */
export function formatCacheStatus(outcome: Outcome): string {
  let text = 'weir'
  if (outcome.forwarded === null) {
    if (outcome.cache === 'HIT' || outcome.cache === 'STALE') text += '; hit'
  } else {
    text += `; fwd=${outcome.forwarded}`
    if (outcome.forwardStatus !== null) text += `; fwd-status=${outcome.forwardStatus}`
  }
  if (outcome.stored) text += '; stored'
  if (outcome.collapsed) text += '; collapsed'
  if (outcome.ttlSeconds !== null) text += `; ttl=${outcome.ttlSeconds}`
  return `${text}; detail=${outcome.reason}`
}

function servedOutcome(cache: 'HIT' | 'STALE', entry: StoredResponse, reason: Reason, now: number): Outcome {
  const ttlSeconds = Math.floor((entry.freshness.lifetimeMs - currentAgeMs(entry, now)) / 1000)
  return { cache, reason, forwarded: null, forwardStatus: null, stored: false, collapsed: false, ttlSeconds }
}

/** The RFC's word for why a request was forwarded, which is coarser than weir's. */
function forwardReasonOf(reason: Reason): ForwardReason {
  switch (reason) {
    case 'uri-miss':
    case 'vary-miss':
      return reason
    case 'partial-miss':
      return 'partial'
    case 'method-not-cached':
      return 'method'
    case 'route-not-cached':
    case 'no-credential':
    case 'get-with-body':
    case 'query-not-keyed':
    case 'encoded-delimiter':
    case 'hit-for-miss':
      return 'bypass'
    case 'request-no-store':
    case 'request-no-cache':
    case 'request-max-age':
    case 'request-min-fresh':
    case 'refresh-parameter':
      return 'request'
    case 'stale':
    case 'no-cache':
    case 'soft-purged':
      return 'stale'
    default:
      return 'miss'
  }
}
