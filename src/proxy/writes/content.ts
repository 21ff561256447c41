// Gets the content of a guarded write before anything is taken for it, so that a slow client holds up nobody.
import type { Readable } from 'node:stream'
import { BodyError, countBody, holdableBytes } from '../../guard/body-budget.ts'
import type { RequestContent } from '../../origin/port.ts'
import type { Call } from '../call.ts'
import type { Guard } from './guards.ts'
import { type OwnAnswer, refusing } from './own-answer.ts'

export type Contents =
  | { readonly kind: 'ready'; readonly content: RequestContent | null }
  | {
      readonly kind: 'held'
      readonly content: RequestContent & { readonly kind: 'held' }
      readonly guard: Guard
    }
  | { readonly kind: 'answer'; readonly answer: OwnAnswer }
  /** The client left, or did not send what it announced. */
  | { readonly kind: 'broken' }

const MOST_HELD_BYTES = 1024 * 1024

/** Holds the whole content where it must be known (`mustHold`) or is small; else it streams. */
export async function readContents(call: Call, mustHold: boolean): Promise<Contents> {
  const { content, head, policy } = call
  const declaredBytes = head.body.kind === 'length' ? head.body.bytes : null
  const { bodyBytes } = policy.limits
  if (content === null) return { kind: 'ready', content: null }
  if (!mustHold && (declaredBytes === null || declaredBytes > holdableBytes)) {
    return {
      kind: 'ready',
      content: { kind: 'stream', stream: content, bytes: declaredBytes, limitBytes: bodyBytes },
    }
  }
  const limitBytes = Math.min(bodyBytes ?? Infinity, MOST_HELD_BYTES)
  if (declaredBytes !== null && declaredBytes > limitBytes)
    return { kind: 'answer', answer: tooLarge(limitBytes) }
  return hold(call, content, declaredBytes, limitBytes)
}

async function hold(
  { room }: Call,
  source: Readable,
  declaredBytes: number | null,
  limitBytes: number,
): Promise<Contents> {
  const taken = declaredBytes ?? limitBytes
  const { heldContent } = room.writes
  if (!heldContent.take(taken)) return { kind: 'answer', answer: noRoom }
  const chunks: Uint8Array[] = []
  try {
    for await (const chunk of countBody(source, { declaredBytes, limitBytes }))
      chunks.push(chunk as Uint8Array)
  } catch (error) {
    heldContent.give(taken)
    if (!(error instanceof BodyError)) throw error
    return error.fault === 'over-limit'
      ? { kind: 'answer', answer: tooLarge(limitBytes) }
      : { kind: 'broken' }
  }
  const settle = (): Promise<void> => {
    heldContent.give(taken)
    return Promise.resolve()
  }
  return { kind: 'held', content: { kind: 'held', content: Buffer.concat(chunks) }, guard: { settle } }
}

function tooLarge(limitBytes: number): OwnAnswer {
  return refusing({
    status: 413,
    reason: 'body-too-large',
    detail: `The content is longer than the ${limitBytes} bytes that may be held. Nothing was sent; send less.`,
  })
}

const noRoom = refusing({
  status: 503,
  reason: 'content-budget',
  detail: 'weir holds as much content of requests as it may. Nothing was sent; try again.',
  retryAfterSeconds: 1,
})
