// HTTP dates (RFC 9110 §5.6.7): three forms are read, one is written.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatHttpDate, parseHttpDate } from '../../../src/http/date.ts'

const classic = Date.UTC(1994, 10, 6, 8, 49, 37)

test.each([
  ['IMF-fixdate must be read', 'Sun, 06 Nov 1994 08:49:37 GMT', classic],
  ['the RFC 850 form must be read', 'Sunday, 06-Nov-94 08:49:37 GMT', classic],
  ['the asctime form must be read', 'Sun Nov  6 08:49:37 1994', classic],
  [
    'asctime with a two-digit day must be read',
    'Wed Nov 16 08:49:37 1994',
    Date.UTC(1994, 10, 16, 8, 49, 37),
  ],
  ['case must not matter (RFC 9111 §4.2)', 'SUN, 06 NOV 1994 08:49:37 gmt', classic],
  ['a wrong weekday must not matter', 'Mon, 06 Nov 1994 08:49:37 GMT', classic],
  ['a leap second must be read', 'Sat, 31 Dec 2016 23:59:60 GMT', Date.UTC(2017, 0, 1)],
  ['a leap day must be read', 'Thu, 29 Feb 2024 00:00:00 GMT', Date.UTC(2024, 1, 29)],
  ['the year 99 must not be 1999', 'Sun, 06 Nov 0099 08:49:37 GMT', new Date(classic).setUTCFullYear(99)],
])('%s', (_name, text, ms) => {
  expect(parseHttpDate(text)).toBe(ms)
})

test.each([
  ...['', '0', '-1', 'foo', '2038-01-01T00:00:00Z'],
  'Thu, 18 Aug 2050 02:01:18 UTC',
  'Thu, 18 Aug 2050 02:01:18 AEST',
  'Thu, 18 Aug 2050 02:01:18 +0000',
  'Thu, 18 Aug 50 02:01:18 GMT',
  'Thu 18 Aug 2050 02:01:18 GMT',
  'Thu, 18  Aug  2050 02:01:18 GMT',
  'Thu, 18-Aug-2050 02:01:18 GMT',
  'Thu, 18 Aug 2050 02.01.18 GMT',
  'Thu, 18 Aug 2050 2:01:18 GMT',
  'Thu, 18 Aug 2050 24:00:00 GMT',
  'Thu, 18 Aug 2050 02:60:00 GMT',
  'Thu, 18 Aug 2050 02:00:61 GMT',
  'Thu, 30 Feb 2050 02:01:18 GMT',
  'Wed, 29 Feb 2023 00:00:00 GMT',
  'Thu, 00 Jan 2050 02:01:18 GMT',
  ' Thu, 18 Aug 2050 02:01:18 GMT',
  'Thu, 18 Aug 2050 02:01:18 GMT, Thu, 18 Aug 2050 02:01:18 GMT',
])('%j must not be read as a date', (text) => {
  expect(parseHttpDate(text)).toBeNull()
})

test.each([
  ['a year 50 years ahead must be in the future', '21-Nov-76', 2026, 2076],
  ['a year more than 50 years ahead must be in the past', '22-Nov-76', 2026, 1976],
  ['a year in the next century must be found', '01-Jan-05', 2095, 2105],
  ['a past year must stay in the century', '01-Jan-05', 2026, 2005],
])('two-digit years: %s', (_name, day, thisYear, expected) => {
  const ms = parseHttpDate(`Sunday, ${day} 00:00:00 GMT`, Date.UTC(thisYear, 10, 21))
  expect(new Date(ms ?? 0).getUTCFullYear()).toBe(expected)
})

test('a two-digit year without a present must be one from 1970 to 2069', () => {
  expect(parseHttpDate('Thursday, 01-Jan-70 00:00:00 GMT')).toBe(0)
  expect(parseHttpDate('Tuesday, 01-Jan-69 00:00:00 GMT')).toBe(Date.UTC(2069, 0, 1))
})

test('a date that is written must be read as the same second', () => {
  fc.assert(
    fc.property(fc.integer({ min: -62_167_219_200, max: 253_402_300_799 }), (seconds) => {
      expect(parseHttpDate(formatHttpDate(seconds * 1000))).toBe(seconds * 1000)
    }),
  )
})

test('no text may make the parser throw', () => {
  fc.assert(
    fc.property(fc.string(), fc.option(fc.integer()), (text, now) => {
      parseHttpDate(text, now ?? undefined)
    }),
  )
})
