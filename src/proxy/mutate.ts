// Requests that may change something: forwarded, and what they made invalid is dropped before anybody hears of the answer.
import type { Reason } from '../policy/reasons.ts'
import type { Call } from './call.ts'
import { invalidateAfter, invalidatePresuming } from './invalidate.ts'
import { pass } from './pass.ts'
import { passedOutcome } from './pass-on.ts'
import { readContent } from './request-content.ts'

/** Passes an unsafe request on. It outlives its client, so that what it changed is known. */
export function mutate(call: Call, reason: Reason): void {
  readContent(call, (content) =>
    pass(call, {
      content,
      outcome: (forwardStatus) => passedOutcome('BYPASS', reason, forwardStatus),
      beforeHead: (head) => invalidateAfter(call, head),
      onLost: (sent) => {
        if (sent) invalidatePresuming(call)
      },
      outlivesClient: true,
    }),
  )
}
