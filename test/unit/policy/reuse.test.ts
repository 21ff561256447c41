// Whether a stored response may be used (RFC 9111 §4), as arithmetic on its age.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { currentAgeMs } from '../../../src/policy/age.ts'
import type { Freshness, StoredResponse } from '../../../src/policy/entry.ts'
import { decideReuse, mayServeOnError, type Reuse } from '../../../src/policy/reuse.ts'
import { directives, entry, noon, secondMs } from './time-samples.ts'

const decide = (stored: StoredResponse, cacheControl: string | undefined, ageSeconds: number): Reuse =>
  decideReuse(
    { variants: [stored], selected: stored, directives: directives(cacheControl), refresh: false },
    noon + ageSeconds * secondMs,
  )

const withoutEntry = (reuse: Reuse): object => ({ ...reuse, entry: undefined })

test.each<[string, Partial<Freshness>, string | undefined, number, object]>([
  ['a fresh response must be a hit', {}, undefined, 59, { kind: 'hit', reason: 'fresh' }],
  [
    'a response must be stale when its age reaches its lifetime (RFC 9111 §4.2)',
    {},
    undefined,
    60,
    { kind: 'validate', reason: 'stale' },
  ],
  [
    'no-cache of the response must validate (RFC 9111 §5.2.2.4)',
    { validateAlways: true },
    undefined,
    1,
    { kind: 'validate', reason: 'no-cache' },
  ],
  [
    'no-cache must beat max-stale',
    { validateAlways: true },
    'max-stale',
    1,
    { kind: 'validate', reason: 'no-cache' },
  ],
  [
    'a soft purge must validate',
    { validateAlways: true, source: 'purged' },
    undefined,
    1,
    { kind: 'validate', reason: 'soft-purged' },
  ],
  [
    'no-cache of the request must validate (RFC 9111 §5.2.1.4)',
    {},
    'no-cache',
    1,
    { kind: 'validate', reason: 'request-no-cache' },
  ],
  [
    'a response as old as max-age must be a hit (RFC 9111 §5.2.1.1)',
    {},
    'max-age=10',
    10,
    { kind: 'hit', reason: 'fresh' },
  ],
  [
    'a response older than max-age must be validated',
    {},
    'max-age=10',
    10.001,
    { kind: 'validate', reason: 'request-max-age' },
  ],
  ['max-age=0 must validate', {}, 'max-age=0', 0.001, { kind: 'validate', reason: 'request-max-age' }],
  [
    'a response that stays fresh for min-fresh must be a hit (RFC 9111 §5.2.1.3)',
    {},
    'min-fresh=20',
    40,
    { kind: 'hit', reason: 'fresh' },
  ],
  [
    'a response that does not must be validated',
    {},
    'min-fresh=20',
    41,
    { kind: 'validate', reason: 'request-min-fresh' },
  ],
  [
    'max-stale must allow that much (RFC 9111 §5.2.1.2)',
    {},
    'max-stale=10',
    70,
    { kind: 'stale', reason: 'max-stale', refresh: false },
  ],
  ['max-stale must not allow more', {}, 'max-stale=10', 70.001, { kind: 'validate', reason: 'stale' }],
  [
    'max-stale without a value must allow any',
    {},
    'max-stale',
    1e9,
    { kind: 'stale', reason: 'max-stale', refresh: false },
  ],
  [
    'max-stale must not beat must-revalidate (RFC 9111 §4.2.4)',
    { mayBeStale: false },
    'max-stale',
    61,
    { kind: 'validate', reason: 'stale' },
  ],
  [
    'max-stale must not beat max-age',
    {},
    'max-age=10, max-stale',
    61,
    { kind: 'validate', reason: 'request-max-age' },
  ],
  [
    'max-age must allow stale with max-stale',
    {},
    'max-age=99, max-stale=9',
    61,
    { kind: 'stale', reason: 'max-stale', refresh: false },
  ],
  [
    'the window must allow stale (RFC 5861 §3)',
    { staleWhileRevalidateMs: 30_000 },
    undefined,
    89,
    { kind: 'stale', reason: 'stale-while-revalidate', refresh: true },
  ],
  [
    'the window must end',
    { staleWhileRevalidateMs: 30_000 },
    undefined,
    90,
    { kind: 'validate', reason: 'stale' },
  ],
  [
    'max-age must not be answered stale (RFC 9111 §5.2.1.1)',
    { staleWhileRevalidateMs: 30_000 },
    'max-age=99',
    61,
    { kind: 'validate', reason: 'stale' },
  ],
  [
    'min-fresh must not be answered stale',
    { staleWhileRevalidateMs: 30_000 },
    'min-fresh=0',
    61,
    { kind: 'validate', reason: 'request-min-fresh' },
  ],
  [
    'the window must beat max-stale, since it refreshes',
    { staleWhileRevalidateMs: 30_000 },
    'max-stale',
    61,
    { kind: 'stale', reason: 'stale-while-revalidate', refresh: true },
  ],
  [
    'no-store of the request must not keep from using what is stored (RFC 9111 §5.2.1.5)',
    {},
    'no-store',
    1,
    { kind: 'hit', reason: 'fresh' },
  ],
])('%s', (_name, freshness, cacheControl, ageSeconds, expected) => {
  const stored = entry(freshness)
  const reuse = decide(stored, cacheControl, ageSeconds)
  expect(withoutEntry(reuse)).toEqual({ entry: undefined, ...expected })
  expect('entry' in reuse && reuse.entry).toBe(stored)
})

test('the age that it arrived with must count', () => {
  expect(decide(entry({}, { initialAgeMs: 30_000 }), undefined, 29).kind).toBe('hit')
  expect(decide(entry({}, { initialAgeMs: 30_000 }), undefined, 30).kind).toBe('validate')
})

