// Asking the origin whether a stored response still holds, and what its answer changes (RFC 9111 §3.2, §4.3).
import { isStrongMatch, isWeakMatch, parseEntityTag } from '../http/conditional.ts'
import { Fields } from '../http/fields.ts'
import type { ResponseHead } from '../http/message.ts'
import { initialAgeMs } from './age.ts'
import type { StoredResponse, VaryValue } from './entry.ts'
import { judgeFreshness, obeyedDirectives } from './freshness.ts'
import type { CachePolicy } from './route-policy.ts'
import { validatorsOf, withDate } from './stored-response.ts'

/** When the request was sent and the response's head came, epoch ms. */
export interface ExchangeTimes {
  readonly requestAt: number
  readonly responseAt: number
}

/** What a response to HEAD does to a stored response to GET (RFC 9111 §4.3.5). */
export type HeadEffect =
  | { readonly kind: 'freshened'; readonly entry: StoredResponse }
  /** It no longer holds, and is to be removed. */
  | { readonly kind: 'invalid' }
  | { readonly kind: 'unaffected' }

// What describes the stored bytes stays with them, or they could no longer be read (RFC 9111 §3.2).
const BOUND_TO_CONTENT = new Set([
  'content-length',
  'content-encoding',
  'content-range',
  'content-md5',
  'content-digest',
])
// Told anew with each answer, or meant for one client only.
const NOT_STORED = new Set(['age', 'set-cookie'])

/** The precondition that lets the origin answer with 304, as name, value, …; derived tags are weir's own business. */
export function conditionalFields(entry: StoredResponse): readonly string[] {
  const fields: string[] = []
  if (entry.etag !== null && !entry.derivedEtag) fields.push('If-None-Match', entry.etag)
  if (entry.lastModified !== null) fields.push('If-Modified-Since', entry.lastModified)
  return fields
}

/**
 * The stored response as a 304 confirms and updates it (RFC 9111 §4.3.4); null where the 304 is about another
 * representation. `update` has end-to-end fields alone. `vary`: what the request has for the fields that a changed
 * Vary nominates. The result can be given to `judgeStorability`: a 304 may also forbid to keep it.
 */
export function freshen(
  entry: StoredResponse,
  update: ResponseHead,
  cache: CachePolicy,
  times: ExchangeTimes,
  tokenExpiresAt: number | null,
  vary: readonly VaryValue[] = entry.vary,
): StoredResponse | null {
  if (!isAbout(entry, update.fields)) return null
  return updated({ ...entry, vary }, update.fields, cache, times, tokenExpiresAt)
}

/** A 200 to HEAD with the same validators and length updates the stored response; with others it ends it. `vary` as above. */
export function freshenByHead(
  entry: StoredResponse,
  response: ResponseHead,
  cache: CachePolicy,
  times: ExchangeTimes,
  tokenExpiresAt: number | null,
  vary: readonly VaryValue[] = entry.vary,
): HeadEffect {
  if (response.status !== 200) return { kind: 'unaffected' }
  const received = validatorsOf(response.fields)
  const length = response.fields.get('content-length')
  const holds =
    entry.status === 200 &&
    (received.etag === null || received.etag === ownEtag(entry)) &&
    (received.lastModified === null || received.lastModified === entry.lastModified) &&
    (length === undefined || Number(length) === entry.body.byteLength)
  if (!holds) return { kind: 'invalid' }
  const confirmed = { ...entry, vary }
  return { kind: 'freshened', entry: updated(confirmed, response.fields, cache, times, tokenExpiresAt) }
}

/**
 * Whether a 304 can be about this stored response: by a strong tag, else by a weak one, else by Last-Modified. One
 * without validators is an answer to the only precondition that was sent, which named this response.
 */
function isAbout(entry: StoredResponse, fields: Fields): boolean {
  const received = validatorsOf(fields)
  const stored = ownEtag(entry)
  if (received.etag !== null && (stored !== null || entry.lastModified === null)) {
    return stored !== null && sameTag(received.etag, stored)
  }
  return received.lastModified === null || received.lastModified === entry.lastModified
}

/** A strong tag must match strongly, a weak one weakly; tags that break the grammar, to the letter. */
function sameTag(received: string, stored: string): boolean {
  const a = parseEntityTag(received)
  const b = parseEntityTag(stored)
  if (a === null || b === null) return received === stored
  return a.weak ? isWeakMatch(a, b) : isStrongMatch(a, b)
}

function ownEtag(entry: StoredResponse): string | null {
  return entry.derivedEtag ? null : entry.etag
}

/** Replaces the fields that the update brings, except those that must stay (RFC 9111 §3.2). */
function updated(
  entry: StoredResponse,
  received: Fields,
  cache: CachePolicy,
  times: ExchangeTimes,
  tokenExpiresAt: number | null,
): StoredResponse {
  const { requestAt, responseAt } = times
  const update = withDate(received, responseAt).filter(
    (name) => !BOUND_TO_CONTENT.has(name) && !NOT_STORED.has(name),
  )
  const replaced = new Set(update.names)
  const merged = new Fields([...entry.fields.filter((name) => !replaced.has(name)).raw, ...update.raw])
  const head: ResponseHead = { status: entry.status, statusText: entry.statusText, fields: merged }
  const { noCacheFields, privateFields } = obeyedDirectives(head, cache).directives
  const left = new Set([...noCacheFields, ...privateFields])
  const fields = merged.filter((name) => !left.has(name))
  const ageMs = initialAgeMs({
    ageValue: received.get('age'),
    dateValue: received.get('date'),
    requestAt,
    responseAt,
  })
  const freshness = judgeFreshness({ response: head, cache, initialAgeMs: ageMs, responseAt, tokenExpiresAt })
  const { etag, lastModified } = validatorsOf(fields)
  return {
    ...entry,
    fields,
    requestAt,
    responseAt,
    initialAgeMs: ageMs,
    freshness,
    etag,
    lastModified,
  }
}
