// The reply port: how the exchange answers, whichever door the request came through.
import type { Fields } from '../http/fields.ts'

/** A head as it goes to the client: framing and connection fields are the door's business. */
export interface AnswerHead {
  readonly status: number
  readonly statusText: string
  /** Name, value, name, value …; Content-Length only where it is the length of what follows (or would, for HEAD and 304). */
  readonly fields: readonly string[]
}

export interface Reply {
  /** Passes a 1xx answer on (RFC 9110 §15.2). */
  inform(status: number, fields: Fields): void
  /** Sends a whole answer; null: no content. */
  send(head: AnswerHead, body: Uint8Array | null): void
  /** Starts an answer whose content comes in pieces. */
  start(head: AnswerHead): void
  /** False: wait for `onDrain` before the next piece. */
  write(chunk: Uint8Array): boolean
  /** Completes a started answer. */
  end(trailers: Fields): void
  /** Breaks a started answer off so that the client cannot take it for whole. */
  abort(): void
  /** True once a head has been sent. */
  readonly started: boolean
  /** Called each time the client has taken what was written. */
  onDrain(listener: () => void): void
  /** Called once when the client leaves before its answer is complete. */
  onGone(listener: () => void): void
}
