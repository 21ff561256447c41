// Whether a response may be stored, and whether those who wait for it may share it (RFC 9111 §3).
import { parseRequestDirectives, type ResponseDirectives } from '../http/cache-control.ts'
import { isEventStream } from '../http/event-stream.ts'
import type { RequestHead, ResponseHead } from '../http/message.ts'
import type { Freshness } from './entry.ts'
import { judgeFreshness, obeyedDirectives } from './freshness.ts'
import type { Reason } from './reasons.ts'
import type { CachePolicy } from './route-policy.ts'
import { isHeuristicallyCacheable, isStorableStatus, isUnderstood } from './status-codes.ts'
import { validatorsOf } from './stored-response.ts'

export type Storability =
  | {
      readonly kind: 'store'
      readonly freshness: Freshness
      /** Lower-case names of the fields that no-cache and private keep out of the store. */
      readonly withoutFields: readonly string[]
      /** It may answer others than the one who asked without being validated first (RFC 9111 §4). */
      readonly shareable: boolean
    }
  /** `shareable` false: it is the leader's alone, and followers must ask for themselves. */
  | { readonly kind: 'pass'; readonly reason: Reason; readonly shareable: boolean }

export interface StorabilityInput {
  readonly request: RequestHead
  /** The key holds the request's credentials. */
  readonly credentialed: boolean
  readonly response: ResponseHead
  readonly cache: CachePolicy
  /** corrected_initial_age (RFC 9111 §4.2.3). */
  readonly initialAgeMs: number
  readonly responseAt: number
  /** When the token that the key was made from expires, epoch ms; null: never, or the key holds none. */
  readonly tokenExpiresAt: number | null
}

/** Judges a response at its head. `override` silences every directive of the origin, but not Set-Cookie or Vary. */
export function judgeStorability(input: StorabilityInput): Storability {
  const { directives } = obeyedDirectives(input.response, input.cache)
  const freshness = judgeFreshness(input)
  const refusal =
    messageRefusal(input) ??
    directiveRefusal(input, directives) ??
    attributionRefusal(input, directives, freshness) ??
    uselessness(input, directives, freshness)
  const withoutFields = [...directives.noCacheFields, ...directives.privateFields]
  if (refusal === null) {
    return {
      kind: 'store',
      freshness,
      withoutFields,
      shareable: isReusable(freshness, input.initialAgeMs),
    }
  }
  // A failing origin gives everybody the same error; asking again for each would only make it worse.
  const shareable =
    refusal === 'status-not-cacheable' && input.response.status >= 500 && withoutFields.length === 0
  return { kind: 'pass', reason: refusal, shareable }
}

/** Whether it answers the next request as it is: fresh, or stale within the window in which it is refreshed. */
function isReusable(freshness: Freshness, ageMs: number): boolean {
  const { validateAlways, lifetimeMs, staleWhileRevalidateMs } = freshness
  return !validateAlways && ageMs < lifetimeMs + staleWhileRevalidateMs
}

/** What no policy and no directive can make storable. */
function messageRefusal({ request, response }: StorabilityInput): Reason | null {
  const { status, fields } = response
  if (status === 206) return 'partial-content'
  if (fields.has('set-cookie')) return 'set-cookie'
  if (isEventStream(fields)) return 'event-stream'
  if (
    fields
      .get('vary')
      ?.split(',')
      .some((name) => name.trim() === '*') === true
  )
    return 'vary-any'
  if (parseRequestDirectives(request.fields).noStore) return 'request-no-store'
  return null
}

function directiveRefusal({ response }: StorabilityInput, directives: ResponseDirectives): Reason | null {
  if (directives.mustUnderstand && !isUnderstood(response.status)) return 'not-understood'
  // must-understand takes the place of no-store where the status is understood (RFC 9111 §5.2.2.3).
  if (directives.noStore && !directives.mustUnderstand) return 'response-no-store'
  if (directives.private) return 'response-private'
  return null
}

/** RFC 9111 §3.5: who is not in the key must not be in the response, unless the origin or the operator says so. */
function attributionRefusal(
  { request, credentialed, cache, responseAt, tokenExpiresAt }: StorabilityInput,
  { public: isPublic, mustRevalidate, sMaxage }: ResponseDirectives,
  { source }: Freshness,
): Reason | null {
  if (tokenExpiresAt !== null && tokenExpiresAt <= responseAt) return 'expired-token'
  if (credentialed || !request.fields.has('authorization')) return null
  const vouched = cache.scope === 'shared' && (source === 'ttl' || source === 'status-ttl')
  return isPublic || mustRevalidate || sMaxage !== null || vouched ? null : 'authorization'
}

/** What may be stored and would never be used. */
function uselessness(
  { response, initialAgeMs }: StorabilityInput,
  directives: ResponseDirectives,
  freshness: Freshness,
): Reason | null {
  const { status, fields } = response
  const { source, lifetimeMs, validateAlways } = freshness
  if (!isStorableStatus(status)) return 'status-not-cacheable'
  if (source === 'none' && !isHeuristicallyCacheable(status) && !directives.public)
    return 'status-not-cacheable'
  const { etag, lastModified } = validatorsOf(fields)
  if (etag !== null || lastModified !== null) return null
  if (source === 'none') return 'no-freshness'
  if (validateAlways) return 'no-cache'
  const staleMs = Math.max(freshness.staleWhileRevalidateMs, freshness.staleIfErrorMs)
  return initialAgeMs < lifetimeMs + staleMs ? null : 'stale-on-arrival'
}
