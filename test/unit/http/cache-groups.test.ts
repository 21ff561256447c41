// Cache groups are lists of strings; anything else is as if the field were absent (RFC 9875 §2, RFC 9651 §1.1).
import { expect, test } from 'vitest'
import { parseGroups } from '../../../src/http/cache-groups.ts'
import { Fields } from '../../../src/http/fields.ts'

const name = 'cache-groups'

test.each<[string, string[], string[]]>([
  ['strings must be read', ['"scripts", "a b"'], ['scripts', 'a b']],
  ['lines must be combined', ['"a"', '"b"'], ['a', 'b']],
  ['case must matter', ['"a", "A"'], ['a', 'A']],
  ['a group named twice must count once', ['"a", "a"'], ['a']],
  ['parameters must be ignored', ['"a";x=1, "b";y'], ['a', 'b']],
  ['no field must be no group', [], []],
  ['an empty field must be no group', [''], []],
  ['a token must make the field ignored', ['"a", b'], []],
  ['an inner list must make the field ignored', ['("a" "b")'], []],
  ['a malformed field must be ignored', ['"a", "b'], []],
])('%s', (_name, values, expected) => {
  expect(parseGroups(new Fields(values.flatMap((value) => ['Cache-Groups', value])), name)).toEqual(expected)
})

test('32 groups of 32 characters must be read (RFC 9875 §2)', () => {
  const groups = Array.from({ length: 32 }, (_, i) => String(i).padStart(32, 'g'))
  const value = groups.map((group) => `"${group}"`).join(', ')
  expect(parseGroups(new Fields(['Cache-Groups', value]), name)).toEqual(groups)
})

test('the two fields must not be mixed up', () => {
  const fields = new Fields(['Cache-Groups', '"a"', 'Cache-Group-Invalidation', '"b"'])
  expect(parseGroups(fields, 'cache-group-invalidation')).toEqual(['b'])
})
