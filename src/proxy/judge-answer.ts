// What a fill makes of the origin's answer when its head is there: keep it, pass it on, or take it as a confirmation.
import { tokenExpiresAt } from '../http/jwt.ts'
import type { ResponseHead } from '../http/message.ts'
import { initialAgeMs } from '../policy/age.ts'
import type { ContentPart, StoredResponse, VaryValue } from '../policy/entry.ts'
import { tagsOf } from '../policy/invalidated-targets.ts'
import { partOf } from '../policy/partial.ts'
import type { Reason } from '../policy/reasons.ts'
import { responseFields } from '../policy/response-fields.ts'
import { judgeStorability, type Storability } from '../policy/storability.ts'
import { type ExchangeTimes, freshen, freshenByHead, type HeadEffect } from '../policy/validation.ts'
import { varyOf } from '../policy/vary.ts'
import type { FillOrder } from './fill-order.ts'

/** A verdict by which an answer is stored. */
export type Storing = Extract<Storability, { kind: 'store' }>

export type AnswerVerdict =
  | {
      readonly kind: 'keep'
      readonly vary: readonly VaryValue[]
      readonly storing: Storing
      readonly initialAgeMs: number
      /** Where the content lies, if it is the part that was asked for; null: it is whole. */
      readonly part: ContentPart | null
    }
  /** `shareable` false: for the leader alone. */
  | {
      readonly kind: 'pass'
      readonly vary: readonly VaryValue[]
      readonly reason: Reason
      readonly shareable: boolean
    }

export type Confirmation =
  | { readonly kind: 'keep'; readonly entry: StoredResponse; readonly shareable: boolean }
  /** It may be served once more, and no longer be stored. */
  | {
      readonly kind: 'give'
      readonly entry: StoredResponse
      readonly reason: Reason
      readonly shareable: boolean
    }
  /** The 304 is about another representation. */
  | { readonly kind: 'mismatch' }

/** Judges a new answer. */
export function judgeAnswer(order: FillOrder, head: ResponseHead, times: ExchangeTimes): AnswerVerdict {
  const { call, cache } = order
  const ageMs = initialAgeMs({
    ageValue: head.fields.get('age'),
    dateValue: head.fields.get('date'),
    ...times,
  })
  const part = order.ask.kind === 'part' || order.ask.kind === 'rest' ? partOf(head) : null
  const verdict = judge(order, asWhole(head, part), ageMs, times.responseAt)
  const nominated = varyOf(head.fields, call.head.fields, cache)
  const vary = nominated === 'any' ? [] : nominated
  if (verdict.kind === 'pass') return { ...verdict, vary }
  if (nominated === 'any') return { kind: 'pass', vary, reason: 'vary-any', shareable: false }
  const declaredBytes = Number(head.fields.get('content-length') ?? 0)
  if (declaredBytes > call.room.maxEntryBytes) {
    return { kind: 'pass', vary, reason: 'too-large', shareable: false }
  }
  return { kind: 'keep', vary, storing: verdict, initialAgeMs: ageMs, part }
}

/** Judges a 304 (RFC 9111 §4.3.4); what it updates may say that the response must not be kept. */
export function judgeConfirmation(
  order: FillOrder,
  stored: StoredResponse,
  head: ResponseHead,
  times: ExchangeTimes,
): Confirmation {
  const nominated = nominatedNow(order, stored, head)
  const vary = nominated === 'any' ? stored.vary : nominated
  const freshened = freshen(stored, endToEnd(head, times), order.cache, times, expiryOf(order), vary)
  if (freshened === null) return { kind: 'mismatch' }
  const entry = relabelled(order, freshened)
  const verdict = judge(order, asWhole(entry, entry.part), entry.initialAgeMs, times.responseAt)
  if (verdict.kind === 'pass') return { ...verdict, kind: 'give', entry }
  if (nominated === 'any') return { kind: 'give', entry, reason: 'vary-any', shareable: false }
  return { kind: 'keep', entry, shareable: verdict.shareable }
}

/** Judges what an answer to HEAD does to the stored response, which it may also forbid to keep (RFC 9111 §4.3.5). */
export function judgeHeadEffect(order: FillOrder, head: ResponseHead, times: ExchangeTimes): HeadEffect {
  const { stored, cache } = order
  if (stored === undefined) return { kind: 'unaffected' }
  const nominated = nominatedNow(order, stored, head)
  const vary = nominated === 'any' ? stored.vary : nominated
  const effect = freshenByHead(stored, endToEnd(head, times), cache, times, expiryOf(order), vary)
  if (effect.kind !== 'freshened') return effect
  const entry = relabelled(order, effect.entry)
  const { kind } = judge(order, entry, entry.initialAgeMs, times.responseAt)
  return kind === 'store' && nominated !== 'any' ? { kind: 'freshened', entry } : { kind: 'invalid' }
}

/** What selects the stored response from now on: what an update nominates anew, else what did before. */
function nominatedNow(
  { call, cache }: FillOrder,
  stored: StoredResponse,
  head: ResponseHead,
): readonly VaryValue[] | 'any' {
  return head.fields.has('vary') ? varyOf(head.fields, call.head.fields, cache) : stored.vary
}

/** In the groups that its updated fields name. */
function relabelled({ call, cache }: FillOrder, entry: StoredResponse): StoredResponse {
  const tags = tagsOf(cache.tags, call.params, { site: call.head, fields: entry.fields })
  return { ...entry, labels: { ...entry.labels, tags } }
}

/** The head without what concerns its connection alone, which no stored response may take over (RFC 9111 §3.1). */
function endToEnd(head: ResponseHead, { responseAt }: ExchangeTimes): ResponseHead {
  return { ...head, fields: responseFields(head, responseAt) }
}

function judge(order: FillOrder, response: ResponseHead, ageMs: number, responseAt: number): Storability {
  const { call, cache, key } = order
  return judgeStorability({
    request: call.head,
    credentialed: key.credentialed,
    response,
    cache,
    initialAgeMs: ageMs,
    responseAt,
    tokenExpiresAt: expiryOf(order),
  })
}

/** A part is stored as the 200 that it is a part of would be (RFC 9111 §3.3). */
function asWhole(head: ResponseHead, part: ContentPart | null): ResponseHead {
  return part === null ? head : { ...head, status: 200 }
}

function expiryOf({ call, key }: FillOrder): number | null {
  const authorization = key.credentialed ? call.head.fields.get('authorization') : undefined
  return authorization === undefined ? null : tokenExpiresAt(authorization)
}
