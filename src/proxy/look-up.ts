// A request that may be answered from the store: hit, stale, validate or miss.
import { unreachable } from '../base/assert.ts'
import type { StoredResponse } from '../policy/entry.ts'
import type { LookupVerdict } from '../policy/judge-request.ts'
import { type CacheKey, cacheKey } from '../policy/key.ts'
import type { RequestHead } from '../http/message.ts'
import { hitOutcome, staleOutcome } from '../policy/outcome.ts'
import type { Reason } from '../policy/reasons.ts'
import { decideReuse, type Reuse } from '../policy/reuse.ts'
import { selectVariant, variantKey } from '../policy/vary.ts'
import type { Variants } from '../store/port.ts'
import type { Call, Room } from './call.ts'
import { deliverRefusal, deliverStored, type Refusal } from './deliver.ts'
import { fill } from './fill.ts'
import { passOn } from './pass-on.ts'
import { type Forwarding, Passage } from './passage.ts'

// A call that was turned away from this many flights goes on one of its own.
const REFUSALS = 2

/** What is stored for a request, and what it allows. */
export interface Consultation {
  readonly key: CacheKey
  readonly variants: Variants
  readonly selected: StoredResponse | undefined
  readonly reuse: Reuse
}

/** Decides at `now` what may answer a request, without acting on it: `explain` asks this as well. */
export function consult(
  { store, digest }: Pick<Room, 'store' | 'digest'>,
  head: RequestHead,
  { cache, directives, refresh }: LookupVerdict,
  now: number,
): Consultation {
  const key = cacheKey(head, cache, digest)
  const variants = store.peek(key.key)
  const selected = selectVariant(variants, head.fields)
  return { key, variants, selected, reuse: decideReuse({ variants, selected, directives, refresh }, now) }
}

/** Steps 5 to 8 of a request's journey. `refusals`: flights that turned this call away already. */
export function lookUp(call: Call, verdict: LookupVerdict, refusals = 0): void {
  const { room, head } = call
  const now = room.clock.now()
  const { key, selected, reuse } = consult(room, head, verdict, now)
  switch (reuse.kind) {
    case 'hit':
      return deliverStored(call, reuse.entry, hitOutcome(reuse.entry, reuse.reason, now))
    case 'stale':
      if (reuse.refresh) refreshInBackground(call, verdict, key, reuse.entry)
      return deliverStored(call, reuse.entry, staleOutcome(reuse.entry, reuse.reason, now))
    case 'validate':
    case 'miss':
      return forward(call, { key, verdict, reuse, stored: selected }, refusals)
    default:
      return unreachable(reuse)
  }
}

function forward(call: Call, forwarding: Forwarding, refusals: number): void {
  const { room, head } = call
  const { verdict, key, stored, reuse } = forwarding
  const way = wayOf(head, verdict, reuse)
  if (way.kind === 'refuse') return deliverRefusal(call, onlyIfCached)
  if (way.kind === 'pass') return passOn(call, way.reason, 'MISS')
  const order = { call, cache: verdict.cache, key, directives: verdict.directives, stored, background: false }
  const alone = refusals >= REFUSALS || room.hitForMiss.has(key.key)
  new Passage(call, forwarding, () => lookUp(call, verdict, refusals + 1)).board((passage) =>
    alone
      ? room.flights.solo(passage, (flight) => fill(flight, order))
      : room.flights.join(flightKey(call, key, verdict.refresh), passage, (flight) => fill(flight, order)),
  )
}

/** How a request goes to the origin that nothing stored may answer. */
export type Way =
  | { readonly kind: 'refuse'; readonly reason: Reason }
  /** For itself, without being stored. */
  | { readonly kind: 'pass'; readonly reason: Reason }
  /** On a flight that others may share. */
  | { readonly kind: 'fly'; readonly reason: Reason }

/** Decides how a request that has to be forwarded goes. */
export function wayOf(
  head: RequestHead,
  { directives }: LookupVerdict,
  reuse: { readonly reason: Reason },
): Way {
  if (directives.onlyIfCached) return { kind: 'refuse', reason: 'only-if-cached' }
  if (head.method === 'HEAD') return { kind: 'pass', reason: reuse.reason }
  if (head.fields.has('range')) return { kind: 'pass', reason: 'range-request' }
  return { kind: 'fly', reason: reuse.reason }
}

function refreshInBackground(
  call: Call,
  verdict: LookupVerdict,
  key: CacheKey,
  stored: StoredResponse,
): void {
  const { cache, directives } = verdict
  const order = { call, cache, key, directives, stored, background: true }
  call.room.flights.launch(flightKey(call, key, false), (flight) => fill(flight, order))
}

/**
 * Who shares this shares a flight: the key, with what the Vary of earlier answers made of it. Who asks for
 * something newer than what is stored does not board a flight that set off before.
 */
function flightKey({ room, head }: Call, { key }: CacheKey, refresh: boolean): string {
  return `${refresh ? 'refresh' : ''} ${key} ${variantKey(room.store.peek(key), head.fields)}`
}

const onlyIfCached: Refusal = {
  status: 504,
  reason: 'only-if-cached',
  detail: 'Nothing stored may answer this request, and it asks not to be forwarded (only-if-cached).',
}
