import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { asksForRefresh, normaliseQuery } from '../../../src/policy/query-rule.ts'
import type { KeyPolicy } from '../../../src/policy/route-policy.ts'
import { keyPolicy } from './requests.ts'

const all = keyPolicy({})
const ignoring = keyPolicy({ query: { kind: 'ignore', names: ['utm_*', 'nonce'] } })
const only = keyPolicy({ query: { kind: 'only', names: ['page', 'size'] } })
const none = keyPolicy({ query: { kind: 'none' } })
const sorted = keyPolicy({ sortQuery: true })

describe('the query that is keyed and forwarded', () => {
  test.each<[string, KeyPolicy, string | null, string, string]>([
    ['must stay byte for byte by default', all, null, '?b=%2f&a&&a=+', '?b=%2f&a&&a=+'],
    [
      'must lose ignored names and prefixes',
      ignoring,
      null,
      '?utm_a=1&x=2&nonce=3&nonces=4&utm=5',
      '?x=2&nonces=4&utm=5',
    ],
    ['must lose ignored names however they are encoded', ignoring, null, '?no%6ece=3&x', '?x'],
    [
      'must keep listed names only, in their order',
      only,
      null,
      '?size=2&x=1&page=3&page=4',
      '?size=2&page=3&page=4',
    ],
    ['may be left out', none, null, '?a=1', ''],
    ['must vanish with its last parameter', ignoring, null, '?nonce=1', ''],
    ['must not hold the refresh parameter', all, 'refresh', '?a=1&refresh=1&b', '?a=1&b'],
    ['must not hold the refresh parameter that is also listed', only, 'page', '?page=1&size=2', '?size=2'],
    ['may be ordered by name', sorted, null, '?b=1&a=2&b=0', '?a=2&b=1&b=0'],
  ])('%s', (_, key, refreshParam, query, expected) => {
    expect(normaliseQuery(query, key, refreshParam)).toBe(expected)
  })

  test('must be stable when normalised again', () => {
    const queries = fc
      .array(fc.constantFrom('a=1', 'b', 'utm_x=2', 'page=%20', 'refresh=1', '', 'a=2', 'nonce'))
      .map((p) => `?${p.join('&')}`)
    fc.assert(
      fc.property(queries, fc.constantFrom(all, ignoring, only, none, sorted), (query, key) => {
        const normal = normaliseQuery(query, key, 'refresh')
        expect(normaliseQuery(normal, key, 'refresh')).toBe(normal)
      }),
    )
  })
})

describe('a refresh', () => {
  test.each([
    ['?refresh=1', true],
    ['?a&refresh', true],
    ['?refresh=true', true],
    ['?refresh=0', false],
    ['?refresh=false', false],
    ['?refreshed=1', false],
    ['', false],
  ])('is asked for by %j: %j', (query, expected) => {
    expect(asksForRefresh(query, 'refresh')).toBe(expected)
  })

  test('is not asked for where the route has no such parameter', () => {
    expect(asksForRefresh('?refresh=1', null)).toBe(false)
  })
})
