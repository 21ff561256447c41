// What is told of a job's run: its record, what it shows of the answer, and both in words for clients.
import { resolvePointer } from '../../base/json-pointer.ts'
import type { ReportValue, RunRecord } from '../../store/run-records.ts'

/** The fields of the answer that the pointers point to, by pointer without its first slash; scalars alone. */
export function reportOf(
  body: Uint8Array | null,
  pointers: readonly string[],
): Readonly<Record<string, ReportValue>> {
  if (body === null || pointers.length === 0) return {}
  const answer = parseJson(Buffer.from(body).toString('utf8'))
  return Object.fromEntries(
    pointers.flatMap((pointer) => {
      const value = scalar(resolvePointer(answer, pointer))
      return value === undefined ? [] : [[pointer.slice(1), value]]
    }),
  )
}

/** A record as JSON shows it, times as ISO 8601. */
export function runSummary({ startedAt, endedAt, ...rest }: RunRecord): Readonly<Record<string, unknown>> {
  return { ...rest, startedAt: isoTime(startedAt), endedAt: endedAt === null ? null : isoTime(endedAt) }
}

/** ISO 8601 in UTC, to the millisecond. */
export function isoTime(at: number): string {
  return new Date(at).toISOString()
}

/** The value; undefined where the text is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const MOST_CHARACTERS = 200

function scalar(value: unknown): ReportValue | undefined {
  if (typeof value === 'string') return value.slice(0, MOST_CHARACTERS)
  return typeof value === 'number' || typeof value === 'boolean' || value === null ? value : undefined
}
