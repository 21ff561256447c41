// Durations: what an operator may write, and that writing one back loses nothing.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatDuration, parseDuration } from '../../../src/base/duration.ts'

test.each([
  ['0', 0],
  ['250ms', 250],
  ['30s', 30_000],
  ['5m', 300_000],
  ['1h', 3_600_000],
  ['1d', 86_400_000],
  ['007s', 7000],
])('%s must be read as %i ms', (text, ms) => {
  expect(parseDuration(text)).toBe(ms)
})

test.each([
  '',
  '30',
  '30 sec',
  '30 s',
  '30S',
  '-1s',
  '1.5s',
  's',
  '1s ',
  '1s\n',
  '1h30m',
  '9999999999999999d',
])('a duration must not be read from %j', (text) => {
  expect(parseDuration(text)).toBeNull()
})

test.each([
  [0, '0'],
  [250, '250ms'],
  [1500, '1500ms'],
  [90_000, '90s'],
  [86_400_000, '1d'],
])('%i ms must be written as %s', (ms, text) => {
  expect(formatDuration(ms)).toBe(text)
})

test('a duration that is written must be read as the same', () => {
  fc.assert(fc.property(fc.maxSafeNat(), (ms) => parseDuration(formatDuration(ms)) === ms))
})
