// When an origin that keeps failing is left alone, and when it is tried again.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Breaker, type BreakerPolicy, type Outcome } from '../../../src/resilience/breaker.ts'

const policy: BreakerPolicy = {
  failures: 3,
  errorRate: 0.5,
  overMs: 0,
  minRequests: 10,
  statuses: new Set<number>(),
  windowMs: 10_000,
  openMs: 5_000,
}

/** Sends one request after the other, each with its outcome, and says in which state that leaves the breaker. */
function after(outcomes: readonly Outcome[], now = 0, stepMs = 0): { breaker: Breaker; now: number } {
  const breaker = new Breaker(policy)
  for (const outcome of outcomes) {
    const pass = breaker.enter(now)
    if (pass !== null) breaker.tell(pass, outcome, now)
    now += stepMs
  }
  return { breaker, now }
}

const times = (count: number, ...outcomes: readonly Outcome[]): Outcome[] =>
  Array.from({ length: count }, () => outcomes).flat()

describe('closed, it must', () => {
  test.each<[string, Outcome[], number, 'closed' | 'open']>([
    ['stay so while all is well', times(100, 'answered'), 0, 'closed'],
    ['open at so many failures in a row', times(3, 'failed'), 0, 'open'],
    ['not open below that', times(2, 'failed'), 0, 'closed'],
    [
      'count those in a row only',
      times(2, 'failed', 'failed', 'answered', 'answered', 'answered'),
      0,
      'closed',
    ],
    ['open at the share of failures', times(6, 'failed', 'answered'), 0, 'open'],
    ['not open at the share of too few', times(4, 'failed', 'answered'), 0, 'closed'],
    ['not count failures of long ago into the share', times(20, 'failed', 'answered'), 2_000, 'closed'],
    ['not count requests that showed nothing', times(20, 'unknown'), 0, 'closed'],
  ])('%s', (_, outcomes, stepMs, expected) => {
    const { breaker, now } = after(outcomes, 0, stepMs)
    expect(breaker.state(now)).toBe(expected)
  })
})

describe('open, it must', () => {
  test('let nobody pass for its time, and say how long that is', () => {
    const { breaker } = after(times(3, 'failed'), 1_000)
    expect([breaker.allows(5_999), breaker.enter(5_999), breaker.retryAfterMs(2_000)]).toEqual([
      false,
      null,
      4_000,
    ])
    expect([breaker.state(5_999), breaker.state(6_000)]).toEqual(['open', 'half-open'])
  })

  test('then let one pass at a time', () => {
    const { breaker } = after(times(3, 'failed'))
    expect(breaker.enter(5_000)).not.toBeNull()
    expect([breaker.allows(5_000), breaker.enter(90_000)]).toEqual([false, null])
  })

  test.each<[string, Outcome, string, boolean]>([
    ['close when it is answered', 'answered', 'closed', true],
    ['stay open for another time when it fails', 'failed', 'open', false],
    ['let the next one try when it shows nothing', 'unknown', 'half-open', true],
  ])('and %s', (_, outcome, state, allows) => {
    const { breaker } = after(times(3, 'failed'))
    breaker.tell(breaker.enter(5_000)!, outcome, 6_000)
    expect([breaker.state(6_000), breaker.allows(6_000)]).toEqual([state, allows])
    expect(breaker.allows(11_000)).toBe(true)
  })

  test('not be moved by what set off before', () => {
    const breaker = new Breaker(policy)
    const early = breaker.enter(0)!
    for (let i = 0; i < 3; i++) breaker.tell(breaker.enter(0)!, 'failed', 0)
    breaker.tell(early, 'answered', 1)
    expect(breaker.state(1)).toBe('open')
    const probe = breaker.enter(5_000)!
    breaker.tell(early, 'answered', 5_000)
    expect(breaker.state(5_000)).toBe('half-open')
    breaker.tell(probe, 'answered', 5_000)
    breaker.tell(early, 'failed', 5_000)
    expect(breaker.state(5_000)).toBe('closed')
  })
})

test('an origin that is down must be asked no more than once in each open time, whatever is told when', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 2_000 }), { minLength: 20, maxLength: 300 }), (steps) => {
      const breaker = new Breaker(policy)
      const asked: number[] = []
      let now = 0
      for (const step of steps) {
        now += step
        const pass = breaker.enter(now)
        if (pass === null) continue
        asked.push(now)
        breaker.tell(pass, 'failed', now)
      }
      for (let i = 3; i < asked.length; i++)
        expect(asked[i]! - asked[i - 1]!).toBeGreaterThanOrEqual(policy.openMs)
    }),
  )
})
