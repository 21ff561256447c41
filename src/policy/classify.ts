// Named conditions of an API's answers, told by the operator's rules: the first that matches names it.
import { resolvePointer } from '../base/json-pointer.ts'

export interface ClassRule {
  /** The name, a bounded label for metrics and logs. */
  readonly name: string
  /** The status that the answer must have; null: any. */
  readonly status: number | null
  readonly content: ContentRule | null
}

export type ContentRule =
  /** The text occurs within the first KiB. */
  | { readonly kind: 'contains'; readonly text: string }
  /** The pointer (RFC 6901) points to something in the JSON answer, or to exactly this. */
  | { readonly kind: 'pointer'; readonly pointer: string; readonly equals: Scalar | undefined }

export type Scalar = string | number | boolean | null

/** How much of an answer is looked at: its beginning for text, all of it (if it has no more than this) for JSON. */
export const classifiedBytes = { contains: 1024, pointer: 16 * 1024 } as const

export interface ClassifiedAnswer {
  readonly status: number
  /** The beginning of the content as text; null where it is coded, or was not kept. */
  readonly text: string | null
  /** `text` is all there is. */
  readonly whole: boolean
}

/** The name of the first rule that matches; null where none does. */
export function classify(rules: readonly ClassRule[], answer: ClassifiedAnswer): string | null {
  const json = jsonOnce(answer)
  return rules.find((rule) => matches(rule, answer, json))?.name ?? null
}

/** How much content has to be kept to tell; 0 where the status alone decides. */
export function bytesToKeep(rules: readonly ClassRule[], status: number): number {
  const kinds = rules.flatMap((rule) =>
    mayBe(rule, status) && rule.content !== null ? [rule.content.kind] : [],
  )
  return Math.max(0, ...kinds.map((kind) => classifiedBytes[kind]))
}

function matches(rule: ClassRule, answer: ClassifiedAnswer, json: () => unknown): boolean {
  if (!mayBe(rule, answer.status)) return false
  const { content } = rule
  if (content === null) return true
  if (answer.text === null) return false
  if (content.kind === 'contains')
    return answer.text.slice(0, classifiedBytes.contains).includes(content.text)
  const found = resolvePointer(json(), content.pointer)
  return content.equals === undefined ? found !== undefined : found === content.equals
}

function mayBe(rule: ClassRule, status: number): boolean {
  return rule.status === null || rule.status === status
}

/** Parses at the most once; undefined for what is no whole JSON. */
function jsonOnce({ text, whole }: ClassifiedAnswer): () => unknown {
  let parsed: { readonly value: unknown } | null = null
  return () => (parsed ??= { value: text === null || !whole ? undefined : parse(text) }).value
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
