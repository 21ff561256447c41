// The general terms of the configuration: durations, sizes, counts, shares, choices and text.
import { parseDuration } from '../base/duration.ts'
import { parseSize } from '../base/size.ts'
import { textTerm, type Term } from './term.ts'

const durationText = 'a duration such as 250ms, 30s, 5m, 1h or 1d'
const durationPattern = /^(0|\d+(ms|s|m|h|d))$/

/** Milliseconds, 0 included. */
export const duration: Term<number> = {
  read: (value) => {
    const ms = parseDuration(scalarText(value))
    return ms === null ? { problem: `write ${durationText}` } : { value: ms }
  },
  forms: [{ type: 'string', pattern: durationPattern.source }, { const: 0 }],
}

// A timer of Node's fires at once where it should wait longer than this.
const longestTimerMs = 2 ** 31 - 1

/** Milliseconds of a deadline: at least 1, at most 24 days. */
export const deadline: Term<number> = textTerm(
  (text) => within(parseDuration(text), 1, longestTimerMs),
  `${durationText}, more than 0 and at most 24d`,
  durationPattern,
)

/** Bytes. */
export function size(minimum: number): Term<number> {
  const least = minimum === 0 ? '' : `, of at least ${minimum}`
  return {
    read: (value) => {
      const bytes = within(parseSize(scalarText(value)), minimum, Number.MAX_SAFE_INTEGER)
      if (bytes !== null) return { value: bytes }
      return { problem: `write a size such as 16KiB, 8MiB, 64kB or a number of bytes${least}` }
    },
    forms: [
      { type: 'string', pattern: '^\\d+([KMG]iB|kB|MB|GB)$' },
      { type: 'integer', minimum },
    ],
  }
}

/** A whole number of things. */
export function count(minimum: number, maximum: number): Term<number> {
  return {
    read: (value) => {
      const number = within(numberOf(value), minimum, maximum)
      if (number !== null && Number.isInteger(number)) return { value: number }
      return { problem: `write a whole number from ${minimum} to ${maximum}` }
    },
    forms: [{ type: 'integer', minimum, maximum }],
  }
}

/** Any finite number. */
export const number: Term<number> = {
  read: (value) => {
    const read = numberOf(value)
    return read === null ? { problem: 'write a number' } : { value: read }
  },
  forms: [{ type: 'number' }],
}

/** A share from 0 to 1, also written in per cent. */
export const share: Term<number> = {
  read: (value) => {
    const [, percent] = typeof value === 'string' ? (/^(\d+(?:\.\d+)?)%$/.exec(value) ?? []) : []
    const read = within(percent === undefined ? numberOf(value) : Number(percent) / 100, 0, 1)
    return read === null ? { problem: 'write a share such as 20% or 0.2' } : { value: read }
  },
  forms: [
    { type: 'string', pattern: '^\\d+(\\.\\d+)?%$' },
    { type: 'number', minimum: 0, maximum: 1 },
  ],
}

export const flag: Term<boolean> = {
  read: (value) => {
    const written = scalarText(value)
    return written === 'true' || written === 'false'
      ? { value: written === 'true' }
      : { problem: 'write true or false' }
  },
  forms: [{ type: 'boolean' }],
}

/** One of a few words or numbers. */
export function choice<const T extends string | number>(values: readonly T[]): Term<T> {
  return {
    read: (value) => {
      const chosen = values.find((known) => String(known) === scalarText(value))
      return chosen === undefined ? { problem: `write one of ${values.join(', ')}` } : { value: chosen }
    },
    forms: [{ enum: values }],
  }
}

/** Text that is not empty. */
export const text: Term<string> = textTerm((value) => (value === '' ? null : value), 'text that is not empty')

// What comes out of the environment is text, also where YAML would have given a number or a boolean.
function scalarText(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : ''
}

function numberOf(value: unknown): number | null {
  const written = scalarText(value)
  return /^-?\d+(\.\d+)?$/.test(written) ? Number(written) : null
}

function within(value: number | null, minimum: number, maximum: number): number | null {
  return value !== null && value >= minimum && value <= maximum ? value : null
}
