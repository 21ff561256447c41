// The Retry-After field (RFC 9110 §10.2.3).
import { parseHttpDate } from '../http/date.ts'

/** The wait in ms that the field asks for, never negative; null where its value is neither seconds nor a date. */
export function parseRetryAfter(value: string, now: number): number | null {
  const text = value.trim()
  if (/^\d+$/.test(text)) return Math.min(Number(text) * 1000, Number.MAX_SAFE_INTEGER)
  const at = parseHttpDate(text, now)
  return at === null ? null : Math.max(0, at - now)
}
