// Budgets of request content: counted while it streams through, or held whole where it is small.
import { Transform } from 'node:stream'
import type { Readable, TransformCallback } from 'node:stream'

export type BodyFault =
  /** More bytes than the route allows. */
  | 'over-limit'
  /** More or fewer bytes than Content-Length said. */
  | 'wrong-length'
  /** The client left, or broke its message, before the end. */
  | 'broken-off'

/** What ends a counted or held body that must not be taken for whole. */
export class BodyError extends Error {
  readonly fault: BodyFault

  constructor(fault: BodyFault) {
    super(`request content: ${fault}`)
    this.name = 'BodyError'
    this.fault = fault
  }
}

export interface BodyBudget {
  /** What Content-Length said; null for chunked content. */
  readonly declaredBytes: number | null
  /** Null: no limit. */
  readonly limitBytes: number | null
}

/**
 * The content of `source`, passed on with backpressure and little of it in memory. It ends only if the source
 * ended whole and within the budget, and is destroyed with a BodyError otherwise: whoever sends it sees an error
 * before an end, and so never completes the request.
 *
 * It is a stream of its own, and not a listener on the source, because senders destroy the stream they are given,
 * and destroying a client's request destroys the connection that its answer needs. The source is let go of, paused.
 */
export function countBody(source: Readable, budget: BodyBudget): Readable {
  const counted = new CountedBody(budget)
  const breakOff = (): void => {
    if (!source.readableEnded) counted.destroy(new BodyError('broken-off'))
  }
  source.on('error', breakOff).on('close', breakOff)
  if (source.destroyed) breakOff()
  else source.pipe(counted)
  return counted
}

class CountedBody extends Transform {
  readonly #budget: BodyBudget
  #bytes = 0

  constructor(budget: BodyBudget) {
    super()
    this.#budget = budget
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    const { declaredBytes, limitBytes } = this.#budget
    this.#bytes += chunk.byteLength
    if (limitBytes !== null && this.#bytes > limitBytes) done(new BodyError('over-limit'))
    else if (declaredBytes !== null && this.#bytes > declaredBytes) done(new BodyError('wrong-length'))
    else done(null, chunk)
  }

  override _flush(done: TransformCallback): void {
    const { declaredBytes } = this.#budget
    done(declaredBytes === null || this.#bytes === declaredBytes ? null : new BodyError('wrong-length'))
  }
}

/** Declared content up to this size is worth holding, so that an idempotent request can be sent again. */
export const holdableBytes = 64 * 1024

/**
 * Reads content of a declared length whole. Rejects with a BodyError where it is not of that length; the source is
 * never destroyed, so that it can still be answered.
 */
export function holdBody(source: Readable, declaredBytes: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const content = Buffer.allocUnsafeSlow(declaredBytes)
    let bytes = 0
    const settle = (fault: BodyFault | null): void => {
      source.off('data', take).off('end', end).off('close', breakOff)
      if (fault === null) {
        resolve(content)
      } else {
        source.pause()
        reject(new BodyError(fault))
      }
    }
    const take = (chunk: Buffer): void => {
      if (bytes + chunk.byteLength > declaredBytes) settle('wrong-length')
      else bytes += chunk.copy(content, bytes)
    }
    const end = (): void => settle(bytes === declaredBytes ? null : 'wrong-length')
    const breakOff = (): void => settle('broken-off')
    source.on('error', breakOff).on('data', take).on('end', end).on('close', breakOff)
    if (source.destroyed) breakOff()
  })
}
