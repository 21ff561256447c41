// Whether a stored response may answer a request (RFC 9111 §4, §5.2.1, RFC 5861), and what of it does (RFC 9110 §13, §14).
import { type Arrived, beforeStart, bodyOf, wholeSeconds } from './arrived.ts'
import type { DirectiveChoice, RequestChoice, TagChoice } from './choices.ts'
import { type Freshness, said } from './rules.ts'

export interface Held {
  readonly key: string
  readonly uri: string
  readonly path: string
  readonly tags: ReadonlySet<string>
  readonly vary: ReadonlyMap<string, string | null>
  /** With what its 304s updated; `secret` only where it could be stored. */
  readonly answer: Arrived
  /** The answer that the content came with. */
  readonly content: Arrived
  readonly etag: TagChoice | null
  /** weir made the tag up. */
  readonly derived: boolean
  readonly initialAgeMs: number
  readonly freshness: Freshness
}

export interface Asked {
  readonly noCache: boolean
  readonly noStore: boolean
  readonly onlyIfCached: boolean
  readonly maxAge: number | null
  readonly minFresh: number | null
  readonly maxStale: number | null
  readonly staleIfError: number | null
}

export function askedBy({ directives, pragma }: RequestChoice): Asked {
  const rules = said(directives, false)
  const stale = directives
    .filter(({ name }) => name === 'max-stale')
    .map(({ value }) => (typeof value === 'number' ? value : Infinity))
  const freshest = directives.filter(({ name }) => name === 'min-fresh').map(({ value }) => Number(value))
  return {
    noCache: rules.has('no-cache') || (directives.length === 0 && pragma),
    noStore: rules.has('no-store'),
    onlyIfCached: rules.has('only-if-cached'),
    maxAge: rules.seconds('max-age'),
    minFresh: freshest.length === 0 ? null : Math.max(...freshest),
    maxStale: stale.length === 0 ? null : Math.min(...stale),
    staleIfError: rules.seconds('stale-if-error'),
  }
}

/** Cache-Control as the request spells it. */
export function directivesText(directives: readonly DirectiveChoice[]): string {
  return directives
    .map(({ name, value, spelling }) => {
      const spelt = spelling === 'upper' ? name.toUpperCase() : name
      if (value === null) return spelt
      const text = Array.isArray(value) ? value.join(', ') : value === 'invalid' ? 'abc' : String(value)
      return spelling === 'quoted' ? `${spelt}="${text}"` : `${spelt}=${text}`
    })
    .join(', ')
}

export function ageOf({ initialAgeMs, answer }: Held, now: number): number {
  return initialAgeMs + (now - answer.responseAt)
}

export interface Reuse {
  readonly kind: 'hit' | 'stale' | 'validate'
  readonly reason: string
}

export function reuseOf(held: Held, asked: Asked, now: number): Reuse {
  const { lifetimeMs, source, whileRevalidateMs, mayBeStale, validateAlways } = held.freshness
  const ageMs = ageOf(held, now)
  const left = lifetimeMs - ageMs
  if (validateAlways) return { kind: 'validate', reason: source === 'purged' ? 'soft-purged' : 'no-cache' }
  if (asked.noCache) return { kind: 'validate', reason: 'request-no-cache' }
  if (asked.maxAge !== null && ageMs > asked.maxAge * 1000)
    return { kind: 'validate', reason: 'request-max-age' }
  if (asked.minFresh !== null && left < asked.minFresh * 1000)
    return { kind: 'validate', reason: 'request-min-fresh' }
  if (left > 0) return { kind: 'hit', reason: 'fresh' }
  const wantsFresh = asked.maxAge !== null || asked.minFresh !== null
  if (left + whileRevalidateMs > 0 && (asked.maxStale !== null || !wantsFresh))
    return { kind: 'stale', reason: 'stale-while-revalidate' }
  if (mayBeStale && asked.maxStale !== null && -left <= asked.maxStale * 1000)
    return { kind: 'stale', reason: 'max-stale' }
  return { kind: 'validate', reason: 'stale' }
}

