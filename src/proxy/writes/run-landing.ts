// What a run can come to, as those who attend it are told.
import type { ResponseHead } from '../../http/message.ts'
import type { Failure } from '../../policy/failure.ts'
import type { Passenger } from '../flights.ts'
import type { LandingNews } from '../landing.ts'
import type { SharedBody } from '../shared-body.ts'
import type { Trip } from '../trip.ts'

export type RunLanding =
  /** The origin's answer, whose content is still coming in. */
  | {
      readonly kind: 'stream'
      readonly head: ResponseHead
      readonly body: SharedBody
      readonly trip: Trip
    }
  /** No answer came. */
  | { readonly kind: 'failed'; readonly failure: Failure; readonly trip: Trip }

export type RunPassenger = Passenger<RunLanding, LandingNews>

/** Something whose answer several may wait for. */
export interface Attendable {
  /** Whether one can attend still. */
  readonly isOpen: boolean
  /** False: it is too late; nothing will be told. */
  attend(passenger: RunPassenger): boolean
  /** Once for each who attends, when it leaves before the end. */
  leave(passenger: RunPassenger): void
}

/** How a run ended. */
export type RunEnd =
  /** The whole answer came; `body` is null where it was larger than what is kept. */
  | {
      readonly kind: 'answered'
      readonly head: ResponseHead
      readonly body: Uint8Array | null
      readonly responseAt: number
    }
  /** No whole answer came; if `sent`, the origin may have acted all the same. */
  | {
      readonly kind: 'lost'
      readonly status: number | null
      readonly failure: Failure
      readonly sent: boolean
    }
  /** Everybody left, and weir gave up on it. */
  | { readonly kind: 'aborted' }
