import { describe, expect, test } from 'vitest'
import { formatCacheStatus, forwardedOutcome, hitOutcome, staleOutcome } from '../../../src/policy/outcome.ts'
import type { Reason } from '../../../src/policy/reasons.ts'
import { entryOf } from './requests.ts'

const forwarding = {
  cache: 'MISS',
  forwardedFor: 'uri-miss',
  forwardStatus: 200,
  stored: false,
  collapsed: false,
} as const

describe('Cache-Status (RFC 9211 §2) must say', () => {
  test.each([
    [
      'a hit and how long it is fresh',
      hitOutcome(entryOf(), 'fresh', 2500),
      'weir; hit; ttl=7; detail=fresh',
    ],
    [
      'how long a stale hit has been stale',
      staleOutcome(entryOf(), 'max-stale', 12_000),
      'weir; hit; ttl=-2; detail=max-stale',
    ],
    [
      'a miss that was stored',
      forwardedOutcome({ ...forwarding, reason: 'stored', stored: true }),
      'weir; fwd=uri-miss; fwd-status=200; stored; detail=stored',
    ],
    [
      'a miss without an answer',
      forwardedOutcome({ ...forwarding, reason: 'origin-failed', forwardStatus: null }),
      'weir; fwd=uri-miss; detail=origin-failed',
    ],
    [
      'a collapsed miss',
      forwardedOutcome({ ...forwarding, cache: 'COLLAPSED', reason: 'set-cookie', collapsed: true }),
      'weir; fwd=uri-miss; fwd-status=200; collapsed; detail=set-cookie',
    ],
    [
      'a bypass',
      forwardedOutcome({
        ...forwarding,
        cache: 'BYPASS',
        reason: 'route-not-cached',
        forwardedFor: 'route-not-cached',
      }),
      'weir; fwd=bypass; fwd-status=200; detail=route-not-cached',
    ],
  ])('%s', (_, outcome, expected) => {
    expect(formatCacheStatus(outcome)).toBe(expected)
  })

  test.each<[Reason, string]>([
    ['vary-miss', 'vary-miss'],
    ['hit-for-miss', 'bypass'],
    ['request-no-cache', 'request'],
    ['refresh-parameter', 'request'],
    ['stale', 'stale'],
    ['no-cache', 'stale'],
    ['soft-purged', 'stale'],
    ['fenced', 'miss'],
  ])('%s in the words of the RFC: %s (§2.2)', (forwardedFor, expected) => {
    expect(forwardedOutcome({ ...forwarding, reason: 'stored', forwardedFor }).forwarded).toBe(expected)
  })
})

test('an outcome must say for X-Cache what served it', () => {
  expect(hitOutcome(entryOf(), 'fresh', 0).cache).toBe('HIT')
  expect(staleOutcome(entryOf(), 'stale-if-error', 0).cache).toBe('STALE')
})
