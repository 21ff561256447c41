// Freshness lifetimes and stale windows (RFC 9111 §4.2, RFC 5861, RFC 9213).
import { describe, expect, test } from 'vitest'
import { formatHttpDate } from '../../../src/http/date.ts'
import type { Freshness } from '../../../src/policy/entry.ts'
import { judgeFreshness } from '../../../src/policy/freshness.ts'
import type { CachePolicy } from '../../../src/policy/route-policy.ts'
import { noon, policy, response, secondMs } from './time-samples.ts'

const date = (seconds: number): string => formatHttpDate(noon + seconds * secondMs)

const judge = (lines: string[], cache: Partial<CachePolicy> = {}, status = 200): Freshness =>
  judgeFreshness({
    response: response(lines, status),
    cache: policy(cache),
    initialAgeMs: 0,
    responseAt: noon,
    tokenExpiresAt: null,
  })

test('a ttl must begin when the answer is there, however old the answer is; what the origin states must not', () => {
  const aged = (lines: string[]): number =>
    judgeFreshness({
      response: response(lines),
      cache: policy({ ttlMs: 1000 }),
      initialAgeMs: 4000,
      responseAt: noon,
      tokenExpiresAt: null,
    }).lifetimeMs
  expect([aged([]), aged(['Cache-Control: max-age=1'])]).toEqual([5000, 1000])
})

describe('the lifetime that the origin states (RFC 9111 §4.2.1)', () => {
  test.each<[string, string[], number, Freshness['source']]>([
    ['max-age must count', ['Cache-Control: max-age=9'], 9, 'max-age'],
    ['s-maxage must beat max-age', ['Cache-Control: max-age=9, s-maxage=5'], 5, 's-maxage'],
    ['s-maxage must beat a shorter max-age', ['Cache-Control: max-age=0, s-maxage=5'], 5, 's-maxage'],
    ['max-age must beat Expires', ['Cache-Control: max-age=9', `Expires: ${date(-9)}`], 9, 'max-age'],
    [
      'a malformed max-age must beat Expires',
      ['Cache-Control: max-age=x', `Expires: ${date(9)}`],
      0,
      'max-age',
    ],
    ['Expires must be counted from Date', [`Expires: ${date(300)}`, `Date: ${date(200)}`], 100, 'expires'],
    ['Expires before Date must be stale', [`Expires: ${date(300)}`, `Date: ${date(400)}`], 0, 'expires'],
    ['Expires without Date must be counted from arrival', [`Expires: ${date(9)}`], 9, 'expires'],
    [
      'Expires with an invalid Date must be counted from arrival',
      [`Expires: ${date(9)}`, 'Date: foo'],
      9,
      'expires',
    ],
    ['Expires: 0 must be stale (RFC 9111 §5.3)', ['Expires: 0'], 0, 'expires'],
    [
      'an invalid zone must be stale (RFC 9111 §4.2)',
      ['Expires: Thu, 18 Aug 2050 02:01:18 UTC'],
      0,
      'expires',
    ],
    ['the first Expires must count', [`Expires: ${date(9)}`, `Expires: ${date(99)}`], 9, 'expires'],
    ['nothing stated must be no lifetime', [], 0, 'none'],
    ['Last-Modified alone must be no lifetime', [`Last-Modified: ${date(-9000)}`], 0, 'none'],
  ])('%s', (_name, lines, seconds, source) => {
    expect(judge(lines)).toMatchObject({ lifetimeMs: seconds * secondMs, source })
  })

  test('a two-digit year must be read as seen from the response (RFC 9110 §5.6.7)', () => {
    expect(judge(['Expires: Thursday, 18-Aug-50 02:01:18 GMT']).lifetimeMs).toBeGreaterThan(0)
    expect(judge(['Expires: Thursday, 18-Aug-94 02:01:18 GMT']).lifetimeMs).toBe(0)
  })
})

