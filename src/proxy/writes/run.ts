// One write on its way to the origin: it belongs to nobody, and its answer goes to everybody who attends.
import type { Fields } from '../../http/fields.ts'
import type { ResponseHead } from '../../http/message.ts'
import type { OriginFetch, OriginSink, RequestContent } from '../../origin/port.ts'
import type { Failure } from '../../policy/failure.ts'
import { askOrigin } from '../ask-origin.ts'
import type { Call } from '../call.ts'
import { Flight } from '../flights.ts'
import { invalidateAfter, invalidatePresuming } from '../invalidate.ts'
import type { LandingNews } from '../landing.ts'
import { SharedBody } from '../shared-body.ts'
import { noTrip, type Trip } from '../trip.ts'
import type { Attendable, RunEnd, RunLanding, RunPassenger } from './run-landing.ts'

export interface RunOrder {
  /** The request that is sent. */
  readonly call: Call
  readonly content: RequestContent | null
  /** Fields of weir's own for the origin, as name, value, name, value … */
  readonly ownFields: readonly string[]
  /** It may be sent again as an idempotent request may. */
  readonly mayRepeat: boolean
  /** Of an answer up to this size all is kept until its end: late comers may attend, and `settled` is given it. */
  readonly keepBytes: number
  /** The run ends when nobody attends it any more. */
  readonly abortWhenDeserted: boolean
  /** Told once how it ended, before anybody else hears of the end. */
  readonly settled: (end: RunEnd) => void
}

// How far a client may fall behind another that takes the same answer.
const MAX_LAG_BYTES = 1024 * 1024

export class Run implements OriginSink, Attendable {
  readonly #order: RunOrder
  readonly #flight: Flight<RunLanding, LandingNews>
  readonly #fetch: OriginFetch
  readonly #askedAt: number
  #trip: Trip = noTrip
  #answer: { readonly head: ResponseHead; readonly body: SharedBody; readonly responseAt: number } | null =
    null
  #isOpen = true
  #isKept = true
  /** Nobody reads any more: what still comes is dropped. */
  #isUnread = false
  #attending = 0
  #isOver = false

  constructor(order: RunOrder) {
    const { call, content, ownFields, mayRepeat } = order
    this.#order = order
    this.#flight = new Flight('', () => (this.#isOpen = false))
    this.#askedAt = call.room.clock.now()
    const target = call.head.path + call.head.query
    const question = { cache: null, target, conditional: ownFields, content, mayRepeat }
    this.#fetch = askOrigin(call, question, this)
  }

  get isOpen(): boolean {
    return this.#isOpen
  }

  attend(passenger: RunPassenger): boolean {
    if (!this.#isOpen) return false
    this.#attending += 1
    this.#flight.board(passenger)
    return true
  }

  leave(passenger: RunPassenger): void {
    this.#flight.leave(passenger)
    this.#attending -= 1
    if (this.#attending > 0 || this.#isOver || !this.#order.abortWhenDeserted) return
    this.#fetch.abort()
    if (this.#answer === null) invalidatePresuming(this.#order.call)
    this.#settle({ kind: 'aborted' })
  }

  informed(status: number, fields: Fields): void {
    this.#flight.tell({ status, fields })
  }

  headed(head: ResponseHead, attempts: number): void {
    const { call, keepBytes } = this.#order
    invalidateAfter(call, head)
    const responseAt = call.room.clock.now()
    this.#trip = { originMs: responseAt - this.#askedAt, attempts, failure: null }
    const body = new SharedBody(this.#source(), MAX_LAG_BYTES)
    this.#answer = { head, body, responseAt }
    this.#flight.landOpen({ kind: 'stream', head, body, trip: this.#trip })
    if (Number(head.fields.get('content-length') ?? 0) > keepBytes || keepBytes === 0) this.#keepNoMore(body)
  }

  data(chunk: Uint8Array): void {
    if (this.#answer === null || this.#isUnread) return
    const { body } = this.#answer
    body.push(chunk)
    if (this.#isKept && body.bytes > this.#order.keepBytes) this.#keepNoMore(body)
  }

  ended(trailers: Fields): void {
    if (this.#answer === null) return
    const { head, body, responseAt } = this.#answer
    const kept = this.#isKept ? Buffer.concat(body.chunks) : null
    this.#settle({ kind: 'answered', head, body: kept, responseAt })
    body.end(trailers)
  }

  failed(failure: Failure, attempts: number): void {
    this.#trip = { ...this.#trip, attempts, failure: failure.kind }
    const answer = this.#answer
    if (answer === null && failure.sent) invalidatePresuming(this.#order.call)
    const sent = answer !== null || failure.sent
    this.#settle({ kind: 'lost', status: answer?.head.status ?? null, failure, sent })
    if (answer === null) this.#flight.land({ kind: 'failed', failure, trip: this.#trip })
    else answer.body.fail()
  }

  #keepNoMore(body: SharedBody): void {
    this.#isKept = false
    this.#flight.close()
    body.release()
  }

  #settle(end: RunEnd): void {
    this.#isOver = true
    this.#isOpen = false
    this.#order.settled(end)
  }

  /** That nobody wants the rest of an answer does not end the run: the origin may still be at work. */
  #source(): ConstructorParameters<typeof SharedBody>[0] {
    return {
      pause: () => this.#fetch.pause(),
      resume: () => this.#fetch.resume(),
      abort: () => {
        this.#isUnread = true
        this.#fetch.resume()
      },
    }
  }
}