test.each([
  ['nothing stored must be a uri-miss', [], false, 'uri-miss'],
  ['other variants must be a vary-miss', [entry()], false, 'vary-miss'],
  ['the refresh parameter must be a miss', [], true, 'refresh-parameter'],
])('%s', (_name, variants, refresh, reason) => {
  const lookup = { variants, selected: undefined, directives: directives(), refresh }
  expect(decideReuse(lookup, noon)).toEqual({ kind: 'miss', reason })
})

test('the refresh parameter must beat a fresh response', () => {
  const stored = entry()
  const lookup = { variants: [stored], selected: stored, directives: directives(), refresh: true }
  expect(decideReuse(lookup, noon)).toEqual({ kind: 'miss', reason: 'refresh-parameter' })
})

describe('in place of an error (RFC 5861 §4)', () => {
  test.each<[string, Partial<Freshness>, string | undefined, number, boolean]>([
    ['a fresh response may be served', {}, undefined, 59, true],
    ['a fresh response that is too old for the request may be served', {}, 'max-age=0', 59, true],
    ['a stale response must not be served without a window', {}, undefined, 60, false],
    ['a stale response may be served within the window', { staleIfErrorMs: 9000 }, undefined, 68, true],
    ['a stale response must not be served after the window', { staleIfErrorMs: 9000 }, undefined, 69, false],
    ['a stale response may be served in the window of the request', {}, 'stale-if-error=9', 68, true],
    ['the window of the request must end', {}, 'stale-if-error=9', 69, false],
    [
      'the window of the request must not beat must-revalidate',
      { mayBeStale: false },
      'stale-if-error=9',
      61,
      false,
    ],
    ['the longer window must count', { staleIfErrorMs: 9000 }, 'stale-if-error=1', 68, true],
    ['no-cache of the request must get the error', { staleIfErrorMs: 9000 }, 'no-cache', 1, false],
    [
      'no-cache of the response must get the error',
      { validateAlways: true, mayBeStale: false, lifetimeMs: 0 },
      undefined,
      1,
      false,
    ],
    [
      'what an operator purged softly may be served in the window',
      { validateAlways: true, lifetimeMs: 0, staleIfErrorMs: 9000 },
      undefined,
      8,
      true,
    ],
    [
      'what is fresh but must be validated must not be served',
      { validateAlways: true, staleIfErrorMs: 0 },
      undefined,
      1,
      false,
    ],
  ])('%s', (_name, freshness, cacheControl, ageSeconds, expected) => {
    expect(mayServeOnError(entry(freshness), directives(cacheControl), noon + ageSeconds * secondMs)).toBe(
      expected,
    )
  })
})

describe('for any entry and any request', () => {
  const seconds = fc.nat({ max: 200 })
  const anyEntry = fc
    .record({
      lifetimeMs: seconds.map((n) => n * secondMs),
      staleWhileRevalidateMs: seconds.map((n) => n * secondMs),
      staleIfErrorMs: seconds.map((n) => n * secondMs),
      mayBeStale: fc.boolean(),
      validateAlways: fc.boolean(),
    })
    .map((freshness) =>
      freshness.mayBeStale ? freshness : { ...freshness, staleWhileRevalidateMs: 0, staleIfErrorMs: 0 },
    )
    .chain((freshness) => seconds.map((age) => entry(freshness, { initialAgeMs: age * secondMs })))
  const anyDirectives = fc
    .array(
      fc.tuple(fc.constantFrom('no-cache', 'max-age', 'min-fresh', 'max-stale', 'stale-if-error'), seconds),
    )
    .map((said) => said.map(([name, n]) => (name === 'no-cache' ? name : `${name}=${n}`)).join(','))
  const anyTime = seconds.map((n) => noon + n * secondMs)

  test('a hit must be fresh, and stale reuse must be permitted', () => {
    fc.assert(
      fc.property(anyEntry, anyDirectives, anyTime, (stored, cacheControl, now) => {
        const said = directives(cacheControl)
        const { lifetimeMs, validateAlways, mayBeStale, staleWhileRevalidateMs } = stored.freshness
        const reuse = decideReuse(
          { variants: [stored], selected: stored, directives: said, refresh: false },
          now,
        )
        const ageMs = currentAgeMs(stored, now)
        if (reuse.kind === 'hit' || reuse.kind === 'stale') {
          expect(validateAlways || said.noCache).toBe(false)
          expect(ageMs <= (said.maxAge ?? Infinity) * secondMs).toBe(true)
          expect(lifetimeMs >= ageMs + (said.minFresh ?? -Infinity) * secondMs).toBe(true)
        }
        if (reuse.kind === 'hit') expect(ageMs).toBeLessThan(lifetimeMs)
        if (reuse.kind === 'stale') {
          const permittedMs = Math.max(staleWhileRevalidateMs, (said.maxStale ?? 0) * secondMs)
          expect(mayBeStale && ageMs <= lifetimeMs + permittedMs).toBe(true)
        }
      }),
      { numRuns: 2000 },
    )
  })

  test('nothing may become more reusable with time', () => {
    const order = ['hit', 'stale', 'validate', 'miss']
    fc.assert(
      fc.property(anyEntry, anyDirectives, anyTime, seconds, (stored, cacheControl, now, later) => {
        const lookup = {
          variants: [stored],
          selected: stored,
          directives: directives(cacheControl),
          refresh: false,
        }
        const before = decideReuse(lookup, now).kind
        const after = decideReuse(lookup, now + later * secondMs).kind
        expect(order.indexOf(after)).toBeGreaterThanOrEqual(order.indexOf(before))
      }),
      { numRuns: 1000 },
    )
  })
})