describe("the operator's lifetime", () => {
  test.each<[string, string[], Partial<CachePolicy>, number, Partial<Freshness>]>([
    ['ttl must apply to a silent origin', [], { ttlMs: 30_000 }, 200, { lifetimeMs: 30_000, source: 'ttl' }],
    [
      'ttl must not apply where the origin states freshness',
      ['Cache-Control: max-age=9'],
      { ttlMs: 30_000 },
      200,
      { lifetimeMs: 9000 },
    ],
    [
      'ttl must not apply where Expires is invalid',
      ['Expires: 0'],
      { ttlMs: 30_000 },
      200,
      { lifetimeMs: 0, source: 'expires' },
    ],
    ['ttl must apply to 200 alone', [], { ttlMs: 30_000 }, 203, { source: 'none' }],
    [
      'ttl must leave no-cache in force',
      ['Cache-Control: no-cache'],
      { ttlMs: 30_000 },
      200,
      { source: 'ttl', validateAlways: true },
    ],
    [
      'ttl must leave must-revalidate in force',
      ['Cache-Control: must-revalidate'],
      { ttlMs: 30_000, staleIfErrorMs: 9 },
      200,
      { source: 'ttl', mayBeStale: false, staleIfErrorMs: 0 },
    ],
    [
      'override must beat the origin',
      ['Cache-Control: s-maxage=1, no-cache, must-revalidate'],
      { ttlMs: 30_000, override: true, staleIfErrorMs: 9 },
      200,
      { lifetimeMs: 30_000, source: 'ttl', validateAlways: false, mayBeStale: true, staleIfErrorMs: 9 },
    ],
    [
      'override must beat targeted fields',
      ['Weir-Cache-Control: max-age=1'],
      { ttlMs: 30_000, override: true },
      200,
      { source: 'ttl' },
    ],
    [
      'override must not concern statuses without an operator lifetime',
      ['Cache-Control: max-age=1, no-cache'],
      { ttlMs: 30_000, override: true },
      404,
      { source: 'max-age', validateAlways: true },
    ],
    [
      'override without a ttl must change nothing',
      ['Cache-Control: max-age=1'],
      { override: true },
      200,
      { source: 'max-age' },
    ],
    [
      'statuses must apply to a silent origin',
      [],
      { statuses: new Map([[404, 5000]]) },
      404,
      { lifetimeMs: 5000, source: 'status-ttl' },
    ],
    [
      'statuses must not beat the origin',
      ['Cache-Control: max-age=9'],
      { statuses: new Map([[404, 5000]]) },
      404,
      { source: 'max-age' },
    ],
    [
      'statuses must beat ttl',
      [],
      { ttlMs: 30_000, statuses: new Map([[200, 5000]]) },
      200,
      { source: 'status-ttl' },
    ],
    [
      'a ttl must beat a heuristic',
      [`Last-Modified: ${date(-9000)}`],
      { ttlMs: 30_000, heuristic: true },
      200,
      { source: 'ttl' },
    ],
  ])('%s', (_name, lines, cache, status, expected) => {
    expect(judge(lines, cache, status)).toMatchObject(expected)
  })

  test.each([400, 401, 403, 405, 413, 414, 429, 431])('a status ttl must not apply to %i', (status) => {
    expect(judge([], { statuses: new Map([[status, 5000]]) }, status).source).toBe('none')
  })
})

describe('heuristics (RFC 9111 §4.2.2)', () => {
  const old = [`Last-Modified: ${date(-600)}`, `Date: ${date(0)}`]

  test('a tenth of the unchanged time must count, where configured', () => {
    expect(judge(old, { heuristic: true })).toMatchObject({ lifetimeMs: 60_000, source: 'heuristic' })
    expect(judge(old).source).toBe('none')
  })

  test('it must be a day at most', () => {
    expect(judge([`Last-Modified: ${date(-1e8)}`], { heuristic: true }).lifetimeMs).toBe(86_400_000)
  })

  test('a Last-Modified in the future must give nothing', () => {
    expect(judge([`Last-Modified: ${date(60)}`], { heuristic: true }).lifetimeMs).toBe(0)
  })

  test('they must not apply where freshness is stated', () => {
    expect(judge([...old, 'Expires: 0'], { heuristic: true }).source).toBe('expires')
  })

  test.each([200, 203, 204, 300, 301, 308, 404, 405, 410, 414, 451, 501])(
    'they must apply to %i (RFC 9110 §15.1)',
    (status) => {
      expect(judge(old, { heuristic: true }, status).source).toBe('heuristic')
    },
  )

  test.each([201, 202, 302, 307, 400, 403, 500, 502, 503, 504, 599])(
    'they must apply to %i with public alone',
    (status) => {
      expect(judge(old, { heuristic: true }, status).source).toBe('none')
      expect(judge([...old, 'Cache-Control: public'], { heuristic: true }, status).source).toBe('heuristic')
    },
  )
})

