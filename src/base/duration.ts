// Durations as operators write them: a whole number and a unit.

const unitsMs: readonly (readonly [unit: string, ms: number])[] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
  ['ms', 1],
]

const syntax = /^(\d+)(ms|s|m|h|d)$/

/** Milliseconds of `250ms`, `30s`, `5m`, `1h`, `1d` or `0`; null where the text is none of these or too large to count. */
export function parseDuration(text: string): number | null {
  if (text === '0') return 0
  const [, digits, unit] = syntax.exec(text) ?? []
  const unitMs = unitsMs.find(([name]) => name === unit)?.[1]
  if (digits === undefined || unitMs === undefined) return null
  const ms = Number(digits) * unitMs
  return Number.isSafeInteger(ms) ? ms : null
}

/** The shortest text that `parseDuration` reads as these (whole, non-negative) milliseconds. */
export function formatDuration(ms: number): string {
  if (ms === 0) return '0'
  const [unit, unitMs] = unitsMs.find(([, each]) => ms % each === 0) ?? ['ms', 1]
  return `${ms / unitMs}${unit}`
}
