// The age of a response (RFC 9111 §4.2.3, §5.1).
import { describe, expect, test } from 'vitest'
import { formatHttpDate } from '../../../src/http/date.ts'
import { currentAgeMs, initialAgeMs } from '../../../src/policy/age.ts'
import { entry, noon, secondMs } from './time-samples.ts'

const ageOf = (ageValue?: string, dateValue?: string, delayMs = 0): number =>
  initialAgeMs({ ageValue, dateValue, requestAt: noon - delayMs, responseAt: noon })

describe('corrected_initial_age', () => {
  test.each<[string, string | undefined, number]>([
    ['no Age must be 0', undefined, 0],
    ['an Age must be read in seconds', '30', 30],
    ['leading zeros must not matter', '0030', 30],
    ['an overflowing Age must be 2^31 (RFC 9111 §1.2.2)', '99999999999', 2 ** 31],
    ['the first member must count (RFC 9111 §5.1)', '7200, 0', 7200],
    ['the first member must count, smaller or not', '0,7200', 0],
    ['equal members must count once', '3600, 3600', 3600],
    ['letters must be ignored (RFC 9111 §5.1)', 'abc', 0],
    ['a negative Age must be ignored', '-7200', 0],
    ['a fractional Age must be ignored', '7200.0', 0],
    ['a quoted Age must be ignored', '"3600"', 0],
    ['an Age with a parameter must be ignored', '7200;foo=bar', 0],
    ['an empty Age must be ignored', '', 0],
    ['an Age whose first member is invalid must be ignored', 'x, 30', 0],
  ])('%s', (_name, ageValue, seconds) => {
    expect(ageOf(ageValue)).toBe(seconds * secondMs)
  })

  test('the time since Date must count where it is longer (apparent_age)', () => {
    expect(ageOf('10', formatHttpDate(noon - 25 * secondMs))).toBe(25 * secondMs)
    expect(ageOf('30', formatHttpDate(noon - 25 * secondMs))).toBe(30 * secondMs)
  })

  test('a Date in the future or no date must not make it younger', () => {
    expect(ageOf('10', formatHttpDate(noon + 25 * secondMs))).toBe(10 * secondMs)
    expect(ageOf('10', 'foo')).toBe(10 * secondMs)
  })

  test('the time that the response took must be added to Age (response_delay)', () => {
    expect(ageOf('10', undefined, 1500)).toBe(11_500)
    expect(ageOf(undefined, undefined, 1500)).toBe(1500)
  })
})

describe('current_age', () => {
  test('the time in the store must be added', () => {
    expect(currentAgeMs(entry({}, { initialAgeMs: 500 }), noon + 2000)).toBe(2500)
  })

  test('a clock that stepped back must not make it younger', () => {
    expect(currentAgeMs(entry({}, { initialAgeMs: 500 }), noon - 2000)).toBe(500)
  })
})
