// What may be stored (RFC 9111 §3), and what may not even be shared.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatHttpDate } from '../../../src/http/date.ts'
import type { Reason } from '../../../src/policy/reasons.ts'
import { judgeStorability, type Storability, type StorabilityInput } from '../../../src/policy/storability.ts'
import { noon, policy, request, response, secondMs } from './time-samples.ts'

const FRESH = 'Cache-Control: max-age=60'
const MODIFIED = `Last-Modified: ${formatHttpDate(noon - 6000 * secondMs)}`

function judge(lines: string[], differences: Partial<StorabilityInput> = {}, status = 200): Storability {
  return judgeStorability({
    request: request(),
    credentialed: false,
    response: response(lines, status),
    cache: policy(),
    initialAgeMs: 0,
    responseAt: noon,
    tokenExpiresAt: null,
    ...differences,
  })
}

const reasonOf = (storability: Storability): Reason | 'store' =>
  storability.kind === 'store' ? 'store' : storability.reason

describe('directives', () => {
  test.each<[string, string[], Reason | 'store']>([
    ['a fresh response may be stored', [FRESH], 'store'],
    ['no-store must not be stored', ['Cache-Control: max-age=60, No-Store'], 'response-no-store'],
    [
      'private must not be stored in a shared cache',
      ['Cache-Control: max-age=60, private'],
      'response-private',
    ],
    ['an empty private must not be stored', ['Cache-Control: max-age=60, private=""'], 'response-private'],
    ['qualified private may be stored', ['Cache-Control: max-age=60, private="a"'], 'store'],
    ['a targeted no-store must not be stored', [FRESH, 'CDN-Cache-Control: no-store'], 'response-no-store'],
    ['a targeted private must not be stored', [FRESH, 'CDN-Cache-Control: private'], 'response-private'],
    [
      'a targeted max-age must beat no-store (RFC 9213 §2.2)',
      ['Cache-Control: no-store', 'CDN-Cache-Control: max-age=9'],
      'store',
    ],
    [
      'a malformed targeted field must not beat no-store',
      ['Cache-Control: no-store', 'CDN-Cache-Control: max-age="9"'],
      'response-no-store',
    ],
    ['a cookie must not be stored', [FRESH, 'Set-Cookie: a=b'], 'set-cookie'],
    ['Vary: * must not be stored (RFC 9111 §4.1)', [FRESH, 'Vary: accept , *'], 'vary-any'],
    [
      'must-understand must beat no-store (RFC 9111 §5.2.2.3)',
      ['Cache-Control: max-age=60, no-store, must-understand'],
      'store',
    ],
    ['no-cache with a validator may be stored', ['Cache-Control: no-cache', 'ETag: "a"'], 'store'],
    ['no-cache without a validator is of no use', ['Cache-Control: no-cache, max-age=60'], 'no-cache'],
    ['max-age=0 with a validator may be stored', ['Cache-Control: max-age=0', MODIFIED], 'store'],
    ['max-age=0 without a validator is of no use', ['Cache-Control: max-age=0'], 'stale-on-arrival'],
    ['max-age=0 with a window may be stored', ['Cache-Control: max-age=0, stale-if-error=9'], 'store'],
    ['nothing stated must not be stored', [], 'no-freshness'],
    ['nothing stated but a validator may be stored', ['ETag: "a"'], 'store'],
    ['an invalid Last-Modified must be no validator', ['Last-Modified: foo'], 'no-freshness'],
    ['an empty ETag must be no validator', ['ETag:'], 'no-freshness'],
  ])('%s', (_name, lines, expected) => {
    expect(reasonOf(judge(lines))).toBe(expected)
  })

  test('what arrives older than its lifetime is of no use', () => {
    expect(reasonOf(judge([FRESH], { initialAgeMs: 60_000 }))).toBe('stale-on-arrival')
  })

  test('fields that no-cache and private list must be left out', () => {
    const storability = judge(['Cache-Control: max-age=60, no-cache="a", private="b, c"'])
    expect(storability).toMatchObject({ kind: 'store', withoutFields: ['a', 'b', 'c'] })
  })
})