describe('stale windows (RFC 5861, RFC 9111 §4.2.4)', () => {
  const windows = { staleWhileRevalidateMs: 1000, staleIfErrorMs: 2000 }
  const stated = 'stale-while-revalidate=30, stale-if-error=60'

  test("the origin's must beat the operator's", () => {
    expect(judge([`Cache-Control: max-age=1, ${stated}`], windows)).toMatchObject({
      staleWhileRevalidateMs: 30_000,
      staleIfErrorMs: 60_000,
      mayBeStale: true,
    })
    expect(judge(['Cache-Control: max-age=1, stale-if-error=0'], windows)).toMatchObject({
      staleWhileRevalidateMs: 1000,
      staleIfErrorMs: 0,
    })
  })

  test.each(['must-revalidate', 'proxy-revalidate', 'no-cache', 's-maxage=1'])(
    '%s must forbid them',
    (directive) => {
      expect(judge([`Cache-Control: max-age=1, ${stated}, ${directive}`], windows)).toMatchObject({
        staleWhileRevalidateMs: 0,
        staleIfErrorMs: 0,
        mayBeStale: false,
      })
    },
  )

  test('staleDespiteSMaxage must lift the ban of s-maxage, and no other', () => {
    const lifted = { ...windows, staleDespiteSMaxage: true }
    expect(judge(['Cache-Control: s-maxage=1'], lifted)).toMatchObject({ ...windows, mayBeStale: true })
    expect(judge(['Cache-Control: s-maxage=1, must-revalidate'], lifted)).toMatchObject({ mayBeStale: false })
  })

  test('what has no lifetime must not be served while it is refreshed', () => {
    expect(judge(['ETag: "a"'], windows)).toMatchObject({ staleWhileRevalidateMs: 0, staleIfErrorMs: 2000 })
  })

  test('a qualified no-cache must not forbid reuse (RFC 9111 §5.2.2.4)', () => {
    expect(judge(['Cache-Control: max-age=1, no-cache="a"'])).toMatchObject({
      validateAlways: false,
      mayBeStale: true,
    })
  })
})

describe('tokens', () => {
  const judgeWithToken = (expiresInMs: number, initialAgeMs = 0): Freshness =>
    judgeFreshness({
      response: response(['Cache-Control: max-age=60, stale-while-revalidate=30, stale-if-error=600']),
      cache: policy(),
      initialAgeMs,
      responseAt: noon,
      tokenExpiresAt: noon + expiresInMs,
    })

  test('freshness and all stale windows must end with the token', () => {
    expect(judgeWithToken(10_000)).toMatchObject({
      lifetimeMs: 10_000,
      staleWhileRevalidateMs: 0,
      staleIfErrorMs: 0,
    })
    expect(judgeWithToken(70_000)).toMatchObject({
      lifetimeMs: 60_000,
      staleWhileRevalidateMs: 10_000,
      staleIfErrorMs: 10_000,
    })
    expect(judgeWithToken(1e6)).toMatchObject({
      lifetimeMs: 60_000,
      staleWhileRevalidateMs: 30_000,
      staleIfErrorMs: 600_000,
    })
  })

  test('the age that a response arrives with must not shorten the time to the end of the token', () => {
    expect(judgeWithToken(10_000, 5000).lifetimeMs).toBe(15_000)
  })

  test('a token that has expired must leave nothing', () => {
    expect(judgeWithToken(-1, 5000).lifetimeMs).toBe(5000)
  })

  test('no client may stretch it by max-stale', () => {
    expect(judgeWithToken(10_000).mayBeStale).toBe(false)
  })
})
