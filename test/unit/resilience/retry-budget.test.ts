// The budget of retries of one origin.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { RetryBudget } from '../../../src/resilience/retry-budget.ts'

const start = Date.UTC(2026, 0, 15, 12)

function after(requests: number, now = start): RetryBudget {
  const budget = new RetryBudget()
  for (let i = 0; i < requests; i++) {
    budget.began(now)
    budget.ended()
  }
  return budget
}

/** Spends as long as it is allowed, and says how often that was. */
function spendAll(budget: RetryBudget, share: number, now: number): number {
  let retries = 0
  while (retries < 10_000 && budget.allows(share, now)) {
    budget.spent(now)
    retries += 1
  }
  return retries
}

test.each([
  ['a quiet origin must get three', 0, 0.2, 3],
  ['few requests must get three', 10, 0.2, 3],
  ['many must get their share', 100, 0.2, 20],
  ['a share of one must get as many as there were requests', 100, 1, 100],
  ['a share of nothing must get none', 100, 0, 0],
])('%s', (_name, requests, share, expected) => {
  expect(spendAll(after(requests), share, start)).toBe(expected)
})

test('requests under way must count however long ago they began', () => {
  const budget = new RetryBudget()
  for (let i = 0; i < 100; i++) budget.began(start)
  expect(spendAll(budget, 0.2, start + 60_000)).toBe(20)
  for (let i = 0; i < 100; i++) budget.ended()
  expect(spendAll(budget, 0.2, start + 120_000)).toBe(3)
})

test('what was spent must count for ten seconds', () => {
  const budget = after(0)
  expect(spendAll(budget, 0.2, start)).toBe(3)
  expect(spendAll(budget, 0.2, start + 9_999)).toBe(0)
  expect(spendAll(budget, 0.2, start + 10_000)).toBe(3)
})

test('no retry may be allowed that takes those of the last ten seconds above three and above the share', () => {
  const event = fc.record({ waitMs: fc.nat(4_000), requests: fc.nat(20), tries: fc.nat(20) })
  const shares = fc.double({ min: 0.01, max: 1, noNaN: true })
  fc.assert(
    fc.property(fc.array(event, { maxLength: 60 }), shares, (events, share) => {
      const budget = new RetryBudget()
      const requests: number[] = []
      const retries: number[] = []
      let now = start
      for (const { waitMs, requests: begun, tries } of events) {
        now += waitMs
        for (let i = 0; i < begun; i++) {
          budget.began(now)
          budget.ended()
          requests.push(now)
        }
        // Buckets are whole seconds: nine seconds are in the window for certain, ten at the most.
        const within = (times: number[], ms: number): number => times.filter((at) => at > now - ms).length
        for (let i = 0; i < tries && budget.allows(share, now); i++) {
          budget.spent(now)
          retries.push(now)
          expect(within(retries, 9_000)).toBeLessThanOrEqual(Math.max(3, share * within(requests, 10_000)))
        }
      }
    }),
  )
})
