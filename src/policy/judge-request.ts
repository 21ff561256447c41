// Whether a request may be answered from the cache at all, before anything is looked up (RFC 9111 §3, §4).
import { parseRequestDirectives, type RequestDirectives } from '../http/cache-control.ts'
import type { BodyFraming, RequestHead } from '../http/message.ts'
import { hasEncodedDelimiter } from '../http/target.ts'
import { hasCredential } from './credential.ts'
import { asksForRefresh } from './query-rule.ts'
import type { Reason } from './reasons.ts'
import type { CachePolicy } from './route-policy.ts'

export type RequestVerdict =
  | LookupVerdict
  /** Passed through to the origin; nothing is looked up or stored. */
  | { readonly kind: 'bypass'; readonly reason: Reason }

export interface LookupVerdict {
  readonly kind: 'lookup'
  readonly cache: CachePolicy
  readonly directives: RequestDirectives
  /** The client asks for a new fetch by the route's refresh parameter. */
  readonly refresh: boolean
}

/** Longer queries, and those of unknown length, are passed on as they stream in. */
const MOST_KEYED_BYTES = 64 * 1024

/**
 * Judges a request on a route with this cache policy (null: the route does not store). A request for a range is
 * looked up like any other: its answer is cut from a stored whole one.
 */
export function judgeRequest(head: RequestHead, cache: CachePolicy | null): RequestVerdict {
  if (cache === null) return bypass('route-not-cached')
  if (head.method === 'QUERY') {
    if (!mayBeKeyed(head.body)) return bypass('query-not-keyed')
  } else {
    if (head.method !== 'GET' && head.method !== 'HEAD') return bypass('method-not-cached')
    if (hasContent(head.body)) return bypass('get-with-body')
  }
  if (hasEncodedDelimiter(head.path)) return bypass('encoded-delimiter')
  if (cache.scope === 'user' && !hasCredential(head.fields, cache)) return bypass('no-credential')
  const directives = parseRequestDirectives(head.fields)
  if (directives.noStore) return bypass('request-no-store')
  return { kind: 'lookup', cache, directives, refresh: asksForRefresh(head.query, cache.refreshParam) }
}

/** The content of a QUERY is part of its key, and is held for that (RFC 10008). */
function mayBeKeyed(body: BodyFraming): boolean {
  return body.kind === 'none' || (body.kind === 'length' && body.bytes <= MOST_KEYED_BYTES)
}

function hasContent(body: BodyFraming): boolean {
  return body.kind === 'chunked' || (body.kind === 'length' && body.bytes > 0)
}

function bypass(reason: Reason): RequestVerdict {
  return { kind: 'bypass', reason }
}
