// A request's content as undici takes it, with what can still be done with it.
import type { Readable } from 'node:stream'
import { countBody } from '../guard/body-budget.ts'
import type { RequestContent } from './port.ts'

export interface Outgoing {
  readonly body: Uint8Array | Readable | null
  /** Content-Length for undici to check and send: for a stream of a declared length; held content states its own. */
  readonly fields: readonly string[]
  /** It can be sent a second time. */
  readonly replayable: boolean
  /** It streams: sending it takes time of its own. */
  readonly streams: boolean
  /** There is content at hand that the connection has not taken. */
  readonly waits: () => boolean
  /** Lets go of the client's stream; nothing more is sent. */
  readonly drop: () => void
}

const none: Outgoing = {
  body: null,
  fields: [],
  replayable: true,
  streams: false,
  waits: () => false,
  drop: () => undefined,
}

/** @param broken called when the stream breaks off or goes over its limit, whether anything was sent or not */
export function outgoingContent(content: RequestContent | null, broken: (error: Error) => void): Outgoing {
  if (content === null) return none
  if (content.kind === 'held')
    return content.content.byteLength === 0 ? none : { ...none, body: content.content }
  if (content.bytes === 0) return none
  const { stream, bytes, limitBytes } = content
  const body = countBody(stream, { declaredBytes: bytes, limitBytes })
  body.on('error', broken)
  return {
    body,
    fields: bytes === null ? [] : ['content-length', String(bytes)],
    replayable: false,
    streams: true,
    waits: () => body.readableLength > 0,
    drop: () => void body.destroy(),
  }
}
