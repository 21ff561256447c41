// The claim of an Idempotency-Key: the first request with it is carried out, every repeat is answered as the first was.
import { unreachable } from '../../base/assert.ts'
import { fingerprint } from '../../guard/fingerprint.ts'
import { Fields } from '../../http/fields.ts'
import { readIdempotencyKey, settlesKey } from '../../policy/idempotency.ts'
import { responseFields } from '../../policy/response-fields.ts'
import type { IdempotencyPolicy } from '../../policy/route-policy.ts'
import type { Replay, ReplayedAnswer } from '../../store/replays.ts'
import type { Call } from '../call.ts'
import type { Guard, WriteEnd } from './guards.ts'
import { takeLease } from './held-lease.ts'
import { type OwnAnswer, refusing, replaying, unavailable } from './own-answer.ts'
import { requesterDigest } from './requester.ts'

export type Claim =
  /** No key, and none is required. */
  | { readonly kind: 'none' }
  | { readonly kind: 'claimed'; readonly guard: Guard }
  | { readonly kind: 'answer'; readonly answer: OwnAnswer }

/** How long a claim outlives a holder that has died. */
const LEASE_MS = 30_000

/** Claims the request's key. `content` is all of its content. */
export async function claimKey(call: Call, policy: IdempotencyPolicy, content: Uint8Array): Promise<Claim> {
  const reading = readIdempotencyKey(call.head.fields)
  if (reading.kind === 'invalid') return answer(invalidKey)
  if (reading.kind === 'none') return policy.required ? answer(missingKey) : { kind: 'none' }
  const { room, head } = call
  const key = requesterDigest(call, reading.key)
  const print = fingerprint(head.method, head.path + head.query, content)
  const known = await room.writes.replays.get(key)
  if (known !== null) return answer(known === 'unavailable' ? unavailable : repeated(known, print))
  const ports = { leases: room.writes.leases, clock: room.clock }
  const taking = await takeLease(ports, `key ${key}`, LEASE_MS, print)
  if (taking.kind === 'unavailable') return answer(unavailable)
  if (taking.kind === 'busy') return answer(taking.note === print ? inFlight : mismatch)
  // The holder before may have left its answer between the two questions.
  const settled = await room.writes.replays.get(key)
  if (settled !== null) {
    await taking.held.release()
    return answer(settled === 'unavailable' ? unavailable : repeated(settled, print))
  }
  const guard: Guard = {
    async settle(end) {
      const replayed = answerToRepeat(end)
      const put =
        replayed && room.writes.replays.put(key, { fingerprint: print, answer: replayed }, policy.ttlMs)
      await Promise.all([put, taking.held.release()])
    },
  }
  return { kind: 'claimed', guard }
}

/** What repeats get; null: they are carried out. */
function answerToRepeat(end: WriteEnd): ReplayedAnswer | null {
  switch (end.kind) {
    case 'unsent':
      return null
    case 'aborted':
      return { kind: 'unknown' }
    case 'lost':
      return end.sent ? { kind: 'unknown' } : null
    case 'answered': {
      const { status, statusText } = end.head
      if (!settlesKey(status)) return null
      if (end.body === null) return { kind: 'too-large', status }
      const fields = withLength(responseFields(end.head, end.responseAt), status, end.body.byteLength)
      return { kind: 'whole', status, statusText, fields: fields.raw, body: end.body }
    }
    default:
      return unreachable(end)
  }
}

/** 204 has no length (RFC 9110 §8.6). */
function withLength(fields: Fields, status: number, bytes: number): Fields {
  const others = fields.filter((name) => name !== 'content-length')
  return status === 204 ? others : others.with('Content-Length', String(bytes))
}

function repeated({ fingerprint: first, answer: replayed }: Replay, print: string): OwnAnswer {
  if (first !== print) return mismatch
  switch (replayed.kind) {
    case 'whole':
      return replaying(replayed)
    case 'unknown':
      return outcomeUnknown
    case 'too-large':
      return refusing({
        status: 409,
        reason: 'idempotency-too-large',
        detail:
          `The request was carried out and answered with status ${replayed.status}; that answer was too large to be ` +
          'kept. Read the result instead of sending the request again.',
      })
    default:
      return unreachable(replayed)
  }
}

function answer(own: OwnAnswer): Claim {
  return { kind: 'answer', answer: own }
}

const missingKey = refusing({
  status: 400,
  reason: 'idempotency-key-missing',
  detail: 'Send an Idempotency-Key: a new one for each request, the same one when the request is repeated.',
})

const invalidKey = refusing({
  status: 400,
  reason: 'idempotency-key-invalid',
  detail: 'Send one Idempotency-Key of 1 to 255 visible ASCII characters, such as a UUID.',
})

const inFlight = refusing({
  status: 409,
  reason: 'idempotency-in-flight',
  detail:
    'The first request with this Idempotency-Key is still under way. Repeat the request later for its answer.',
  retryAfterSeconds: 1,
})

const mismatch = refusing({
  status: 422,
  reason: 'idempotency-mismatch',
  detail: 'This Idempotency-Key belongs to a request with another method, target or content. Send a new key.',
})

const outcomeUnknown = refusing({
  status: 409,
  reason: 'idempotency-lost',
  detail:
    'The first request with this Idempotency-Key was sent, and its answer was lost: it may have been carried out. ' +
    'Read the state, and send the request with a new key if it was not.',
})
