// A request that may be answered from the store: hit, stale, validate or miss.
import { unreachable } from '../base/assert.ts'
import type { StoredResponse } from '../policy/entry.ts'
import type { LookupVerdict } from '../policy/judge-request.ts'
import { type CacheKey, joinParts } from '../policy/key.ts'
import { hitOutcome, staleOutcome } from '../policy/outcome.ts'
import { variantKey } from '../policy/vary.ts'
import type { Call } from './call.ts'
import { consult, wayOf } from './consult.ts'
import { deliverRefusal, deliverStored, type Refusal } from './deliver.ts'
import { fill } from './fill.ts'
import { fillFromTiers } from './fill-from-tiers.ts'
import type { Ask } from './fill-order.ts'
import { type Forwarding, Passage } from './passage.ts'

const whole: Ask = { kind: 'whole' }

// A call that was turned away from this many flights goes on one of its own.
const REFUSALS = 2

/** Steps 5 to 8 of a request's journey. `refusals`: flights that turned this call away already. */
export function lookUp(call: Call, verdict: LookupVerdict, refusals = 0): void {
  const { room, head } = call
  const now = room.clock.now()
  const { key, matching, selected, reuse } = consult(room, head, verdict, now, call.keyed)
  switch (reuse.kind) {
    case 'hit':
      return deliverStored(call, reuse.entry, hitOutcome(reuse.entry, reuse.reason, now))
    case 'stale':
      if (reuse.refresh) refreshInBackground(call, verdict, key, reuse.entry)
      return deliverStored(call, reuse.entry, staleOutcome(reuse.entry, reuse.reason, now))
    case 'validate':
    case 'miss':
      return forward(call, { key, verdict, reuse, matching, stored: selected }, refusals)
    default:
      return unreachable(reuse)
  }
}

function forward(call: Call, forwarding: Forwarding, refusals: number): void {
  const { room, head } = call
  const { verdict, key, stored } = forwarding
  const way = wayOf(head, forwarding)
  if (way.kind === 'refuse') return deliverRefusal(call, onlyIfCached)
  // A rest that did not fit what is stored is not asked for again.
  const ask: Ask = refusals > 0 && way.ask.kind === 'rest' ? whole : way.ask
  const { cache, directives } = verdict
  const order = { call, cache, key, directives, ask, stored, background: false }
  const alone = refusals >= REFUSALS || ask.kind === 'head' || room.hitForMiss.has(key.key)
  new Passage(call, forwarding, () => lookUp(call, verdict, refusals + 1)).board((passage) =>
    alone
      ? room.flights.solo(passage, (flight) => fill(flight, order))
      : room.flights.join(flightKey(call, key, verdict.refresh, ask), passage, (flight) =>
          verdict.refresh ? fill(flight, order) : fillFromTiers(flight, order),
        ),
  )
}

function refreshInBackground(
  call: Call,
  verdict: LookupVerdict,
  key: CacheKey,
  stored: StoredResponse,
): void {
  const { cache, directives } = verdict
  // Whatever the client wanted of it, it is the whole response that is refreshed.
  const method = call.head.method === 'HEAD' ? 'GET' : call.head.method
  const order = {
    call: { ...call, head: { ...call.head, method } },
    cache,
    key,
    directives,
    ask: whole,
    stored,
    background: true,
  }
  call.room.flights.launch(flightKey(call, key, false, whole), (flight) => fillFromTiers(flight, order))
}

/**
 * Who shares this shares a flight: the key, with what the Vary of earlier answers made of it. Who asks for
 * something newer than what is stored does not board a flight that set off before.
 */
function flightKey({ room, head }: Call, { key }: CacheKey, refresh: boolean, ask: Ask): string {
  const part = ask.kind === 'part' ? joinParts(ask.fields) : ''
  return `${refresh ? 'refresh' : ''} ${part} ${key} ${variantKey(room.store.peek(key), head.fields)}`
}

const onlyIfCached: Refusal = {
  status: 504,
  reason: 'only-if-cached',
  detail: 'Nothing stored may answer this request, and it asks not to be forwarded (only-if-cached).',
}
