// What a fill is asked to do.
import type { RequestDirectives } from '../http/cache-control.ts'
import type { StoredResponse } from '../policy/entry.ts'
import type { CacheKey } from '../policy/key.ts'
import type { CachePolicy } from '../policy/route-policy.ts'
import type { Call } from './call.ts'

/** What the origin is asked for. */
export type Ask =
  /** All of it, or that what is stored still holds. */
  | { readonly kind: 'whole' }
  /** The head alone: it may tell whether what is stored still holds (RFC 9111 §4.3.5). */
  | { readonly kind: 'head' }
  /** The part that the client wants, by its own Range and If-Range, as name, value, … */
  | { readonly kind: 'part'; readonly fields: readonly string[] }
  /** What a stored part lacks, or all if it has changed, as name, value, … */
  | { readonly kind: 'rest'; readonly fields: readonly string[] }

export interface FillOrder {
  /** The request that is forwarded; those who follow share its key. */
  readonly call: Call
  readonly cache: CachePolicy
  readonly key: CacheKey
  readonly directives: RequestDirectives
  readonly ask: Ask
  /** What is stored and must be validated, and what may stand in for an error. */
  readonly stored: StoredResponse | undefined
  /** Nobody waits for it, and it goes on all the same. */
  readonly background: boolean
}
