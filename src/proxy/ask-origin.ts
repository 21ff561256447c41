// Turns a call into the request that the origin receives.
import type { OriginFetch, OriginSink, RequestContent } from '../origin/port.ts'
import { originFields } from '../policy/origin-fields.ts'
import type { CachePolicy } from '../policy/route-policy.ts'
import { isIdempotent } from '../http/methods.ts'
import type { Call } from './call.ts'

export interface Question {
  /** Null: everything end-to-end goes through; else only what the key holds (spec: keyed is what is forwarded). */
  readonly cache: CachePolicy | null
  readonly target: string
  /** Conditional fields to add, as name, value, name, value … */
  readonly conditional: readonly string[]
  readonly content: RequestContent | null
}

/** Asks the origin, within what is left of the call's own time. */
export function askOrigin(
  call: Call,
  { cache, target, conditional, content }: Question,
  sink: OriginSink,
): OriginFetch {
  const { room, head, policy, startedAt } = call
  const { totalMs } = policy.timeouts
  const spentMs = room.clock.now() - startedAt
  const timeouts =
    totalMs === null ? policy.timeouts : { ...policy.timeouts, totalMs: Math.max(1, totalMs - spentMs) }
  const fields = originFields({ head, cache, conditional, host: room.originHost ?? head.authority })
  return call.room.origin.fetch(
    {
      method: head.method,
      target,
      fields,
      body: content,
      timeouts,
      retry: policy.retry,
      idempotent: isIdempotent(head.method),
    },
    sink,
  )
}
