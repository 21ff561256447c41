// weir's own exchange between a client and an origin that the test plays, without sockets and on a clock that it holds.
import { Fields } from '../../src/http/fields.ts'
import type { RequestHead } from '../../src/http/message.ts'
import type { Origin, OriginRequest, OriginSink } from '../../src/origin/port.ts'
import type { Failure } from '../../src/policy/failure.ts'
import { derivedEtag } from '../../src/proxy/derived-etag.ts'
import { exchange } from '../../src/proxy/exchange.ts'
import type { Room } from '../../src/proxy/call.ts'
import type { AnswerHead, Reply } from '../../src/proxy/reply.ts'
import { manualClock } from '../kit/manual-clock.ts'
import { type Arrived, arrive, bodyOf, derivedName, startAt } from './arrived.ts'
import type { AnswerChoice, PolicyChoice, RequestChoice, TagChoice, WriteChoice } from './choices.ts'
import { roomOf } from './room.ts'
import type { Answered, Question, Seen } from './seen.ts'
import { answerHead, confirmingHead, requestHead, writeAnswer, writeHead } from './wire.ts'

interface Pending {
  readonly request: OriginRequest
  readonly fields: Fields
  readonly requestAt: number
  readonly sink: OriginSink
}

const COMPARED =
  /^(?:authorization|cookie|x-api-key|accept-encoding|accept-language|x-kind|if-.*|range|cache-control|pragma|x-forwarded-host|x-original-url)$/

export class Real {
  readonly #policy: PolicyChoice
  readonly #clock = manualClock(startAt)
  readonly #derived = new Map<string, string>()
  #pending: Pending[] = []
  #questions: Question[] = []
  #asked = 0
  #room: Room

  constructor(policy: PolicyChoice) {
    this.#policy = policy
    this.#room = roomOf(policy, this.#clock, this.#origin())
  }

  get now(): number {
    return this.#clock.now()
  }

  /** Answers of the origin so far. */
  get asked(): number {
    return this.#asked
  }

  wait(ms: number): void {
    this.#clock.advance(ms)
  }

  /** Forgets everything but the time. */
  forget(): void {
    this.#room = roomOf(this.#policy, this.#clock, this.#origin())
  }

  softPurge(path: string): void {
    this.#room.store.invalidate({ uris: new Set(), tags: new Set(), paths: (other) => other === path }, true)
  }

  write(write: WriteChoice): Seen {
    this.#questions = []
    return this.#seen([this.#write(write)])
  }

  /** @param seen what the tag 'seen' stands for */
  read(
    request: RequestChoice,
    crowd: readonly RequestChoice[],
    overtakenBy: WriteChoice | null,
    answers: readonly AnswerChoice[],
    seen: TagChoice | null,
  ): Seen {
    this.#questions = []
    const tag = seen === null ? null : this.#underived(seen)
    const head = requestHead(request, tag)
    const replies = [head, ...crowd.map((other) => requestHead(other, tag))].map((one) => this.#exchange(one))
    if (overtakenBy !== null && this.#pending.length > 0) {
      replies.push(this.#write(overtakenBy), this.#exchange(head))
    }
    for (let i = 0; this.#pending.length > 0; i++) {
      const choice = answers[Math.min(i, answers.length - 1)]!
      const pending = this.#pending.shift()!
      this.#clock.advance(choice.delayMs)
      this.#answer(pending, arrive(choice, this.#asked++, pending.requestAt, this.#clock.now()))
    }
    return this.#seen(replies)
  }

  #seen(replies: readonly Recorded[]): Seen {
    return {
      answers: replies.map((reply) => this.#answered(reply)),
      questions: this.#questions,
      isLoose: false,
    }
  }

  #exchange(head: RequestHead): Recorded {
    const reply = new Recorded(head.method)
    exchange(this.#room, head, null, reply)
    return reply
  }

  #write(write: WriteChoice): Recorded {
    const reply = this.#exchange(writeHead(write))
    const { sink } = this.#pending.pop()!
    this.#asked++
    const { outcome } = write
    if (typeof outcome === 'number') {
      sink.headed(writeAnswer(write, outcome), 1)
      sink.ended(Fields.empty)
    } else sink.failed({ ...failure, sent: outcome === 'lost' }, 1)
    return reply
  }

  #answer({ request, fields, sink }: Pending, answer: Arrived): void {
    if (answer.fails) return sink.failed(failure, 1)
    const isConditional = fields.has('if-none-match') || fields.has('if-modified-since')
    if (isConditional && answer.confirms !== 'never') {
      sink.headed(confirmingHead(answer, fields), 1)
      return sink.ended(Fields.empty)
    }
    const body = Buffer.from(bodyOf(answer))
    this.#derived.set(derivedEtag(body), derivedName(answer))
    sink.headed(answerHead(answer), 1)
    if (request.method !== 'HEAD' && body.byteLength > 0) sink.data(body)
    sink.ended(Fields.empty)
  }

