// Requests that change nothing and are not answered from the store: forwarded, and the answer passed on.
import { forwardedOutcome, type Outcome } from '../policy/outcome.ts'
import type { Reason } from '../policy/reasons.ts'
import type { Call } from './call.ts'
import { pass } from './pass.ts'
import { readContent } from './request-content.ts'

const nothing = (): void => undefined

/** Passes a safe request on. `reason` says why nothing stored answers it; MISS means that something might have. */
export function passOn(call: Call, reason: Reason, cache: 'BYPASS' | 'MISS'): void {
  const outcome = (forwardStatus: number | null): Outcome => passedOutcome(cache, reason, forwardStatus)
  readContent(call, (content) =>
    pass(call, { content, outcome, beforeHead: nothing, onLost: nothing, outlivesClient: false }),
  )
}

/** What is said of an answer that is neither stored nor shared. */
export function passedOutcome(
  cache: 'BYPASS' | 'MISS',
  reason: Reason,
  forwardStatus: number | null,
): Outcome {
  return forwardedOutcome({
    cache,
    reason,
    forwardedFor: reason,
    forwardStatus,
    stored: false,
    collapsed: false,
  })
}
