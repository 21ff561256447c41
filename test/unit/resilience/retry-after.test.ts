// The Retry-After field (RFC 9110 §10.2.3).
import { expect, test } from 'vitest'
import { parseRetryAfter } from '../../../src/resilience/retry-after.ts'

const now = Date.UTC(2026, 0, 15, 12)

test.each([
  ['seconds', '120', 120_000],
  ['no seconds', '0', 0],
  ['blanks around', ' 3 ', 3_000],
  ['more seconds than a number holds', '9'.repeat(400), Number.MAX_SAFE_INTEGER],
  ['a date', 'Thu, 15 Jan 2026 12:00:30 GMT', 30_000],
  ['a date that has passed', 'Thu, 15 Jan 2026 11:00:00 GMT', 0],
  ['a fraction', '1.5', null],
  ['a negative number', '-1', null],
  ['a list', '1, 2', null],
  ['nothing', '', null],
  ['a word', 'later', null],
])('%s', (_name, value, expected) => {
  expect(parseRetryAfter(value, now)).toBe(expected)
})
