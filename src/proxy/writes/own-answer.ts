// Answers that weir gives to a write by itself: refusals, what is known of a run, and what was answered before.
import { problemAnswer } from '../../http/problem.ts'
import type { Reason } from '../../policy/reasons.ts'
import type { ReplayedAnswer } from '../../store/replays.ts'
import type { AnswerHead } from '../reply.ts'

export interface OwnAnswer {
  readonly head: AnswerHead
  readonly body: Uint8Array
  readonly reason: Reason
}

export interface Refusing {
  readonly status: number
  readonly reason: Reason
  /** What is wrong, and what to do. */
  readonly detail: string
  readonly retryAfterSeconds?: number
  /** Further members of the problem (RFC 9457 §3.2). */
  readonly members?: Readonly<Record<string, unknown>>
}

/** A refusal as problem details. */
export function refusing({ status, reason, detail, retryAfterSeconds, members }: Refusing): OwnAnswer {
  const problem = { status, code: reason, detail, retryAfterSeconds: retryAfterSeconds ?? null }
  const { body, ...head } = problemAnswer(members === undefined ? problem : { ...problem, members })
  return { head, body, reason }
}

/** The store of leases or records could not be asked: it is not known whether the write may be sent, so it is not. */
export const unavailable: OwnAnswer = refusing({
  status: 503,
  reason: 'lease-unavailable',
  detail: 'It cannot be found out now whether this request may be sent. Nothing was sent; try again.',
  retryAfterSeconds: 1,
})

/** A JSON document, for this one client at this moment. */
export function telling(
  { status, statusText, fields }: AnswerHead,
  reason: Reason,
  value: unknown,
): OwnAnswer {
  const body = Buffer.from(`${JSON.stringify(value)}\n`)
  const own = ['Content-Type', 'application/json', 'Content-Length', String(body.byteLength)]
  return {
    head: { status, statusText, fields: [...own, 'Cache-Control', 'no-store', ...fields] },
    body,
    reason,
  }
}

/** What the first request with the key was answered. */
export function replaying({
  status,
  statusText,
  fields,
  body,
}: Extract<ReplayedAnswer, { kind: 'whole' }>): OwnAnswer {
  const head = { status, statusText, fields: [...fields, 'Idempotency-Replayed', 'true'] }
  return { head, body, reason: 'idempotency-replayed' }
}
