// Quantiles of the last minutes, near enough and forgotten in time.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { RecentQuantiles } from '../../../src/observe/recent-quantiles.ts'

const MINUTE = 60_000

test('each quantile must be within a tenth of the true one', () => {
  const values = fc.array(fc.double({ min: 0.02, max: 100_000, noNaN: true }), {
    minLength: 1,
    maxLength: 500,
  })
  fc.assert(
    fc.property(values, (list) => {
      const recent = new RecentQuantiles(0)
      for (const value of list) recent.add(value, 0)
      const sorted = list.toSorted((a, b) => a - b)
      const found = recent.quantiles(0)
      for (const [name, share] of [
        ['p50', 0.5],
        ['p95', 0.95],
        ['p99', 0.99],
      ] as const) {
        const exact = sorted[Math.max(1, Math.ceil(share * list.length)) - 1]!
        expect(Math.abs(found![name] - exact)).toBeLessThanOrEqual(exact * 0.1)
      }
    }),
  )
})

test.each([
  [4, true],
  [9, true],
  [10, false],
  [60, false],
])('what happened is remembered after %i minutes: %s', (minutes, remembered) => {
  const recent = new RecentQuantiles(0)
  recent.add(5, 0)
  expect(recent.quantiles(minutes * MINUTE) !== null).toBe(remembered)
})

test('nothing has no quantiles', () => {
  expect(new RecentQuantiles(0).quantiles(0)).toBeNull()
})

test('values beyond all bounds must count in the outermost buckets', () => {
  const recent = new RecentQuantiles(0)
  recent.add(0, 0)
  expect(recent.quantiles(0)?.p50).toBeCloseTo(0.01)
  for (let i = 0; i < 10; i++) recent.add(1e12, 0)
  expect(recent.quantiles(0)?.p99).toBeGreaterThan(3_000_000)
})
