// Gives a call its answer, and reports how that ended.
import type { ResponseHead } from '../http/message.ts'
import { type Problem, problemAnswer } from '../http/problem.ts'
import type { StoredResponse } from '../policy/entry.ts'
import type { Failure } from '../policy/failure.ts'
import { formatCacheStatus, type Outcome } from '../policy/outcome.ts'
import type { Reason } from '../policy/reasons.ts'
import { selectResponse, selectStreamed } from '../policy/select-response.ts'
import { type Call, finish } from './call.ts'
import { noTrip, type Trip } from './trip.ts'
import { pump } from './pump.ts'
import type { AnswerHead } from './reply.ts'
import type { SharedBody } from './shared-body.ts'
import type { OwnAnswer } from './writes/own-answer.ts'

/** Answers from a stored response: all of it, a part, or that nothing has changed. */
export function deliverStored(
  call: Call,
  entry: StoredResponse,
  outcome: Outcome,
  trip: Trip = noTrip,
): void {
  const { body, ...head } = selectResponse(entry, call.head, call.room.clock.now())
  call.reply.send(marked(head, outcome), body)
  finish(call, { status: head.status, outcome, bytes: body?.byteLength ?? 0, end: 'whole' }, trip)
}

/** Streams an answer that is still coming in. */
export function deliverStream(
  call: Call,
  head: ResponseHead,
  body: SharedBody,
  outcome: Outcome,
  trip: Trip,
): void {
  const selected = selectStreamed(head, call.head, call.room.clock.now())
  const { status, statusText, fields } = selected.head
  const answer = marked({ status, statusText, fields: fields.raw }, outcome)
  if (!selected.withContent) {
    call.reply.send(answer, null)
    return finish(call, { status, outcome, bytes: 0, end: 'whole' }, trip)
  }
  call.reply.start(answer)
  pump(body, call.reply, (end, bytes) => finish(call, { status, outcome, bytes, end }, trip))
}

/** Says that the origin gave no answer, or that weir did not get as far as asking (RFC 9209). */
export function deliverFailure(call: Call, failure: Failure, outcome: Outcome, trip: Trip): void {
  const { status, kind, detail, retryAfterSeconds } = failure
  deliverProblem(call, { status, code: kind, detail, retryAfterSeconds }, outcome, { ...trip, failure: kind })
}

/** A request that is refused for what it is. */
export interface Refusal {
  readonly status: number
  readonly reason: Reason
  readonly detail: string
}

/** Refuses a request without asking the origin. */
export function deliverRefusal(call: Call, { status, reason, detail }: Refusal): void {
  deliverProblem(call, { status, code: reason, detail, retryAfterSeconds: null }, ownOutcome(reason), noTrip)
}

/** Gives an answer of weir's own. */
export function deliverOwn(call: Call, { head, body, reason }: OwnAnswer): void {
  const outcome = ownOutcome(reason)
  call.reply.send(marked(head, outcome), body.byteLength === 0 ? null : body)
  finish(call, { status: head.status, outcome, bytes: body.byteLength, end: 'whole' }, noTrip)
}

/** What is said of an answer that weir gave by itself. */
export function ownOutcome(reason: Reason): Outcome {
  return {
    cache: 'BYPASS',
    reason,
    forwarded: null,
    forwardStatus: null,
    stored: false,
    collapsed: false,
    ttlSeconds: null,
  }
}

function deliverProblem(call: Call, problem: Problem, outcome: Outcome, trip: Trip): void {
  const { body, ...head } = problemAnswer(problem)
  const fields =
    trip.failure === null ? head.fields : [...head.fields, 'Proxy-Status', `weir; error=${trip.failure}`]
  call.reply.send(marked({ ...head, fields }, outcome), call.head.method === 'HEAD' ? null : body)
  finish(call, { status: head.status, outcome, bytes: body.byteLength, end: 'whole' }, trip)
}

/** The head with what weir says of how the answer came about, and the age of what has none stated: it is new. */
export function marked(head: AnswerHead, outcome: Outcome): AnswerHead {
  const fields = [...head.fields]
  if (!statesAge(fields)) fields.push('Age', '0')
  fields.push('X-Cache', outcome.cache, 'Cache-Status', formatCacheStatus(outcome))
  return { ...head, fields }
}

function statesAge(fields: readonly string[]): boolean {
  return fields.some((text, i) => i % 2 === 0 && text.length === 3 && text.toLowerCase() === 'age')
}
