// Suggestions for mistyped words.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { editDistance, nearestWord } from '../../../src/base/nearest.ts'

const keys = ['ttl', 'override', 'staleWhileRevalidate', 'staleIfError', 'scope', 'statuses', 'tags']

test.each([
  ['statIfError', 'staleIfError'],
  ['staleiferror', 'staleIfError'],
  ['stale_while_revalidate', 'staleWhileRevalidate'],
  ['tll', 'ttl'],
  ['status', 'statuses'],
  ['tag', 'tags'],
  ['colour', null],
  ['', null],
  ['x', null],
])('%j must be taken for %j', (word, meant) => {
  expect(nearestWord(word, keys)).toBe(meant)
})

test.each([
  ['abc', 'abc', 0],
  ['abc', 'acb', 1],
  ['abc', 'ab', 1],
  ['abc', 'xyz', 3],
  ['', 'abc', 3],
])('%j and %j must be %i edits apart', (a, b, edits) => {
  expect(editDistance(a, b, 10)).toBe(edits)
})

test('the distance must be symmetric, zero only for equals, and must not change below its bound', () => {
  const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 8 })
  fc.assert(
    fc.property(word, word, fc.integer({ min: 1, max: 9 }), (a, b, bound) => {
      const edits = editDistance(a, b, 99)
      expect(editDistance(b, a, 99)).toBe(edits)
      expect(edits === 0).toBe(a === b)
      expect(editDistance(a, b, bound)).toBe(Math.min(edits, bound))
    }),
  )
})
