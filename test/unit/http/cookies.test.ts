import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseCookies, pickCookies } from '../../../src/http/cookies.ts'

test('cookies keep their order and raw values, and those without a name are left out (RFC 6265 §4.2.1)', () => {
  expect(parseCookies('a=1; b="x=y";c=; =d; e;a=2')).toEqual([
    { name: 'a', value: '1' },
    { name: 'b', value: '"x=y"' },
    { name: 'c', value: '' },
    { name: 'a', value: '2' },
  ])
})

test.each([
  ['theme=dark; session=s1; session=s2', 'session=s1; session=s2'],
  ['Session=s1', ''],
  ['a="x; session=s1"', 'session=s1"'],
])('of %j only the session must be picked', (value, expected) => {
  expect(pickCookies(value, ['session'])).toBe(expected)
})

test('picking from what was picked must change nothing', () => {
  fc.assert(
    fc.property(fc.string(), fc.array(fc.string()), (value, names) => {
      const picked = pickCookies(value, names)
      expect(pickCookies(picked, names)).toBe(picked)
    }),
  )
})
