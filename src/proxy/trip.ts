// What the origin did for a call.
import type { FailureKind } from '../policy/failure.ts'

export interface Trip {
  /** From asking to the head; null where the origin was not asked for this call. */
  readonly originMs: number | null
  readonly attempts: number
  readonly failure: FailureKind | null
}

export const noTrip: Trip = { originMs: null, attempts: 0, failure: null }
