// How values fall between bounds.
import { expect, test } from 'vitest'
import { Histogram } from '../../../src/observe/histogram.ts'

test('a value counts at its bound and above, and all of them in the last place', () => {
  const histogram = new Histogram([1, 2, 5])
  for (const value of [0.5, 1, 1.5, 5, 100]) histogram.add(value)
  expect(histogram.spread()).toEqual({ cumulative: [2, 3, 4, 5], sum: 108 })
})
