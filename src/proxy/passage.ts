// One call's passage on a flight: it waits, and makes its own answer of what the flight lands with.
import { unreachable } from '../base/assert.ts'
import type { ResponseHead } from '../http/message.ts'
import type { StoredResponse, VaryValue } from '../policy/entry.ts'
import type { LookupVerdict } from '../policy/judge-request.ts'
import type { CacheKey } from '../policy/key.ts'
import { forwardedOutcome, hitOutcome, type Outcome } from '../policy/outcome.ts'
import type { Reason } from '../policy/reasons.ts'
import { decideReuse, mayServeOnError, type Reuse } from '../policy/reuse.ts'
import { matchesVary } from '../policy/vary.ts'
import { type Call, finish } from './call.ts'
import { noTrip } from './trip.ts'
import { deliverFailure, deliverStored, deliverStream } from './deliver.ts'
import type { Flight, Passenger } from './flights.ts'
import type { FillReport, Landing, LandingNews } from './landing.ts'

/** A request that the store could not answer by itself, on its way to the origin. */
export interface Forwarding {
  readonly key: CacheKey
  readonly verdict: LookupVerdict
  readonly reuse: Extract<Reuse, { kind: 'validate' | 'miss' }>
  /** Stored for such requests; perhaps a part that does not hold the answer. */
  readonly matching: StoredResponse | undefined
  /** Stored and holding the answer, and not fit to be served as it is. */
  readonly stored: StoredResponse | undefined
}

export class Passage implements Passenger<Landing, LandingNews> {
  readonly #call: Call
  readonly #forwarding: Forwarding
  readonly #again: () => void
  readonly #boardedAt: number
  #leads = false
  #waiting = true

  /** `again` decides anew, for when the flight's landing is not for this call. */
  constructor(call: Call, forwarding: Forwarding, again: () => void) {
    this.#call = call
    this.#forwarding = forwarding
    this.#again = again
    this.#boardedAt = call.room.fences.count
  }

  /** Boards what `take` gives; leaves it when the client leaves. */
  board(take: (passenger: this) => Flight<Landing, LandingNews>): void {
    const flight = take(this)
    this.#leads = flight.isLedBy(this)
    this.#call.reply.onGone(() => {
      if (!this.#waiting) return
      this.#waiting = false
      flight.leave(this)
      finish(this.#call, { status: 0, outcome: this.#outcome(null), bytes: 0, end: 'gone' }, noTrip)
    })
  }

  heard({ status, fields }: LandingNews): void {
    this.#call.reply.inform(status, fields)
  }

  landed(landing: Landing): void {
    this.#waiting = false
    switch (landing.kind) {
      case 'found':
        return this.#found(landing.entry)
      case 'entry': {
        const { entry, report } = landing
        if (!this.#mayTake(entry.vary, report)) return this.#again()
        return deliverStored(this.#call, entry, this.#outcome(report, 'REVALIDATED'), this.#tripOf(report))
      }
      case 'stream': {
        const { vary, body, report } = landing
        if (!this.#mayTake(vary, report)) return this.#again()
        const head = this.#leads ? landing.head : shared(landing.head, landing.withoutFields)
        return deliverStream(this.#call, head, body, this.#outcome(report), this.#tripOf(report))
      }
      case 'refused':
        return this.#again()
      case 'failed': {
        const { failure, report } = landing
        const stale = this.#standIn(landing.stale)
        if (stale === null) return deliverFailure(this.#call, failure, this.#outcome(report), report.trip)
        const outcome = this.#outcome({ ...report, reason: 'stale-if-error' }, 'STALE')
        return deliverStored(this.#call, stale, outcome, report.trip)
      }
      default:
        return unreachable(landing)
    }
  }

  /** Served if it is fresh enough for this call too; else what is stored by now is looked at again. */
  #found(entry: StoredResponse): void {
    const { head, room } = this.#call
    const { directives, refresh } = this.#forwarding.verdict
    const now = room.clock.now()
    const selected = matchesVary(entry.vary, head.fields) ? entry : undefined
    const reuse = decideReuse({ variants: [entry], selected, directives, refresh }, now)
    if (reuse.kind !== 'hit') return this.#again()
    deliverStored(this.#call, entry, hitOutcome(entry, reuse.reason, now))
  }

  /** What is stored, where this call accepts it in place of an error (RFC 5861 §4). */
  #standIn(stored: StoredResponse | null): StoredResponse | null {
    const { verdict } = this.#forwarding
    if (stored === null) return null
    return mayServeOnError(stored, verdict.directives, this.#call.room.clock.now()) ? stored : null
  }

  /** Not what Vary keeps apart, and not what a write overtook before this call came. */
  #mayTake(vary: readonly VaryValue[], { overtakenAt }: FillReport): boolean {
    if (overtakenAt !== null && overtakenAt <= this.#boardedAt) return false
    return this.#leads || matchesVary(vary, this.#call.head.fields)
  }

  /** How this call was answered; null: not at all. */
  #outcome(report: FillReport | null, cache: Outcome['cache'] = 'MISS'): Outcome {
    const reason: Reason = report?.reason ?? this.#forwarding.reuse.reason
    return forwardedOutcome({
      cache: this.#leads || cache === 'STALE' ? cache : 'COLLAPSED',
      reason,
      forwardedFor: this.#forwarding.reuse.reason,
      forwardStatus: report?.forwardStatus ?? null,
      stored: report?.stored ?? false,
      collapsed: !this.#leads,
    })
  }

  #tripOf(report: FillReport): FillReport['trip'] {
    return this.#leads ? report.trip : noTrip
  }
}

/** The head as others than the one who asked may have it. */
function shared(head: ResponseHead, withoutFields: readonly string[]): ResponseHead {
  if (withoutFields.length === 0) return head
  return { ...head, fields: head.fields.filter((name) => !withoutFields.includes(name)) }
}
