// Turns a call into the request that the origin receives.
import type { OriginFetch, OriginSink, RequestContent } from '../origin/port.ts'
import { originFields } from '../policy/origin-fields.ts'
import type { CachePolicy } from '../policy/route-policy.ts'
import { isIdempotent } from '../http/methods.ts'
import type { Call } from './call.ts'
import { taggingOrigin } from './writes/tagging-origin.ts'

export interface Question {
  /** Null: everything end-to-end goes through; else only what the key holds (spec: keyed is what is forwarded). */
  readonly cache: CachePolicy | null
  readonly target: string
  /** Conditional fields to add, as name, value, name, value … */
  readonly conditional: readonly string[]
  readonly content: RequestContent | null
  /** It may be sent again although its method is not idempotent. */
  readonly mayRepeat?: boolean
}

/** Asks the origin, once the route has a place, within what is left of the call's own time. */
export function askOrigin(
  call: Call,
  { cache, target, conditional, content, mayRepeat = false }: Question,
  sink: OriginSink,
): OriginFetch {
  const { room, head, policy, startedAt, trace } = call
  const { timeouts, retry } = policy
  const { method } = head
  const totalAt = timeouts.totalMs === null ? Infinity : startedAt + timeouts.totalMs
  const host = room.originHost ?? head.authority
  const fields = originFields({ head, cache, conditional, host, own: trace.ownFields })
  const idempotent = isIdempotent(method) || mayRepeat
  const question = { method, target, fields, body: content, retry, idempotent }
  const tagged = method === 'GET' && room.writes.covers(head.path)
  const origin = tagged ? taggingOrigin(room.origin, room.maxEntryBytes) : room.origin
  const askedAt = room.clock.now()
  const waitUntil = Math.min(totalAt, askedAt + timeouts.firstByteMs)
  return room.admission.admit(policy, waitUntil, sink, (admitted) => {
    call.waits.queuedMs = room.clock.now() - askedAt
    const totalMs = totalAt === Infinity ? null : Math.max(1, totalAt - room.clock.now())
    return origin.fetch({ ...question, timeouts: { ...timeouts, totalMs } }, admitted)
  })
}
