// The story of a request that may change something: the guards that its route asks for, then the origin.
import { unreachable } from '../../base/assert.ts'
import type { RequestContent } from '../../origin/port.ts'
import { forwardedOutcome } from '../../policy/outcome.ts'
import type { Reason } from '../../policy/reasons.ts'
import type { JobPolicy, SerializePolicy } from '../../policy/route-policy.ts'
import { type Call, finish } from '../call.ts'
import { deliverOwn, ownOutcome } from '../deliver.ts'
import { mutate } from '../mutate.ts'
import { passedOutcome } from '../pass-on.ts'
import { noTrip } from '../trip.ts'
import { attend, type AttendanceView } from './attendance.ts'
import { readContents } from './content.ts'
import { checkCurrent, hasPrecondition, preconditionRequired } from './current.ts'
import { Guards } from './guards.ts'
import { enterJob } from './job.ts'
import { claimKey } from './key-claim.ts'
import { type OwnAnswer, unavailable } from './own-answer.ts'
import { Presence } from './presence.ts'
import { Run } from './run.ts'
import type { Attendable } from './run-landing.ts'

/** Answers an unsafe request. `reason`: why it is not answered from the store. */
export function write(call: Call, reason: Reason): void {
  const { idempotency, job, serialize } = call.policy
  if (idempotency === null && job === null && serialize === null) mutate(call, reason)
  else void new GuardedWrite(call, reason).begin()
}

/** What comes next for a write that has been through its guards. */
type Step =
  | {
      readonly kind: 'send'
      readonly call: Call
      /** For the origin, and for the client, as name, value, name, value … */
      readonly ownFields: readonly string[]
      readonly answerFields: readonly string[]
      readonly began?: (run: Run) => void
    }
  | { readonly kind: 'join'; readonly run: Attendable; readonly runId: string }
  | { readonly kind: 'answer'; readonly answer: OwnAnswer }
  /** The client left before its turn. */
  | { readonly kind: 'gone' }
  /** The client did not send what it announced. */
  | { readonly kind: 'broken' }

class GuardedWrite {
  readonly #call: Call
  readonly #reason: Reason
  readonly #presence: Presence
  readonly #guards: Guards
  #content: RequestContent | null = null
  /** It has an accepted Idempotency-Key: it may be sent again, and its answer is kept. */
  #hasKey = false

  constructor(call: Call, reason: Reason) {
    this.#call = call
    this.#reason = reason
    this.#presence = new Presence(call.reply)
    this.#guards = new Guards(call.room.writes.underway)
  }

  async begin(): Promise<void> {
    this.#act(await this.#pass())
  }

