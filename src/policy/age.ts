// How old a response is (RFC 9111 §4.2.3, §5.1).
import { parseHttpDate } from '../http/date.ts'
import { parseDeltaSeconds } from '../http/directives.ts'
import type { StoredResponse } from './entry.ts'

export interface AgeInput {
  /** The combined Age value. */
  readonly ageValue: string | undefined
  readonly dateValue: string | undefined
  /** When the request was sent and the response's head came, epoch ms. */
  readonly requestAt: number
  readonly responseAt: number
}

/**
 * corrected_initial_age in ms, never negative. Of several Age values the first counts, and one that is no
 * non-negative integer is ignored (§5.1); a missing or invalid Date is the time the response came (RFC 9110 §6.6.1).
 */
export function initialAgeMs({ ageValue, dateValue, requestAt, responseAt }: AgeInput): number {
  const dateAt = dateValue === undefined ? null : parseHttpDate(dateValue, responseAt)
  const apparentAgeMs = Math.max(0, responseAt - (dateAt ?? responseAt))
  const responseDelayMs = Math.max(0, responseAt - requestAt)
  return Math.max(apparentAgeMs, parseAgeSeconds(ageValue) * 1000 + responseDelayMs)
}

/** current_age in ms at `now`, epoch ms. */
export function currentAgeMs(entry: StoredResponse, now: number): number {
  return entry.initialAgeMs + Math.max(0, now - entry.responseAt)
}

function parseAgeSeconds(value: string | undefined): number {
  if (value === undefined) return 0
  const [first = ''] = value.split(',', 1)
  return parseDeltaSeconds(first.trim()) ?? 0
}