  #origin(): Pick<Origin, 'fetch'> {
    return {
      fetch: (request, sink) => {
        const fields = new Fields(request.fields)
        const compared = fields.names.filter((name) => COMPARED.test(name))
        const values = compared.map((name): [string, string] => [name, this.#derivedNamed(fields.get(name)!)])
        this.#questions.push({
          method: request.method,
          target: request.target,
          fields: Object.fromEntries(values),
        })
        this.#pending.push({ request, fields, requestAt: this.#clock.now(), sink })
        return { pause: () => undefined, resume: () => undefined, abort: () => undefined }
      },
    }
  }

  #answered(reply: Recorded): Answered | null {
    const { head } = reply
    if (head === null || !reply.isComplete) return null
    const fields = new Fields(head.fields)
    return {
      status: head.status,
      content: contentOf(reply, fields),
      xCache: fields.all('x-cache').join(' and '),
      cacheStatus: fields.get('cache-status') ?? '',
      age: fields.get('age') ?? null,
      etag: this.#tagOf(fields.get('etag')),
      revision: fields.get('x-rev') ?? null,
      secret: fields.has('x-secret'),
    }
  }

  /** The tag as weir wrote it. */
  #underived(tag: TagChoice): TagChoice {
    const [text] = [...this.#derived].find(([, name]) => tag.opaque === name) ?? []
    return text === undefined ? tag : { ...tag, opaque: text.slice(1, -1) }
  }

  /** With the names of the model for the tags that weir derived. */
  #derivedNamed(value: string): string {
    return value.replace(/"weir-[^"]*"/g, (tag) => `"${this.#derived.get(tag) ?? 'unknown'}"`)
  }

  #tagOf(text: string | undefined): TagChoice | null {
    if (text === undefined) return null
    const derived = this.#derived.get(text)
    if (derived !== undefined) return { weak: false, opaque: derived }
    return { weak: text.startsWith('W/'), opaque: text.replace(/^(?:W\/)?"|"$/g, '') }
  }
}

const failure: Failure = {
  kind: 'connection_terminated',
  side: 'origin',
  status: 502,
  sent: false,
  retryAfterSeconds: null,
  detail: 'The origin broke off.',
}

/** The content as the model writes it. */
function contentOf({ pieces, head, method }: Recorded, fields: Fields): string | null {
  const type = fields.get('content-type') ?? ''
  if (pieces === null || head?.status === 304) return null
  const text = Buffer.concat(pieces).toString('latin1')
  // A HEAD is told the length of what it is not sent.
  if (method === 'HEAD' && text === '') return null
  const declared = fields.get('content-length')
  if (declared !== undefined && declared !== String(text.length)) return `${text} declared as ${declared}`
  if (type.startsWith('application/problem')) return 'problem'
  const boundary = /boundary=(.*)$/.exec(type)?.[1]
  if (boundary === undefined) return text
  return text
    .split(`--${boundary}`)
    .slice(1, -1)
    .map((part) => part.slice(part.indexOf('\r\n\r\n') + 4, -2))
    .join('|')
}

/** A client that notes what it gets. */
class Recorded implements Reply {
  head: AnswerHead | null = null
  /** Null: the answer has no content. */
  pieces: Uint8Array[] | null = null
  isComplete = false
  started = false
  readonly method: string

  constructor(method: string) {
    this.method = method
  }

  inform(): void {
    throw new Error('the origin sent no interim answer')
  }

  send(head: AnswerHead, body: Uint8Array | null): void {
    this.start(head)
    this.pieces = body === null ? null : [body]
    this.isComplete = true
  }

  start(head: AnswerHead): void {
    if (this.started) throw new Error('a second head')
    this.started = true
    this.head = head
    this.pieces = []
  }

  write(chunk: Uint8Array): boolean {
    this.pieces!.push(chunk)
    return true
  }

  end(): void {
    this.isComplete = true
  }

  abort(): void {
    this.isComplete = false
  }

  onDrain(): void {
    // Never full.
  }

  onGone(): void {
    // Never leaves.
  }
}