  /** The content comes first, so that nothing is taken for a client that sends it slowly. */
  async #pass(): Promise<Step> {
    const { idempotency, job, serialize } = this.#call.policy
    if (serialize?.lostUpdates === 'require' && !hasPrecondition(this.#call))
      return { kind: 'answer', answer: preconditionRequired }
    const contents = await readContents(this.#call, idempotency !== null)
    if (contents.kind === 'answer' || contents.kind === 'broken') return contents
    if (contents.kind === 'held') this.#guards.add(contents.guard)
    this.#content = contents.content
    if (idempotency !== null) {
      const claim = await claimKey(this.#call, idempotency, heldBytes(contents.content))
      if (claim.kind === 'answer') return claim
      this.#hasKey = claim.kind === 'claimed'
      if (claim.kind === 'claimed') this.#guards.add(claim.guard)
    }
    if (job !== null) return this.#asJob(job)
    if (serialize !== null) return this.#inTurn(serialize)
    return { kind: 'send', call: this.#call, ownFields: [], answerFields: [] }
  }

  async #asJob(job: JobPolicy): Promise<Step> {
    if (job.abortWithClient && this.#presence.isGone) return { kind: 'gone' }
    const entry = await enterJob(this.#call, job)
    if (entry.kind !== 'start') return entry
    this.#guards.add(entry.guard)
    const { began, runId } = entry
    const call = job.report.length === 0 ? this.#call : withoutCoding(this.#call)
    return { kind: 'send', call, ownFields: [], answerFields: ['Weir-Run-Id', runId], began }
  }

  async #inTurn(serialize: SerializePolicy): Promise<Step> {
    const { room, head } = this.#call
    const turn = await room.writes.turns.take(head.path, serialize, this.#presence)
    if (turn.kind !== 'taken') return turn
    this.#guards.add(turn.guard)
    let call = this.#call
    if (serialize.lostUpdates !== null && hasPrecondition(call)) {
      const check = await checkCurrent(call)
      if (check.kind === 'answer') return check
      call = check.call
    }
    // What was checked is no longer certain, and another may be writing.
    if (turn.lease.isLost) return { kind: 'answer', answer: unavailable }
    const ownFields = ['Weir-Fencing-Token', String(turn.lease.token)]
    return { kind: 'send', call, ownFields, answerFields: [] }
  }

  #act(step: Step): void {
    switch (step.kind) {
      case 'send':
        return this.#send(step)
      case 'join':
        return this.#join(step.run, step.runId)
      case 'answer':
        return this.#refuse(step.answer)
      case 'broken':
        this.#call.reply.abort()
        return this.#leave(this.#reason)
      case 'gone':
        return this.#leave(this.#reason)
      default:
        return unreachable(step)
    }
  }

  #send({ call, ownFields, answerFields, began }: Extract<Step, { kind: 'send' }>): void {
    const { room, policy } = call
    const { job } = policy
    const isKept = this.#hasKey || job?.busy === 'join' || (job !== null && job.report.length > 0)
    const run = new Run({
      call,
      content: this.#content,
      ownFields,
      mayRepeat: this.#hasKey,
      keepBytes: isKept ? room.maxEntryBytes : 0,
      abortWhenDeserted: job?.abortWithClient ?? false,
      settled: (end) => this.#guards.settle(end),
    })
    began?.(run)
    const outcome: AttendanceView['outcome'] = (status) => passedOutcome('BYPASS', this.#reason, status)
    attend(run, this.#call, this.#presence, { outcome, extraFields: answerFields })
  }

  #join(run: Attendable, runId: string): void {
    if (attend(run, this.#call, this.#presence, this.#joining(runId))) return this.#guards.settle(unsent)
    // It ended in the meantime; by now there may be another, or none.
    const { job } = this.#call.policy
    if (job !== null) void this.#asJob(job).then((step) => this.#act(step))
  }

  #joining(runId: string): AttendanceView {
    const how = { cache: 'COLLAPSED', reason: 'job-joined', forwardedFor: this.#reason } as const
    return {
      outcome: (forwardStatus) => forwardedOutcome({ ...how, forwardStatus, stored: false, collapsed: true }),
      extraFields: ['Weir-Run-Id', runId],
    }
  }

  /** What was taken is given back first, so that whoever acts on the answer finds it free. */
  #refuse(answer: OwnAnswer): void {
    if (this.#presence.isGone) return this.#leave(answer.reason)
    this.#guards.settle(unsent)
    deliverOwn(this.#call, answer)
  }

  #leave(reason: Reason): void {
    this.#guards.settle(unsent)
    finish(this.#call, { status: 0, outcome: ownOutcome(reason), bytes: 0, end: 'gone' }, noTrip)
  }
}

const unsent = { kind: 'unsent' } as const

function heldBytes(content: RequestContent | null): Uint8Array {
  return content?.kind === 'held' ? content.content : new Uint8Array()
}

/** The answer is read for the run's report, and so has to come as it is. */
function withoutCoding(call: Call): Call {
  const fields = call.head.fields.filter((name) => name !== 'accept-encoding')
  return { ...call, head: { ...call.head, fields: fields.with('Accept-Encoding', 'identity') } }
}
