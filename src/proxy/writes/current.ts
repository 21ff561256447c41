// The current representation of what a write is for, and whether it is the one that the write was made for.
import type { Fields } from '../../http/fields.ts'
import { evaluatePreconditions } from '../../http/conditional.ts'
import type { RequestHead, ResponseHead } from '../../http/message.ts'
import type { OriginSink } from '../../origin/port.ts'
import type { Failure } from '../../policy/failure.ts'
import { cacheKey } from '../../policy/key.ts'
import { judgeRequest } from '../../policy/judge-request.ts'
import type { CachePolicy } from '../../policy/route-policy.ts'
import { askOrigin } from '../ask-origin.ts'
import type { Call } from '../call.ts'
import { isDerivedEtag } from '../derived-etag.ts'
import { invalidateTarget } from '../invalidate.ts'
import { type OwnAnswer, refusing } from './own-answer.ts'

export type Current =
  | { readonly kind: 'present'; readonly etag: string | null }
  | { readonly kind: 'absent' }
  /** Neither is known. */
  | { readonly kind: 'refused'; readonly status: number }
  | { readonly kind: 'failed'; readonly failure: Failure }

export type Check =
  /** Send this; a precondition that only weir understands has been taken out. */
  { readonly kind: 'met'; readonly call: Call } | { readonly kind: 'answer'; readonly answer: OwnAnswer }

/** Whether the write says what it was made for. */
export function hasPrecondition({ head }: Call): boolean {
  return head.fields.has('if-match') || head.fields.has('if-none-match')
}

/** Checks If-Match and If-None-Match (RFC 9110 §13.1) against the current representation; only to be relied on under a lock. */
export async function checkCurrent(call: Call): Promise<Check> {
  const current = await fetchCurrent(call)
  const { fields, method } = call.head
  switch (current.kind) {
    case 'present': {
      const { etag } = current
      const validators = { etag, lastModified: null, dateMs: call.room.clock.now() }
      if (evaluatePreconditions(fields, validators, method) === 'failed') return outdated(call)
      return { kind: 'met', call: etag !== null && isDerivedEtag(etag) ? withoutIfMatch(call) : call }
    }
    case 'absent':
      return fields.has('if-match') ? outdated(call) : { kind: 'met', call }
    case 'refused':
    case 'failed':
      return { kind: 'answer', answer: unknown(current) }
  }
}

export const preconditionRequired: OwnAnswer = refusing({
  status: 428,
  reason: 'precondition-required',
  detail:
    'Fetch the resource, and send the write with its ETag as If-Match (or If-None-Match: * to create it), so that ' +
    "nobody else's change is lost.",
})

/** What is stored is no newer than what the client had: its next GET has to see the current state. */
function outdated(call: Call): Check {
  invalidateTarget(call)
  const detail =
    'The resource has changed since the client fetched it. Nothing was sent; fetch it again, apply the change ' +
    'again, and send it with the new ETag.'
  return { kind: 'answer', answer: refusing({ status: 412, reason: 'precondition-failed', detail }) }
}

function unknown(current: Extract<Current, { kind: 'refused' | 'failed' }>): OwnAnswer {
  if (current.kind === 'failed') {
    const { status, detail } = current.failure
    return refusing({
      status: Math.max(500, status),
      reason: 'current-unknown',
      detail: `The current state could not be read, and nothing was sent. ${detail}`,
      retryAfterSeconds: 1,
    })
  }
  const status = current.status >= 500 ? 503 : 412
  return refusing({
    status,
    reason: 'current-unknown',
    detail: `The current state could not be read, and nothing was sent: GET was answered with status ${current.status}.`,
    ...(status === 503 && { retryAfterSeconds: 1 }),
  })
}

/** Asks as a GET by this client would be asked, and needs the head alone: the tag is part of it. */
function fetchCurrent(call: Call): Promise<Current> {
  const head = asGet(call.head)
  const cache = call.room.routes.match('GET', head.path)?.route.policy.cache ?? null
  const question = { ...questionOf(call, head, cache), conditional: [], content: null }
  return new Promise((resolve) => {
    const sink: OriginSink = {
      informed: () => undefined,
      headed: (answer) => resolve(currentOf(answer)),
      data: () => undefined,
      ended: () => undefined,
      failed: (failure) => resolve({ kind: 'failed', failure }),
    }
    askOrigin({ ...call, head }, question, sink)
  })
}

function questionOf(
  { room }: Call,
  head: RequestHead,
  cache: CachePolicy | null,
): { cache: CachePolicy | null; target: string } {
  const verdict = judgeRequest(head, cache)
  if (verdict.kind === 'bypass') return { cache: null, target: head.path + head.query }
  return { cache: verdict.cache, target: cacheKey(head, verdict.cache, room.digest).target }
}

function currentOf({ status, fields }: ResponseHead): Current {
  if (status === 200) return { kind: 'present', etag: fields.get('etag') ?? null }
  return status === 404 || status === 410 ? { kind: 'absent' } : { kind: 'refused', status }
}

const OF_A_WRITE =
  /^(?:content-.*|if-.*|range|expect|transfer-encoding|cache-control|pragma|idempotency-key|prefer)$/

function asGet(head: RequestHead): RequestHead {
  return {
    ...head,
    method: 'GET',
    body: { kind: 'none' },
    fields: without(head.fields, (name) => OF_A_WRITE.test(name)),
  }
}

function withoutIfMatch(call: Call): Call {
  const fields = without(call.head.fields, (name) => name === 'if-match')
  return { ...call, head: { ...call.head, fields } }
}

function without(fields: Fields, drop: (name: string) => boolean): Fields {
  return fields.filter((name) => !drop(name))
}
