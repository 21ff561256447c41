// A reply that is watched on its way to the client: when its head went out, and what the route's rules call it.
import type { Clock } from '../base/clock.ts'
import type { Fields } from '../http/fields.ts'
import { bytesToKeep, type ClassRule, classify } from '../policy/classify.ts'
import type { AnswerHead, Reply } from './reply.ts'

export class WatchedReply implements Reply {
  readonly #reply: Reply
  readonly #clock: Clock
  readonly #rules: readonly ClassRule[]
  #headAt: number | null = null
  #status = 0
  #keepBytes = 0
  #kept: Uint8Array[] = []
  #keptBytes = 0
  #bytes = 0

  /** `rules`: those of the route; without any, nothing of the content is kept. */
  constructor(reply: Reply, clock: Clock, rules: readonly ClassRule[]) {
    this.#reply = reply
    this.#clock = clock
    this.#rules = rules
  }

  /** When the head was given to the client's connection; null while it was not. */
  get headAt(): number | null {
    return this.#headAt
  }

  get started(): boolean {
    return this.#reply.started
  }

  /** What the rules call the answer, as far as it has gone out; null where none matches. */
  classified(): string | null {
    if (this.#rules.length === 0 || this.#headAt === null) return null
    const kept = Buffer.concat(this.#kept)
    const text = this.#keepBytes === 0 ? null : kept.toString('utf8')
    return classify(this.#rules, { status: this.#status, text, whole: this.#bytes === kept.byteLength })
  }

  inform(status: number, fields: Fields): void {
    this.#reply.inform(status, fields)
  }

  send(head: AnswerHead, body: Uint8Array | null): void {
    this.#begin(head)
    if (body !== null) this.#keep(body)
    this.#reply.send(head, body)
  }

  start(head: AnswerHead): void {
    this.#begin(head)
    this.#reply.start(head)
  }

  write(chunk: Uint8Array): boolean {
    this.#keep(chunk)
    return this.#reply.write(chunk)
  }

  end(trailers: Fields): void {
    this.#reply.end(trailers)
  }

  abort(): void {
    this.#reply.abort()
  }

  onDrain(listener: () => void): void {
    this.#reply.onDrain(listener)
  }

  onGone(listener: () => void): void {
    this.#reply.onGone(listener)
  }

  #begin({ status, fields }: AnswerHead): void {
    this.#headAt = this.#clock.now()
    this.#status = status
    if (this.#rules.length > 0 && !isCoded(fields)) this.#keepBytes = bytesToKeep(this.#rules, status)
  }

  #keep(chunk: Uint8Array): void {
    this.#bytes += chunk.byteLength
    const room = this.#keepBytes - this.#keptBytes
    if (room <= 0) return
    const piece = chunk.subarray(0, room)
    this.#kept.push(piece)
    this.#keptBytes += piece.byteLength
  }
}

/** Compressed content is not read: taking it apart would cost every answer, and can be made to cost a lot. */
function isCoded(fields: readonly string[]): boolean {
  return fields.some((text, index) => {
    return index % 2 === 0 && text.toLowerCase() === 'content-encoding' && fields[index + 1] !== 'identity'
  })
}