/** RFC 5861 §4. */
export function mayStandIn(held: Held, asked: Asked, now: number): boolean {
  if (asked.noCache) return false
  const { lifetimeMs, ifErrorMs, mayBeStale, validateAlways } = held.freshness
  const staleMs = ageOf(held, now) - lifetimeMs
  if (staleMs < 0 && !validateAlways) return true
  const wishMs = mayBeStale ? (asked.staleIfError ?? 0) * 1000 : 0
  const windowMs = Math.max(ifErrorMs, wishMs)
  return windowMs > 0 && staleMs < windowMs
}

/** What a client gets of a response: the status, and the bytes of the content that it is sent. */
export interface View {
  readonly status: number
  /** Null: no content. */
  readonly content: string | null
}

/** What identifies a representation when it is compared. */
export interface Current {
  readonly etag: TagChoice | null
  readonly modifiedAt: number | null
  /** Its Date. */
  readonly dateAt: number
}

export function currentOf(answer: Arrived, etag: TagChoice | null): Current {
  const { dateAt, modifiedAt, responseAt } = answer
  const date = dateAt === 'invalid' ? responseAt : (dateAt ?? wholeSeconds(responseAt))
  return { etag, modifiedAt: typeof modifiedAt === 'number' ? modifiedAt : null, dateAt: date }
}

/** RFC 9110 §13.2.2. @param seen the tag that 'seen' stands for */
export function isNotModified(request: RequestChoice, current: Current, seen: TagChoice | null): boolean {
  const { noneMatch, modifiedSince } = request
  if (noneMatch === '*') return true
  if (noneMatch !== null) {
    const tags = noneMatch.map((tag) => (tag === 'seen' ? seen : tag)).filter((tag) => tag !== null)
    if (tags.length > 0) return tags.some(({ opaque }) => opaque === current.etag?.opaque)
  }
  if (modifiedSince === null) return false
  return (current.modifiedAt ?? current.dateAt) <= beforeStart(modifiedSince)
}

/** A stored response as this request gets it. */
export function viewOf(held: Held, request: RequestChoice, seen: TagChoice | null): View {
  const { status } = held.content
  const content = bodyOf(held.content)
  const whole: View = { status, content: request.method === 'HEAD' ? null : content }
  if (status !== 200) return whole
  const current = currentOf(held.answer, held.etag)
  if (isNotModified(request, current, seen)) return { status: 304, content: null }
  const { ranges } = request
  if (ranges === null || ranges === 'malformed' || request.method === 'HEAD') return whole
  if (!isSameRepresentation(request, current)) return whole
  const bytes = content.length
  const absolute: { first: number; last: number }[] = []
  for (const { first, last } of ranges) {
    if (first !== null && last !== null && last < first) return whole
    const start = first ?? bytes - Math.min(bytes, last ?? 0)
    const end = first === null ? bytes - 1 : Math.min(bytes - 1, last ?? bytes - 1)
    if (start <= end && start < bytes) absolute.push({ first: start, last: end })
  }
  if (absolute.length === 0) return { status: 416, content: null }
  if (absolute.some((a, i) => absolute.some((b, j) => i < j && a.first <= b.last && b.first <= a.last)))
    return whole
  return { status: 206, content: absolute.map(({ first, last }) => content.slice(first, last + 1)).join('|') }
}

/** RFC 9110 §13.1.5: strong comparison of tags; a date must be exact, and a second older than the response. */
function isSameRepresentation({ ifRange }: RequestChoice, { etag, modifiedAt, dateAt }: Current): boolean {
  if (ifRange === null) return true
  if (typeof ifRange === 'number') return modifiedAt === beforeStart(ifRange) && dateAt - modifiedAt >= 1000
  return !ifRange.weak && etag !== null && !etag.weak && etag.opaque === ifRange.opaque
}
