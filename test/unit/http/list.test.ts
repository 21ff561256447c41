import fc from 'fast-check'
import { expect, test } from 'vitest'
import { splitOutsideQuotes } from '../../../src/http/list.ts'

test.each([
  ['a, b ,c', ['a', 'b', 'c']],
  ['a,,', ['a', '', '']],
  ['"a, b",c', ['"a, b"', 'c']],
  ['a="x\\", y", b', ['a="x\\", y"', 'b']],
  ['"a, b', ['"a, b']],
])('%j must be split outside its quoted strings (RFC 9110 §5.6.4)', (text, expected) => {
  expect(splitOutsideQuotes(text, ',')).toEqual(expected)
})

test('members that are joined again must be split alike', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('a', ',', '"', '\\', ' ') }), (text) => {
      const members = splitOutsideQuotes(text, ',')
      expect(splitOutsideQuotes(members.join(','), ',')).toEqual(members)
    }),
  )
})
