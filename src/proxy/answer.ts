// An answer of the origin as a fill takes it in.
import type { ResponseHead } from '../http/message.ts'
import type { ContentPart, VaryValue } from '../policy/entry.ts'
import type { Storing } from './judge-answer.ts'
import type { SharedBody } from './shared-body.ts'

/** An answer as it comes in; `storing` null: it is passed on and not stored. */
export interface Answer {
  readonly head: ResponseHead
  readonly vary: readonly VaryValue[]
  readonly storing: Storing | null
  readonly responseAt: number
  readonly initialAgeMs: number
  /** Where the content lies, if it is a part that can be stored; null: it is whole. */
  readonly part: ContentPart | null
  readonly body: SharedBody
}

/** An answer that is passed on and not stored. */
export function passed(head: ResponseHead, vary: readonly VaryValue[], body: SharedBody): Answer {
  return { head, vary, storing: null, responseAt: 0, initialAgeMs: 0, part: null, body }
}

export function partBytes({ first, last }: ContentPart): number {
  return last - first + 1
}
