// What a fill can come to, as its passengers are told.
import type { Fields } from '../http/fields.ts'
import type { ResponseHead } from '../http/message.ts'
import type { StoredResponse, VaryValue } from '../policy/entry.ts'
import type { Failure } from '../policy/failure.ts'
import type { Reason } from '../policy/reasons.ts'
import type { Trip } from './trip.ts'
import type { SharedBody } from './shared-body.ts'

export type Landing =
  /** A whole stored response that a 304 freshened. */
  | { readonly kind: 'entry'; readonly entry: StoredResponse; readonly report: FillReport }
  /** A whole stored response of the second tier, fit for who led the flight; it is in the nearest tier by now. */
  | { readonly kind: 'found'; readonly entry: StoredResponse }
  /** A new answer, whose content is still coming in. */
  | {
      readonly kind: 'stream'
      readonly head: ResponseHead
      readonly vary: readonly VaryValue[]
      /** Fields (by lower-case name) that are for the leader alone (RFC 9111 §5.2.2.4, §5.2.2.7). */
      readonly withoutFields: readonly string[]
      readonly body: SharedBody
      readonly report: FillReport
    }
  /** Not for this passenger: decide again. */
  | { readonly kind: 'refused'; readonly reason: Reason }
  /** No answer from the origin; what is stored may stand in where this passenger accepts that. */
  | {
      readonly kind: 'failed'
      readonly failure: Failure
      readonly stale: StoredResponse | null
      readonly report: FillReport
    }

/** How the fill went, for those who report on it. */
export interface FillReport {
  readonly trip: Trip
  readonly forwardStatus: number | null
  readonly stored: boolean
  /** Why it was stored or not. */
  readonly reason: Reason
  /** Set when an invalidation overtook the fill: who came after it must not be given this. */
  readonly overtakenAt: number | null
}

/** An interim answer on the way (RFC 9110 §15.2). */
export interface LandingNews {
  readonly status: number
  readonly fields: Fields
}
