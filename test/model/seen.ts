// What can be seen of weir from outside, on both of its sides: what the model foretells and what the real one does.
import type { TagChoice } from './choices.ts'

/** An answer as a client got it. */
export interface Answered {
  readonly status: number
  /** Null: none; 'problem': weir's own words; of several ranges, joined by '|'. */
  readonly content: string | null
  readonly xCache: string
  readonly cacheStatus: string
  /** Age as sent; null: none. */
  readonly age: string | null
  /** Derived tags by `derivedName`; 'any': not foretold. */
  readonly etag: TagChoice | 'any' | null
  /** Which answer of the origin the head, or its last update, came with. */
  readonly revision: string | null
  readonly secret: boolean
}

/** A question as the origin got it: method, target, and the fields that matter, by lower-case name. */
export interface Question {
  readonly method: string
  readonly target: string
  readonly fields: Readonly<Record<string, string>>
}

export interface Seen {
  /** One for each client, in the order in which they asked; null: none came. */
  readonly answers: readonly (Answered | null)[]
  readonly questions: readonly Question[]
  /** No rule settles exactly what is to be seen. */
  readonly isLoose: boolean
}

/** RFC 9211 §2.2, for the reasons that weir gives. */
const FORWARDED: Readonly<Record<string, string>> = {
  'method-not-cached': 'method',
  'no-credential': 'bypass',
  'get-with-body': 'bypass',
  'encoded-delimiter': 'bypass',
  'request-no-store': 'request',
  'request-no-cache': 'request',
  'request-max-age': 'request',
  'request-min-fresh': 'request',
  'refresh-parameter': 'request',
  'uri-miss': 'uri-miss',
  'vary-miss': 'vary-miss',
  stale: 'stale',
  'no-cache': 'stale',
  'soft-purged': 'stale',
}

export interface Forwarded {
  readonly status?: number | null
  readonly isStored?: boolean
  readonly isCollapsed?: boolean
  /** What became of it, where that is not why it was forwarded. */
  readonly detail?: string
}

/** Cache-Status of an answer that was forwarded for this reason. */
export function forwardedStatus(
  reason: string,
  { status = null, isStored = false, isCollapsed = false, detail }: Forwarded,
): string {
  const parts = ['weir', `fwd=${FORWARDED[reason] ?? 'miss'}`]
  if (status !== null) parts.push(`fwd-status=${status}`)
  if (isStored) parts.push('stored')
  if (isCollapsed) parts.push('collapsed')
  return [...parts, `detail=${detail ?? reason}`].join('; ')
}

/** Cache-Status of an answer from the store. */
export function hitStatus(reason: string, ttlSeconds: number): string {
  return `weir; hit; ttl=${ttlSeconds}; detail=${reason}`
}

/** An answer in weir's own words. */
export function problem(status: number, xCache: string, cacheStatus: string): Answered {
  return {
    status,
    content: 'problem',
    xCache,
    cacheStatus,
    age: '0',
    etag: null,
    revision: null,
    secret: false,
  }
}
