// Which request this is, in the words of those before and behind weir: X-Request-Id, and W3C Trace Context.
import { randomBytes, randomUUID } from 'node:crypto'
import type { RequestHead } from '../http/message.ts'

/** A field that the origin receives in place of the client's; null: none at all. */
export type OwnField = readonly [name: string, value: string | null]

const usableId = /^[\w.:@=+/-]{1,128}$/
// Trace Context §3.2.2: a version of ff and identifiers of zeros alone are invalid; later versions may be longer.
const usableParent = /^(?!ff)[\da-f]{2}-(?!0{32})[\da-f]{32}-(?!0{16})[\da-f]{16}-[\da-f]{2}(?:$|(?<!^00.*)-)/

/** Made when first asked for: a hit that nobody logs needs neither. */
export class Trace {
  readonly #head: RequestHead
  #requestId: string | null = null
  #traceparent: string | null = null

  constructor(head: RequestHead) {
    this.#head = head
  }

  /** The X-Request-Id of a trusted peer, else one of weir's own. */
  get requestId(): string {
    return (this.#requestId ??= this.#statedId() ?? randomUUID())
  }

  /** The client's traceparent, else the start of a trace. */
  get traceparent(): string {
    return (this.#traceparent ??= this.#statedParent() ?? startedTrace())
  }

  get traceId(): string {
    return this.traceparent.split('-')[1] ?? ''
  }

  /** What the origin receives; a tracestate without the parent that it belongs to is left out. */
  get ownFields(): readonly OwnField[] {
    const fields: OwnField[] = [
      ['X-Request-Id', this.requestId],
      ['traceparent', this.traceparent],
    ]
    return this.#statedParent() === null ? [...fields, ['tracestate', null]] : fields
  }

  #statedId(): string | null {
    const { fields, peer } = this.#head
    const stated = peer.trusted ? fields.get('x-request-id') : undefined
    return stated !== undefined && usableId.test(stated) ? stated : null
  }

  #statedParent(): string | null {
    const stated = this.#head.fields.get('traceparent')
    return stated !== undefined && usableParent.test(stated) && !stated.includes(',') ? stated : null
  }
}

/** Sampled: a flag of 00 would keep an API that follows its parent's decision from tracing at all. */
function startedTrace(): string {
  return `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-01`
}
