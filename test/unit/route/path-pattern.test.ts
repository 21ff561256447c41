// Path patterns: what they match, always as URLPattern would.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compilePattern, hasParameter } from '../../../src/route/path-pattern.ts'

test.each([
  ['/', '/', {}],
  ['/', '/a', null],
  ['/api/accounts', '/api/accounts', {}],
  ['/api/accounts', '/api/accounts/', null],
  ['/api/accounts', '/API/accounts', null],
  ['/api/:id', '/api/7', { id: '7' }],
  ['/api/:id', '/api/', null],
  ['/api/:id', '/api/7/8', null],
  ['/api/*', '/api', null],
  ['/api/*', '/api/', { 0: '' }],
  ['/api/*', '/api/a/b', { 0: 'a/b' }],
  ['/*', '/', { 0: '' }],
  ['/api/:id/items/*', '/api/7/items/a/b', { id: '7', 0: 'a/b' }],
  ['/a/*/c', '/a/x/y/c', { 0: 'x/y' }],
  ['/api/:id(\\d+)', '/api/7', { id: '7' }],
  ['/api/:id(\\d+)', '/api/x', null],
  ['/api/:id?', '/api', {}],
  ['/api{/v2}?/x', '/api/v2/x', {}],
  ['/:__proto__', '/x', Object.fromEntries([['__proto__', 'x']])],
])('%s on %s must give %j', (pattern, path, params) => {
  const matched = compilePattern(pattern).match(path)
  expect(matched === null ? null : Object.entries(matched)).toEqual(
    params === null ? null : Object.entries(params),
  )
})

test.each([
  ['api', 'a path pattern starts with "/"'],
  ['', 'a path pattern starts with "/"'],
  ['/a#b', 'a path pattern has no fragment'],
  ['/a?b=c', 'not a path pattern'],
  ['/:id/:id', 'not a path pattern'],
  ['/(', 'not a path pattern'],
  ['/:', 'not a path pattern'],
])('%j must be refused, with the reason', (pattern, reason) => {
  expect(() => compilePattern(pattern)).toThrow(reason)
})

test.each([
  ['/api/:id', 'id', true],
  ['/api/:id', 'i', false],
  ['/api/\\:id', 'id', false],
  ['/api/:id(\\d+)', 'id', true],
])('whether %s has a parameter %s must be %s', (pattern, name, expected) => {
  expect(hasParameter(pattern, name)).toBe(expected)
})

describe('URLPattern', () => {
  const segment = fc.oneof(
    fc.constantFrom('', 'a', 'b', 'api', 'a.b', '~x', "o'b;c=d,e@f!$&", '...'),
    fc.constantFrom(':id', ':name', ':$_0', '*'),
    fc.constantFrom(':id?', ':rest+', ':n(\\d+)', '(a|b)', 'a*', '*b', '{a}?', ':x.json', 'a-:y', '%41'),
  )
  const pattern = fc
    .array(segment, { minLength: 1, maxLength: 5 })
    .map((segments) => `/${segments.join('/')}`)
  const pathSegment = fc.constantFrom(
    '',
    'a',
    'b',
    'api',
    'a.b',
    '~x',
    "o'b;c=d,e@f!$&",
    '...',
    '7',
    'x.json',
    'a-z',
    '%41',
  )
  const path = fc
    .array(pathSegment, { minLength: 1, maxLength: 6 })
    .map((segments) => `/${segments.join('/')}`)

  test('every pattern must match the same paths with the same parameters', () => {
    fc.assert(
      fc.property(pattern, path, (text, pathname) => {
        const reference = referenceOf(text)
        if (reference === null) {
          expect(() => compilePattern(text)).toThrow(TypeError)
          return
        }
        const groups = reference.exec({ pathname })?.pathname.groups
        const expected =
          groups === undefined ? null : Object.entries(groups).filter(([, value]) => value !== undefined)
        const matched = compilePattern(text).match(pathname)
        expect(matched === null ? null : Object.entries(matched).sort()).toEqual(expected?.sort() ?? null)
      }),
      { numRuns: 3000 },
    )
  })

  function referenceOf(pathname: string): URLPattern | null {
    try {
      return new URLPattern({ pathname })
    } catch {
      return null
    }
  }
})
