// Whether a failed attempt, or an answer that asks for patience, is followed by another attempt.
import type { Failure } from '../policy/failure.ts'
import type { RetryCondition, RetryPolicy } from '../policy/route-policy.ts'
import { backoffMs } from './backoff.ts'

export type AttemptResult =
  | { readonly kind: 'failed'; readonly failure: Failure }
  /** The head of an answer; `retryAfterMs` is what its Retry-After asks for. */
  | { readonly kind: 'answered'; readonly status: number; readonly retryAfterMs: number | null }

export interface RetryQuestion {
  readonly result: AttemptResult
  /** Attempts made so far, from 1. */
  readonly attempts: number
  /** A repeated request has the effect of one (RFC 9110 §9.2.2). */
  readonly idempotent: boolean
  /** The request's content can be sent again. */
  readonly replayable: boolean
  readonly policy: RetryPolicy
  /** A retry fits into the origin's budget. */
  readonly budgetAllows: boolean
  readonly now: number
  /** Epoch ms when the whole exchange must be over; null: no such time. */
  readonly deadlineAt: number | null
  /** A number in [0, 1). */
  readonly random: number
}

export type StopReason =
  'final' | 'attempts-used-up' | 'not-idempotent' | 'content-not-held' | 'beyond-deadline' | 'budget-used-up'

export type RetryDecision =
  | { readonly kind: 'retry'; readonly delayMs: number }
  | { readonly kind: 'stop'; readonly reason: StopReason }

const retriedStatuses = [429, 502, 503, 504] as const

/** The longest wait for an origin that asks for one, where no deadline bounds it. */
const longestWaitMs = 10_000

/**
 * Repeats what the policy names, and only where it can do no harm: a request of which no byte was sent, or an
 * idempotent one whose content is at hand. A Retry-After is honoured or, where there is no time for it, ends the matter.
 */
export function decideRetry(question: RetryQuestion): RetryDecision {
  const { result, policy, attempts, now } = question
  const condition = conditionOf(result)
  if (condition === null || !policy.on.has(condition)) return stop('final')
  if (attempts > policy.attempts) return stop('attempts-used-up')
  const sent = result.kind === 'answered' || result.failure.sent
  if (sent && !question.idempotent) return stop('not-idempotent')
  if (sent && !question.replayable) return stop('content-not-held')
  const delayMs = Math.max(backoffMs(attempts, question.random), askedForMs(result))
  if (now + delayMs >= (question.deadlineAt ?? now + longestWaitMs)) return stop('beyond-deadline')
  if (!question.budgetAllows) return stop('budget-used-up')
  return { kind: 'retry', delayMs }
}

function stop(reason: StopReason): RetryDecision {
  return { kind: 'stop', reason }
}

function askedForMs(result: AttemptResult): number {
  return result.kind === 'answered' ? (result.retryAfterMs ?? 0) : 0
}

/** The condition, in the words of `retry.on`, that a result meets; null where it meets none. */
export function conditionOf(result: AttemptResult): RetryCondition | null {
  if (result.kind === 'answered') return retriedStatuses.find((status) => status === result.status) ?? null
  const { side, sent, kind } = result.failure
  if (side !== 'origin') return null
  if (!sent) return 'connect-failure'
  if (kind === 'connection_terminated') return 'reset'
  return kind === 'http_response_timeout' ? 'timeout' : null
}