describe('statuses', () => {
  test.each([200, 201, 203, 204, 299, 301, 302, 303, 307, 308, 400, 404, 410, 499, 500, 502, 503, 504, 599])(
    '%i may be stored with explicit freshness (RFC 9111 §3)',
    (status) => {
      expect(reasonOf(judge([FRESH], {}, status))).toBe('store')
    },
  )

  test.each([100, 103, 304, 412, 416, 428, 429, 431, 511])('%i must never be stored', (status) => {
    const cache = policy({ statuses: new Map([[status, 5000]]) })
    expect(reasonOf(judge([FRESH, MODIFIED], { cache }, status))).toBe('status-not-cacheable')
  })

  test('a part must not be stored', () => {
    expect(reasonOf(judge([FRESH], {}, 206))).toBe('partial-content')
  })

  test('an unknown status must not be stored with must-understand', () => {
    expect(reasonOf(judge(['Cache-Control: max-age=60, must-understand'], {}, 599))).toBe('not-understood')
  })

  test.each([201, 302, 403, 500, 599])('%i must not be stored for its validator alone', (status) => {
    expect(reasonOf(judge([MODIFIED], {}, status))).toBe('status-not-cacheable')
    expect(reasonOf(judge([MODIFIED, 'Cache-Control: public'], {}, status))).toBe('store')
  })

  test('a status with a ttl of its own may be stored', () => {
    const cache = policy({ statuses: new Map([[404, 5000]]), ttlMs: 1000 })
    expect(reasonOf(judge([], { cache }, 404))).toBe('store')
    expect(reasonOf(judge([], { cache }, 410))).toBe('no-freshness')
  })
})

describe("the operator's ttl", () => {
  const ttl = policy({ ttlMs: 30_000 })
  const override = policy({ ttlMs: 30_000, override: true })

  test.each<[string, string[], Reason | 'store', Reason | 'store']>([
    ['a silent origin', [], 'store', 'store'],
    ['no-store', ['Cache-Control: no-store'], 'response-no-store', 'store'],
    ['a malformed no-store', ['Cache-Control: no-store=1'], 'response-no-store', 'store'],
    ['private', ['Cache-Control: private'], 'response-private', 'store'],
    ['no-cache', ['Cache-Control: no-cache'], 'no-cache', 'store'],
    ['Set-Cookie', ['Set-Cookie: a=b'], 'set-cookie', 'set-cookie'],
    ['Vary: *', ['Vary: *'], 'vary-any', 'vary-any'],
  ])('%s', (_name, lines, withTtl, withOverride) => {
    expect(reasonOf(judge(lines, { cache: ttl }))).toBe(withTtl)
    expect(reasonOf(judge(lines, { cache: override }))).toBe(withOverride)
  })

  test('override must not leave fields out', () => {
    expect(judge(['Cache-Control: private="a"'], { cache: override })).toMatchObject({ withoutFields: [] })
  })
})

describe('requests', () => {
  test('no-store of the request must keep even an overridden response out (RFC 9111 §5.2.1.5)', () => {
    const cache = policy({ ttlMs: 30_000, override: true })
    const asked = request('Cache-Control: no-store')
    expect(reasonOf(judge([FRESH], { request: asked, cache }))).toBe('request-no-store')
  })

  const authorized = request('Authorization: Bearer x')

  test.each<[string, string, Reason | 'store']>([
    ['explicit freshness must not be enough', 'max-age=60', 'authorization'],
    ['public may be stored', 'max-age=60, public', 'store'],
    ['must-revalidate may be stored', 'max-age=60, must-revalidate', 'store'],
    ['s-maxage may be stored', 's-maxage=60', 'store'],
    ['proxy-revalidate must not be enough', 'max-age=60, proxy-revalidate', 'authorization'],
  ])('Authorization outside the key: %s (RFC 9111 §3.5)', (_name, value, expected) => {
    expect(reasonOf(judge([`Cache-Control: ${value}`], { request: authorized }))).toBe(expected)
  })

  test('Authorization within the key must not matter', () => {
    expect(reasonOf(judge([FRESH], { request: authorized, credentialed: true }))).toBe('store')
  })

  test('a shared scope must vouch for its ttl, and for nothing else', () => {
    const shared = policy({ scope: 'shared', ttlMs: 30_000 })
    expect(reasonOf(judge([], { request: authorized, cache: shared }))).toBe('store')
    expect(reasonOf(judge([FRESH], { request: authorized, cache: shared }))).toBe('authorization')
    expect(reasonOf(judge([], { request: authorized, cache: policy({ ttlMs: 30_000 }) }))).toBe(
      'authorization',
    )
  })

  test('a token that has expired must not be stored under', () => {
    expect(reasonOf(judge([FRESH], { credentialed: true, tokenExpiresAt: noon }))).toBe('expired-token')
    expect(reasonOf(judge([FRESH], { credentialed: true, tokenExpiresAt: noon + 1 }))).toBe('store')
  })
})

