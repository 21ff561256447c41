// Terms: the scalars of the configuration, each read from what YAML gives, with what to write where it is wrong.
import { z } from 'zod'

/** A problem says what to write instead, and never quotes the value: it may be a secret from the environment. */
export type Reading<T> = { readonly value: T } | { readonly problem: string }

export type JsonSchema = Readonly<Record<string, unknown>>

export interface Term<T> {
  read(value: unknown): Reading<T>
  /** The forms that an editor accepts and completes. */
  readonly forms: readonly JsonSchema[]
}

/** A term read from text alone; null from `parse` means that the text is not one. */
export function textTerm<T>(parse: (text: string) => T | null, write: string, pattern?: RegExp): Term<T> {
  return {
    read: (value) => {
      const parsed = typeof value === 'string' ? parse(value) : null
      return parsed === null ? { problem: `write ${write}` } : { value: parsed }
    },
    forms: [{ type: 'string', ...(pattern && { pattern: pattern.source }) }],
  }
}

/** `off` in place of a value: what is inherited or built in does not hold. */
export function orOff<T>(term: Term<T>): Term<T | null> {
  return {
    read: (value) => {
      if (value === 'off') return { value: null }
      const reading = term.read(value)
      return 'problem' in reading ? { problem: `${reading.problem}, or off` } : reading
    },
    forms: [...term.forms, { const: 'off' }],
  }
}

/** A term as a zod schema. */
export function word<T>(term: Term<T>): z.ZodType<T> {
  const schema = z.unknown().transform((value, context): T => {
    const reading = term.read(value)
    if ('value' in reading) return reading.value
    const { problem } = reading
    context.addIssue({ code: 'custom', message: value === undefined ? `is missing; ${problem}` : problem })
    return z.NEVER
  })
  return schema.meta({ anyOf: [...term.forms, fromEnvironment] })
}

const fromEnvironment: JsonSchema = { type: 'string', pattern: '\\$\\{.+\\}' }
