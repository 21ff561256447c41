import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Fields } from '../../../src/http/fields.ts'
import { comparableQuery, parseNoVarySearch } from '../../../src/http/no-vary-search.ts'

const parse = (value: string) => parseNoVarySearch(new Fields(['No-Vary-Search', value]))

describe('No-Vary-Search', () => {
  test.each([
    ['key-order', { kind: 'all-but', names: [] }, false],
    ['key-order=?1, unknown=1', { kind: 'all-but', names: [] }, false],
    ['params', { kind: 'only', names: [] }, true],
    ['params=("a" "b")', { kind: 'all-but', names: ['a', 'b'] }, true],
    ['params, except=("x"), key-order', { kind: 'only', names: ['x'] }, false],
    ['params=("%C3%A9+%E6%B0%97")', { kind: 'all-but', names: ['é 気'] }, true],
  ])('%j must be read', (value, { kind, names }, keyOrder) => {
    expect(parse(value)).toEqual({ params: { kind, names: new Set(names) }, keyOrder })
  })

  test.each([
    'unknown-key',
    'key-order="not a boolean"',
    'params="not a boolean or inner list"',
    'params=(not-a-string)',
    'params=("a"), except=("x")',
    'params=(), except=()',
    'params=?0, except=("x")',
    'params, except=(not-a-string)',
    'params, except="not an inner list"',
    'params, except=?1',
    'except=("x")',
    'params=?0',
    'params=()',
    'key-order=?0',
    'params=("a"',
    '',
  ])('%j must change nothing', (value) => {
    expect(parse(value)).toBeNull()
  })

  test('may be absent', () => {
    expect(parseNoVarySearch(Fields.empty)).toBeNull()
  })

  test.each([
    ['params=("a")', '?a=1&b=2', '?b=2&a=3', true],
    ['params=("a")', '?b=2&c', '?c&b=2', false],
    ['params=("a")', '?a=1', '', true],
    ['params', '?a=1', '?b', true],
    ['params, except=("x")', '?x=1&a', '?b&x=1', true],
    ['params, except=("x")', '?x=1', '?x=2', false],
    ['key-order', '?a=1&b=2', '?b=2&a=1', true],
    ['key-order', '?a=1&a=2', '?a=2&a=1', false],
    ['key-order', '?a=x', '?%61=%78', true],
    ['key-order', '?a=x&&&&', '?a=x', true],
    ['key-order', '?a=', '?a', true],
    ['key-order', '?a=%20', '?a=+', true],
    ['key-order', '?a=%f6', '?a=%ef%bf%bd', true],
    ['key-order', '?', '', true],
    ['key-order', '?a', '', false],
  ])('%s: %j and %j must be equivalent: %j', (value, a, b, expected) => {
    const variance = parse(value)
    if (variance === null) throw new Error('not read')
    expect(comparableQuery(a, variance) === comparableQuery(b, variance)).toBe(expected)
  })

  test('must never make reading throw', () => {
    fc.assert(fc.property(fc.string(), (text) => void parse(text)))
  })
})
