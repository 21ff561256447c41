// One client that waits for the answer of a run, its own or one that it joined.
import type { LandingNews } from '../landing.ts'
import type { Outcome } from '../../policy/outcome.ts'
import { responseFields } from '../../policy/response-fields.ts'
import { type Call, finish } from '../call.ts'
import { deliverFailure, marked } from '../deliver.ts'
import { pump } from '../pump.ts'
import { noTrip } from '../trip.ts'
import type { Presence } from './presence.ts'
import type { Attendable, RunLanding, RunPassenger } from './run-landing.ts'

export interface AttendanceView {
  readonly outcome: (forwardStatus: number | null) => Outcome
  /** Fields for the client besides the origin's, as name, value, name, value … */
  readonly extraFields: readonly string[]
}

/** Attends the run on behalf of a call; false: it is too late for that. */
export function attend(run: Attendable, call: Call, presence: Presence, view: AttendanceView): boolean {
  return new Attendance(run, call, presence, view).begin()
}

class Attendance implements RunPassenger {
  readonly #run: Attendable
  readonly #call: Call
  readonly #presence: Presence
  readonly #view: AttendanceView
  #waiting = true

  constructor(run: Attendable, call: Call, presence: Presence, view: AttendanceView) {
    this.#run = run
    this.#call = call
    this.#presence = presence
    this.#view = view
  }

  begin(): boolean {
    if (!this.#run.attend(this)) return false
    this.#presence.onGone(() => {
      if (!this.#waiting) return
      this.#waiting = false
      this.#run.leave(this)
      finish(this.#call, { status: 0, outcome: this.#view.outcome(null), bytes: 0, end: 'gone' }, noTrip)
    })
    return true
  }

  heard({ status, fields }: LandingNews): void {
    this.#call.reply.inform(status, fields)
  }

  landed(landing: RunLanding): void {
    if (!this.#waiting) return
    this.#waiting = false
    const { outcome, extraFields } = this.#view
    if (landing.kind === 'failed')
      return deliverFailure(this.#call, landing.failure, outcome(null), landing.trip)
    const { head, body, trip } = landing
    const { reply, room } = this.#call
    const fields = [...responseFields(head, room.clock.now()).raw, ...extraFields]
    reply.start(marked({ status: head.status, statusText: head.statusText, fields }, outcome(head.status)))
    pump(body, reply, (end, bytes) => {
      if (end === 'gone') this.#run.leave(this)
      finish(this.#call, { status: head.status, outcome: outcome(head.status), bytes, end }, trip)
    })
  }
}
