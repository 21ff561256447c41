// What a fill is asked to do.
import type { RequestDirectives } from '../http/cache-control.ts'
import type { StoredResponse } from '../policy/entry.ts'
import type { CacheKey } from '../policy/key.ts'
import type { CachePolicy } from '../policy/route-policy.ts'
import type { Call } from './call.ts'

export interface FillOrder {
  /** The request that is forwarded; those who follow share its key. */
  readonly call: Call
  readonly cache: CachePolicy
  readonly key: CacheKey
  readonly directives: RequestDirectives
  /** What is stored and must be validated, and what may stand in for an error. */
  readonly stored: StoredResponse | undefined
  /** Nobody waits for it, and it goes on all the same. */
  readonly background: boolean
}
