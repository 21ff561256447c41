// Pass-through: the origin's answer goes to this one client as it comes in, without storing.
import type { Fields } from '../http/fields.ts'
import type { ResponseHead } from '../http/message.ts'
import type { OriginFetch, OriginSink, RequestContent } from '../origin/port.ts'
import type { Failure } from '../policy/failure.ts'
import type { Outcome } from '../policy/outcome.ts'
import { askOrigin } from './ask-origin.ts'
import { type Call, finish } from './call.ts'
import { noTrip, type Trip } from './trip.ts'
import { deliverFailure, marked } from './deliver.ts'
import { responseFields } from '../policy/response-fields.ts'

export interface PassPlan {
  readonly content: RequestContent | null
  readonly outcome: (forwardStatus: number | null) => Outcome
  /** Called with the answer's head before the client sees any of it. */
  readonly beforeHead: (head: ResponseHead) => void
  /** Called when the fetch ends without a head; a byte of the request may have been processed if `sent`. */
  readonly onLost: (sent: boolean) => void
  /** The fetch goes on when the client leaves, so that what it changed is known. */
  readonly outlivesClient: boolean
}

/** Forwards a call and passes the answer on. */
export function pass(call: Call, plan: PassPlan): void {
  new Pass(call, plan)
}

class Pass implements OriginSink {
  readonly #call: Call
  readonly #plan: PassPlan
  readonly #fetch: OriginFetch
  readonly #askedAt: number
  #trip: Trip = noTrip
  #status = 0
  #outcome: Outcome
  #bytes = 0
  #headed = false
  #finished = false

  constructor(call: Call, plan: PassPlan) {
    this.#call = call
    this.#plan = plan
    this.#outcome = plan.outcome(null)
    this.#askedAt = call.room.clock.now()
    const target = call.head.path + call.head.query
    this.#fetch = askOrigin(call, { cache: null, target, conditional: [], content: plan.content }, this)
    call.reply.onDrain(() => this.#fetch.resume())
    call.reply.onGone(() => this.#left())
  }

  informed(status: number, fields: Fields): void {
    if (!this.#finished) this.#call.reply.inform(status, fields)
  }

  headed(head: ResponseHead, attempts: number): void {
    this.#headed = true
    this.#plan.beforeHead(head)
    if (this.#finished) return this.#fetch.abort()
    const responseAt = this.#call.room.clock.now()
    this.#trip = { originMs: responseAt - this.#askedAt, attempts, failure: null }
    this.#status = head.status
    this.#outcome = this.#plan.outcome(head.status)
    const { status, statusText } = head
    const fields = responseFields(head, responseAt).raw
    this.#call.reply.start(marked({ status, statusText, fields }, this.#outcome))
  }

  data(chunk: Uint8Array): void {
    this.#bytes += chunk.byteLength
    if (!this.#call.reply.write(chunk)) this.#fetch.pause()
  }

  ended(trailers: Fields): void {
    this.#call.reply.end(trailers)
    this.#finish('whole')
  }

  failed(failure: Failure, attempts: number): void {
    if (!this.#headed) this.#plan.onLost(failure.sent)
    if (this.#finished) return
    this.#trip = { ...this.#trip, attempts, failure: failure.kind }
    if (this.#headed) {
      this.#call.reply.abort()
      return this.#finish('broken')
    }
    this.#finished = true
    deliverFailure(this.#call, failure, this.#outcome, this.#trip)
  }

  #left(): void {
    if (this.#finished) return
    this.#finish('gone')
    if (this.#plan.outlivesClient && !this.#headed) return
    this.#fetch.abort()
    if (!this.#headed) this.#plan.onLost(true)
  }

  #finish(end: 'whole' | 'broken' | 'gone'): void {
    this.#finished = true
    finish(this.#call, { status: this.#status, outcome: this.#outcome, bytes: this.#bytes, end }, this.#trip)
  }
}
