// HTTP dates in their three forms (RFC 9110 §5.6.7).

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']

const TIME = '(?<hour>[01]\\d|2[0-3]):(?<minute>[0-5]\\d):(?<second>[0-5]\\d|60)'
const MONTH = `(?<month>${MONTHS.join('|')})`
// A cache should ignore case in dates (RFC 9111 §4.2).
const FORMS = [
  new RegExp(`^(?:mon|tue|wed|thu|fri|sat|sun), (?<day>\\d\\d) ${MONTH} (?<year>\\d{4}) ${TIME} GMT$`, 'i'),
  new RegExp(
    `^(?:mon|tues|wednes|thurs|fri|satur|sun)day, (?<day>\\d\\d)-${MONTH}-(?<year>\\d\\d) ${TIME} GMT$`,
    'i',
  ),
  new RegExp(`^(?:mon|tue|wed|thu|fri|sat|sun) ${MONTH} (?<day>\\d\\d| \\d) ${TIME} (?<year>\\d{4})$`, 'i'),
]

/**
 * Epoch ms of an HTTP-date; null where the text is none, or names no day of the calendar. A two-digit year that seems
 * more than 50 years after `now` is of the century before; without `now` it is one from 1970 to 2069. The name
 * of the weekday is not compared with the day.
 */
export function parseHttpDate(text: string, now?: number): number | null {
  for (const form of FORMS) {
    const parts = form.exec(text)?.groups
    if (parts !== undefined) return toEpochMs(parts, now)
  }
  return null
}

/** The preferred form, IMF-fixdate, of a time in the years 0 to 9999. */
export function formatHttpDate(ms: number): string {
  return new Date(ms).toUTCString()
}

function toEpochMs(parts: Record<string, string | undefined>, now: number | undefined): number | null {
  const { year = '', month = '', day, hour, minute, second } = parts
  const minuteOf = (fullYear: number): number =>
    // Date.UTC takes the years 0 to 99 as 1900 to 1999; setUTCFullYear does not.
    new Date(Date.UTC(2000, 0, 1, Number(hour), Number(minute))).setUTCFullYear(
      fullYear,
      MONTHS.indexOf(month.toLowerCase()),
      Number(day),
    )
  const ms = minuteOf(year.length === 2 ? fullYearOf(Number(year), minuteOf, now) : Number(year))
  const isOnCalendar = new Date(ms).getUTCDate() === Number(day)
  return isOnCalendar ? ms + Number(second) * 1000 : null
}

function fullYearOf(
  twoDigits: number,
  minuteOf: (fullYear: number) => number,
  now: number | undefined,
): number {
  if (now === undefined) return twoDigits < 70 ? 2000 + twoDigits : 1900 + twoDigits
  const today = new Date(now)
  const thisCentury = today.getUTCFullYear() - (today.getUTCFullYear() % 100) + twoDigits
  const next = thisCentury + 100
  const limit = new Date(now).setUTCFullYear(today.getUTCFullYear() + 50)
  if (minuteOf(next) <= limit) return next
  return minuteOf(thisCentury) <= limit ? thisCentury : thisCentury - 100
}
