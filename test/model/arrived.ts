// An answer as it came in: the choices, with their offsets turned into times.
import type { AnswerChoice } from './choices.ts'

/** When every episode begins. */
export const startAt = Date.UTC(2026, 0, 15, 12)

export interface Arrived extends AnswerChoice {
  /** Which question of the episode it answers; body and X-Rev show it. */
  readonly id: number
  readonly requestAt: number
  readonly responseAt: number
  /** Epoch ms, in whole seconds. */
  readonly dateAt: number | 'invalid' | null
  readonly expiresAt: number | 'invalid' | null
  readonly modifiedAt: number | 'invalid' | null
}

/** @param requestAt and `responseAt` epoch ms */
export function arrive(choice: AnswerChoice, id: number, requestAt: number, responseAt: number): Arrived {
  const after = (seconds: number | 'invalid' | null): number | 'invalid' | null =>
    typeof seconds === 'number' ? wholeSeconds(responseAt + seconds * 1000) : seconds
  const { date, expires, lastModified } = choice
  return {
    ...choice,
    id,
    requestAt,
    responseAt,
    dateAt: after(date),
    expiresAt: after(expires),
    modifiedAt: typeof lastModified === 'number' ? beforeStart(lastModified) : lastModified,
  }
}

/** Epoch ms of so many seconds before the beginning. */
export function beforeStart(seconds: number): number {
  return startAt - seconds * 1000
}

/** What a date in a field can state. */
export function wholeSeconds(ms: number): number {
  return Math.floor(ms / 1000) * 1000
}

/** The content of an answer. */
export function bodyOf({ id, status, bytes }: Pick<Arrived, 'id' | 'status' | 'bytes'>): string {
  if (status === 204) return ''
  return `body ${id}.`.padEnd({ small: 12, longer: 16, large: 9000, 'large-undeclared': 9000 }[bytes], '-')
}

/** What stands for the tag that weir derives from the content: the same content has the same tag. */
export function derivedName(answer: Pick<Arrived, 'id' | 'status' | 'bytes'>): string {
  return bodyOf(answer) === '' ? 'derived:empty' : `derived:${answer.id}`
}