describe('sharing what is not stored', () => {
  test('an error of the origin may be shared by all who wait', () => {
    expect(judge([], {}, 503)).toEqual({ kind: 'pass', reason: 'status-not-cacheable', shareable: true })
  })

  test.each([
    [['Cache-Control: private'], 503],
    [['Cache-Control: no-store'], 503],
    [['Set-Cookie: a=b'], 503],
    [['Cache-Control: no-store'], 200],
    [[], 200],
    [[], 302],
  ])('%j with status %i must not be shared', (lines, status) => {
    expect(judge(lines, {}, status)).toMatchObject({ kind: 'pass', shareable: false })
  })
})

test('whatever the policy and the response, a cookie or a part must not be stored, nor no-store without an override', () => {
  const anyPolicy = fc.record({
    ttlMs: fc.option(fc.nat()),
    override: fc.boolean(),
    heuristic: fc.boolean(),
    staleIfErrorMs: fc.nat(),
    scope: fc.constantFrom('auto', 'shared', 'user'),
  })
  const anyLines = fc.subarray([
    FRESH,
    MODIFIED,
    'ETag: "a"',
    'Cache-Control: public',
    'Expires: 0',
    'Vary: Accept',
  ])
  const forbidden = fc.constantFrom(
    'Set-Cookie: a=b',
    'Vary: *',
    'Cache-Control: no-store',
    'Cache-Control: private',
  )
  const anyStatus = fc.constantFrom(200, 203, 206, 304, 404, 429, 500, 599)
  fc.assert(
    fc.property(
      anyPolicy,
      anyLines,
      forbidden,
      anyStatus,
      fc.boolean(),
      (cache, lines, line, status, credentialed) => {
        const mayOverride =
          cache.override && cache.ttlMs !== null && status === 200 && line.startsWith('Cache-Control')
        const storability = judge([...lines, line], { cache: policy(cache), credentialed }, status)
        if (!mayOverride) expect(storability.kind).toBe('pass')
      },
    ),
    { numRuns: 1000 },
  )
})

describe('who waits may have what is stored only if it could answer them as it is (RFC 9111 §4)', () => {
  test.each<[string, string[], number, boolean]>([
    ['a fresh response', [FRESH], 0, true],
    ['one that must be validated', ['Cache-Control: max-age=60, no-cache', 'ETag: "a"'], 0, false],
    ['one that is stale on arrival', [FRESH, 'ETag: "a"'], 60_000, false],
    ['a stale one within its window', ['Cache-Control: max-age=60, stale-while-revalidate=9'], 68_999, true],
    ['one with fields for one client', ['Cache-Control: max-age=60, private="a"'], 0, true],
  ])('%s', (_name, lines, initialAgeMs, shareable) => {
    expect(judge(lines, { initialAgeMs })).toMatchObject({ kind: 'store', shareable })
  })

  test('an error with fields for one client must not be shared', () => {
    expect(judge(['Cache-Control: private="a"'], {}, 503)).toMatchObject({ kind: 'pass', shareable: false })
  })
})
