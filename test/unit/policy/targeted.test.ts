// Directives that are targeted at weir or at CDNs take the place of Cache-Control and Expires (RFC 9213).
import { expect, test } from 'vitest'
import { formatHttpDate } from '../../../src/http/date.ts'
import type { Freshness } from '../../../src/policy/entry.ts'
import { judgeFreshness } from '../../../src/policy/freshness.ts'
import { statedDirectives } from '../../../src/policy/targeted.ts'
import { fields, noon, policy, response, secondMs } from './time-samples.ts'

const date = (seconds: number): string => formatHttpDate(noon + seconds * secondMs)

const judge = (lines: string[]): Freshness =>
  judgeFreshness({
    response: response(lines),
    cache: policy(),
    initialAgeMs: 0,
    responseAt: noon,
    tokenExpiresAt: null,
  })

test.each<[string, string[], Partial<Freshness>]>([
  [
    'CDN-Cache-Control must beat Cache-Control and Expires',
    ['CDN-Cache-Control: max-age=9', 'Cache-Control: max-age=1, must-revalidate', `Expires: ${date(99)}`],
    { lifetimeMs: 9000, source: 'targeted', mayBeStale: true },
  ],
  [
    'Weir-Cache-Control must beat CDN-Cache-Control',
    ['CDN-Cache-Control: max-age=9', 'Weir-Cache-Control: max-age=5'],
    { lifetimeMs: 5000, source: 'targeted' },
  ],
  [
    's-maxage must beat max-age there too',
    ['CDN-Cache-Control: max-age=9, s-maxage=5'],
    { lifetimeMs: 5000 },
  ],
  [
    'a targeted field must hide Expires',
    ['CDN-Cache-Control: public', `Expires: ${date(9)}`],
    { source: 'none' },
  ],
  ['an empty one must be ignored', ['CDN-Cache-Control:', 'Cache-Control: max-age=1'], { lifetimeMs: 1000 }],
  [
    'a malformed one must be ignored',
    ['CDN-Cache-Control: max-age=9, &&', 'Cache-Control: max-age=1'],
    { source: 'max-age' },
  ],
  [
    'upper case must make it malformed',
    ['CDN-Cache-Control: Max-Age=9', 'Cache-Control: max-age=1'],
    { source: 'max-age' },
  ],
  [
    'a duration of another type must make it ignored',
    ['CDN-Cache-Control: max-age="9"', 'Cache-Control: max-age=1'],
    { source: 'max-age' },
  ],
  [
    'a fractional duration must make it ignored',
    ['CDN-Cache-Control: max-age=9.5', 'Cache-Control: max-age=1'],
    { source: 'max-age' },
  ],
  [
    'a negative duration must be stale',
    ['CDN-Cache-Control: max-age=-9', 'Cache-Control: max-age=1'],
    { lifetimeMs: 0, source: 'targeted' },
  ],
  [
    'an overflowing duration must be 2^31 seconds',
    ['CDN-Cache-Control: max-age=99999999999'],
    { lifetimeMs: 2 ** 31 * 1000 },
  ],
  ['parameters must be ignored', ['CDN-Cache-Control: max-age=9;x=1'], { lifetimeMs: 9000 }],
  [
    'a malformed nearer one must give way to the next',
    ['Weir-Cache-Control: =', 'CDN-Cache-Control: max-age=9'],
    { lifetimeMs: 9000 },
  ],
  [
    'no-cache must count',
    ['CDN-Cache-Control: no-cache, max-age=9'],
    { validateAlways: true, mayBeStale: false },
  ],
  [
    'a false directive must not count',
    ['CDN-Cache-Control: no-cache=?0, max-age=9'],
    { validateAlways: false },
  ],
  [
    'stale windows must count',
    ['CDN-Cache-Control: max-age=9, stale-while-revalidate=3'],
    { staleWhileRevalidateMs: 3000 },
  ],
])('%s', (_name, lines, expected) => {
  expect(judge(lines)).toMatchObject(expected)
})

test.each<[string, string, object]>([
  [
    'all the flags must be read',
    'no-store, private, no-cache, must-revalidate, proxy-revalidate, public, must-understand, immutable, no-transform',
    {
      noStore: true,
      private: true,
      noCache: true,
      mustRevalidate: true,
      proxyRevalidate: true,
      public: true,
      mustUnderstand: true,
      immutable: true,
      noTransform: true,
    },
  ],
  [
    'a string must list fields',
    'private="A, b", no-cache="c"',
    { private: false, privateFields: ['a', 'b'], noCache: false, noCacheFields: ['c'] },
  ],
  ['another value must make private unqualified', 'private=a, no-cache=""', { private: true, noCache: true }],
  ['an inner list must make private unqualified', 'private=("a")', { private: true }],
  ['no-store must count whatever its value', 'no-store=1', { noStore: true }],
  ['public must not count with a value', 'public=1', { public: false }],
  ['an unknown directive must be ignored', 'foo, max-age=9', { maxAge: 9 }],
])('%s', (_name, value, expected) => {
  expect(statedDirectives(fields([`CDN-Cache-Control: ${value}`]))).toMatchObject({
    targeted: true,
    directives: expected,
  })
})
