// Backoff with full jitter.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { backoffMs } from '../../../src/resilience/backoff.ts'

test.each([
  [1, 0, 0],
  [1, 0.999, 49],
  [2, 0.5, 50],
  [3, 0.5, 100],
  [6, 0.999, 1_598],
  [7, 0.999, 1_998],
  [1_000, 0.5, 1_000],
])('after attempt %i with the random number %d it must be %i ms', (attempts, random, expected) => {
  expect(backoffMs(attempts, random)).toBe(expected)
})

test('it must stay within its step and its cap', () => {
  const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5_000 }), random, (attempts, number) => {
      const ms = backoffMs(attempts, number)
      expect(Number.isInteger(ms) && ms >= 0 && ms < Math.min(2_000, 50 * 2 ** (attempts - 1))).toBe(true)
    }),
  )
})
