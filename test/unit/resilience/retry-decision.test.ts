// Whether an attempt is repeated.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Failure, FailureKind } from '../../../src/policy/failure.ts'
import type { RetryCondition } from '../../../src/policy/route-policy.ts'
import { decideRetry } from '../../../src/resilience/retry-decision.ts'
import type { AttemptResult, RetryQuestion, StopReason } from '../../../src/resilience/retry-decision.ts'

const now = Date.UTC(2026, 0, 15, 12)
const every: RetryCondition[] = ['connect-failure', 'reset', 'timeout', 429, 502, 503, 504]

function failed(kind: FailureKind, sent: boolean, side: Failure['side'] = 'origin'): AttemptResult {
  return { kind: 'failed', failure: { kind, side, sent, status: 502, retryAfterSeconds: null, detail: '' } }
}

function answered(status: number, retryAfterMs: number | null = null): AttemptResult {
  return { kind: 'answered', status, retryAfterMs }
}

interface Given extends Partial<Omit<RetryQuestion, 'policy'>> {
  readonly on?: RetryCondition[]
}

function question({ on = every, ...given }: Given): RetryQuestion {
  return {
    result: failed('connection_terminated', true),
    attempts: 1,
    idempotent: true,
    replayable: true,
    policy: { attempts: 2, on: new Set(on), perTryMs: null, budget: 0.2 },
    budgetAllows: true,
    now,
    deadlineAt: now + 60_000,
    random: 0,
    ...given,
  }
}

describe('another attempt must follow', () => {
  test.each<[string, Given, number]>([
    ['a reset of an idempotent request', {}, 0],
    ['after a jittered wait', { random: 0.5 }, 25],
    ['after a longer wait the second time', { random: 0.5, attempts: 2 }, 50],
    ['a refused connection', { result: failed('connection_refused', false) }, 0],
    ['a name without an address', { result: failed('dns_error', false) }, 0],
    [
      'a failed connection, for any method',
      { result: failed('connection_timeout', false), idempotent: false },
      0,
    ],
    [
      'a failed connection, with a stream untouched',
      { result: failed('connection_refused', false), replayable: false },
      0,
    ],
    ['a timeout', { result: failed('http_response_timeout', true) }, 0],
    ['a status that is named', { result: answered(503) }, 0],
    ['Retry-After', { result: answered(429, 7_000) }, 7_000],
    ['a Retry-After that is shorter than the backoff', { result: answered(429, 1), random: 0.9 }, 45],
    ['where there is no deadline', { deadlineAt: null }, 0],
    [
      'Retry-After within ten seconds, where there is no deadline',
      { result: answered(503, 9_999), deadlineAt: null },
      9_999,
    ],
  ])('%s', (_name, given, delayMs) => {
    expect(decideRetry(question(given))).toEqual({ kind: 'retry', delayMs })
  })
})

describe('no other attempt may follow', () => {
  test.each<[string, Given, StopReason]>([
    ['what the policy does not name', { on: ['connect-failure'] }, 'final'],
    ['a status that it does not name', { result: answered(500) }, 'final'],
    ['a response that broke off', { result: failed('http_response_incomplete', true) }, 'final'],
    ['a malformed response', { result: failed('http_protocol_error', true) }, 'final'],
    ["the client's own failure", { result: failed('http_request_error', false, 'client') }, 'final'],
    ["weir's own limit", { result: failed('connection_limit_reached', false, 'weir') }, 'final'],
    ['the last attempt', { attempts: 3 }, 'attempts-used-up'],
    ['a sent request that is not idempotent (RFC 9110 §9.2.2)', { idempotent: false }, 'not-idempotent'],
    [
      'an answered request that is not idempotent',
      { result: answered(503), idempotent: false },
      'not-idempotent',
    ],
    ['a stream of which a part is gone', { replayable: false }, 'content-not-held'],
    ['at the deadline', { deadlineAt: now }, 'beyond-deadline'],
    ['a backoff that reaches it', { deadlineAt: now + 25, random: 0.5 }, 'beyond-deadline'],
    ['a Retry-After that reaches it', { result: answered(503, 60_000) }, 'beyond-deadline'],
    [
      'a long Retry-After where there is no deadline',
      { result: answered(503, 10_000), deadlineAt: null },
      'beyond-deadline',
    ],
    ['an exhausted budget', { budgetAllows: false }, 'budget-used-up'],
  ])('%s', (_name, given, reason) => {
    expect(decideRetry(question(given))).toEqual({ kind: 'stop', reason })
  })
})

test('a request that was sent and is not idempotent must never be repeated', () => {
  const kinds: FailureKind[] = [
    'connection_terminated',
    'http_response_timeout',
    'http_response_incomplete',
    'dns_error',
  ]
  const results = fc.oneof(
    fc.constantFrom(...kinds).map((kind) => failed(kind, true)),
    fc.integer({ min: 200, max: 599 }).map((status) => answered(status)),
  )
  fc.assert(
    fc.property(results, fc.nat(5), fc.boolean(), (result, attempts, replayable) => {
      const decision = decideRetry(question({ result, attempts, replayable, idempotent: false }))
      expect(decision.kind).toBe('stop')
    }),
  )
})
