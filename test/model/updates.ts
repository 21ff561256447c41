// What an answer about a stored response changes of it (RFC 9111 §3.2, §4.3.4, §4.3.5).
import { type Arrived, bodyOf, wholeSeconds } from './arrived.ts'
import type { PolicyChoice, RequestChoice } from './choices.ts'
import type { Held } from './reuse.ts'
import { type Asker, type Freshness, freshnessOf, initialAge, refusalToStore } from './rules.ts'
import { hold } from './shelf.ts'

/** With the fields of a 304; null where it is about something else. */
export function updatedBy({ answer }: Held, update: Arrived): Arrived | null {
  if (update.confirms === 'other') return null
  const { etag } = answer
  return merged(
    answer,
    update,
    etag !== null && update.confirms === 'weakened' ? { ...etag, weak: true } : etag,
  )
}

/** With the fields of an answer to HEAD; null where they show another response, undefined where they show nothing. */
export function updatedByHead(held: Held, update: Arrived): Arrived | null | undefined {
  if (update.status !== 200) return undefined
  const { etag, modifiedAt, bytes } = update
  const own = held.derived ? null : held.etag
  const sameTag = etag === null || (own?.opaque === etag.opaque && own.weak === etag.weak)
  const sameDate = typeof modifiedAt !== 'number' || modifiedAt === held.answer.modifiedAt
  const sameLength = bytes === 'large-undeclared' || bodyOf(update).length === bodyOf(held.content).length
  if (held.content.status !== 200 || !sameTag || !sameDate || !sameLength) return null
  return { ...merged(held.answer, update, held.etag), modifiedAt: modifiedAt ?? held.answer.modifiedAt }
}

/** A stored response as it is after an update, and why it is not to be stored any more. */
export interface Renewed {
  readonly held: Held
  readonly refusal: string | null
  readonly freshness: Freshness
  readonly ageMs: number
}

/** @param answer what is stored with the fields of `update` */
export function renew(
  request: RequestChoice,
  policy: PolicyChoice,
  asker: Asker,
  stored: Held,
  answer: Arrived,
  update: Arrived,
): Renewed {
  // A response without a Date is dated when it comes (RFC 9110 §6.6.1).
  const ageMs = initialAge({ ...update, dateAt: update.dateAt ?? wholeSeconds(update.responseAt) })
  const refusal = refusalToStore(answer, policy, ageMs, asker)
  const freshness = freshnessOf(answer, policy, ageMs, asker.tokenExpiresAt)
  const renewed = hold(request, policy, answer, ageMs, freshness, stored)
  const { derived } = stored
  const own = { ...renewed, derived, etag: answer.etag }
  return { held: update.vary.length > 0 ? own : { ...own, vary: stored.vary }, refusal, freshness, ageMs }
}

function merged(stored: Arrived, update: Arrived, etag: Arrived['etag']): Arrived {
  return {
    ...stored,
    etag,
    id: update.id,
    requestAt: update.requestAt,
    responseAt: update.responseAt,
    age: update.age,
    dateAt: update.dateAt ?? wholeSeconds(update.responseAt),
    directives: update.directives.length > 0 ? update.directives : stored.directives,
    targeted: [
      ...stored.targeted.filter(({ field }) => !update.targeted.some((one) => one.field === field)),
      ...update.targeted,
    ],
    expiresAt: update.expiresAt ?? stored.expiresAt,
    vary: update.vary.length > 0 ? update.vary : stored.vary,
    groups: update.groups.length > 0 ? update.groups : stored.groups,
    secret: stored.secret || update.secret,
  }
}
