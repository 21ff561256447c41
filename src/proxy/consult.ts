// What the store holds for a request and how the request goes on from there: decided here, acted on elsewhere.
import { Fields } from '../http/fields.ts'
import type { RequestHead } from '../http/message.ts'
import type { StoredResponse } from '../policy/entry.ts'
import type { LookupVerdict } from '../policy/judge-request.ts'
import { type CacheKey, cacheKey } from '../policy/key.ts'
import { holdsAnswer, restOf } from '../policy/partial.ts'
import type { Reason } from '../policy/reasons.ts'
import type { CachePolicy } from '../policy/route-policy.ts'
import { decideReuse, type Reuse } from '../policy/reuse.ts'
import { selectVariant } from '../policy/vary.ts'
import type { Variants } from '../store/port.ts'
import type { KeyedContent, Room } from './call.ts'
import type { Ask } from './fill-order.ts'
import { answersQuery } from './searches.ts'
import type { Forwarding } from './passage.ts'

/** What is stored for a request, and what it allows. */
export interface Consultation {
  readonly key: CacheKey
  readonly variants: Variants
  /** Stored for such requests; perhaps a part that does not hold the answer. */
  readonly matching: StoredResponse | undefined
  /** The same, if it holds the answer. */
  readonly selected: StoredResponse | undefined
  readonly reuse: Reuse
}

const partialMiss: Reuse = { kind: 'miss', reason: 'partial-miss' }

/** Decides at `now` what may answer a request, without acting on it: `explain` asks this as well. */
export function consult(
  room: Pick<Room, 'store' | 'digest' | 'searches'>,
  head: RequestHead,
  verdict: LookupVerdict,
  now: number,
  keyed: KeyedContent | null = null,
): Consultation {
  const { cache, directives, refresh } = verdict
  const key = cacheKey(head, cache, room.digest, keyed?.digest)
  const exact = room.store.peek(key.key)
  const variants = exact.length > 0 || room.searches.isEmpty ? exact : equivalent(room, head, cache, keyed)
  const matching = selectVariant(variants, head.fields)
  const selected = matching !== undefined && holdsAnswer(matching, head) ? matching : undefined
  const reuse =
    matching === selected ? decideReuse({ variants, selected, directives, refresh }, now) : partialMiss
  return { key, variants, matching, selected, reuse }
}

/** The key of the same request without a query: what is known of the queries of a path is remembered by it. */
export function pathKey(
  { digest }: Pick<Room, 'digest'>,
  head: RequestHead,
  cache: CachePolicy,
  keyed: KeyedContent | null,
): string {
  return cacheKey({ ...head, query: '' }, cache, digest, keyed?.digest).key
}

/** What is stored for a query that means the same, by the word of the response itself (No-Vary-Search). */
function equivalent(
  room: Pick<Room, 'store' | 'digest' | 'searches'>,
  head: RequestHead,
  cache: CachePolicy,
  keyed: KeyedContent | null,
): Variants {
  for (const key of room.searches.equivalents(pathKey(room, head, cache, keyed), head.query)) {
    const variants = room.store.peek(key).filter((entry) => answersQuery(entry, head.query))
    if (variants.length > 0) return variants
  }
  return []
}

/** How a request goes on that nothing stored may answer. */
export type Way =
  | { readonly kind: 'refuse'; readonly reason: Reason }
  /** On a flight that others may share. */
  | { readonly kind: 'fly'; readonly reason: Reason; readonly ask: Ask }

/** Decides how a request that has to be forwarded goes, and what the origin is asked for. */
export function wayOf(
  head: RequestHead,
  forwarding: Pick<Forwarding, 'verdict' | 'matching' | 'stored' | 'reuse'>,
): Way {
  if (forwarding.verdict.directives.onlyIfCached) return { kind: 'refuse', reason: 'only-if-cached' }
  return { kind: 'fly', reason: forwarding.reuse.reason, ask: askFor(head, forwarding) }
}

/** No more than what lacks, where that is known to fit what is stored. */
function askFor(
  { method, fields }: RequestHead,
  { stored, matching }: Pick<Forwarding, 'matching' | 'stored'>,
): Ask {
  if (method === 'HEAD') return { kind: 'head' }
  if (stored !== undefined) return { kind: 'whole' }
  const asked =
    method !== 'GET' ? Fields.empty : fields.filter((name) => name === 'range' || name === 'if-range')
  if (asked.has('range')) return { kind: 'part', fields: asked.raw }
  const rest = matching === undefined ? null : restOf(matching)
  return rest === null ? { kind: 'whole' } : { kind: 'rest', fields: rest }
}
