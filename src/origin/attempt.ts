// One attempt: a single dispatch through undici, under deadlines, heard to its one end.
import type { Dispatcher } from 'undici'
import { isEventStream } from '../http/event-stream.ts'
import type { Fields } from '../http/fields.ts'
import type { ResponseHead } from '../http/message.ts'
import type { Failure } from '../policy/failure.ts'
import { classifyError } from './classify-error.ts'
import type { Outgoing } from './content.ts'
import type { Deadlines, Expired } from './deadlines.ts'
import { originFailure, timeoutFailure } from './failures.ts'
import type { Stage } from './failures.ts'
import type { OriginRequest } from './port.ts'
import { faultOf, readFields, readStatusText } from './response-head.ts'

/** As the sink of the port hears it. */
export interface AttemptListener {
  informed(status: number, fields: Fields): void
  headed(head: ResponseHead): void
  data(chunk: Buffer): void
  ended(trailers: Fields): void
  failed(failure: Failure): void
}

export interface AttemptOrder {
  readonly request: OriginRequest
  readonly content: Outgoing
  /** From the end of the request to the end of the head, for this attempt. */
  readonly headMs: number
  readonly deadlines: Deadlines
  /** True while undici handles the reset of a connection. */
  readonly resetting: () => boolean
  /** Called once, when undici has let go of the request. */
  readonly released: () => void
}

/** Interim responses of one attempt at the most. */
const mostInterim = 32

const abandoned = new Error('abandoned')

/**
 * Has to be started from outside of undici's callbacks: its parser does not allow for being entered twice.
 * The listener hears nothing after `abort`.
 */
export class Attempt implements Dispatcher.DispatchHandler {
  readonly #order: AttemptOrder
  readonly #listener: AttemptListener
  #controller: Dispatcher.DispatchController | null = null
  #stage: Stage = 'connecting'
  #over = false
  #paused = false
  #endless = false
  #interim = 0

  constructor(order: AttemptOrder, listener: AttemptListener) {
    this.#order = order
    this.#listener = listener
  }

  start(dispatcher: Dispatcher, servername: string): void {
    const { request, content, deadlines } = this.#order
    deadlines.enter('connect', request.timeouts.connectMs)
    const options = {
      path: request.target,
      method: request.method,
      headers: [...request.fields, ...content.fields],
      body: content.body as Buffer | null,
      // undici would take it from Host and reconnect whenever that changes.
      servername,
    }
    dispatcher.dispatch(options, this)
  }

  pause(): void {
    this.#paused = true
    if (this.#stage !== 'headed' || this.#over) return
    this.#controller?.pause()
    this.#order.deadlines.hold()
  }

  resume(): void {
    this.#paused = false
    if (this.#stage !== 'headed' || this.#over) return
    this.#moved()
    queueMicrotask(() => {
      if (!this.#paused && !this.#over) this.#controller?.resume()
    })
  }

  /** Ends the attempt and its connection. A connection that is still being made is kept for others. */
  abort(): void {
    if (this.#over) return
    this.#over = true
    this.#controller?.abort(abandoned)
  }

  /** Ends the attempt because a deadline has passed. */
  expire(expired: Expired): void {
    this.#fail(timeoutFailure(expired, this.#stage, this.#order.content.waits()))
  }

  /** Ends the attempt because of an error outside of undici. */
  break(error: Error): void {
    this.#fail(classifyError(error, this.#stage))
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    // Thrown here, it takes the request from the connection before a byte is written, and spares the connection.
    if (this.#over) throw abandoned
    this.#controller = controller
    this.#stage = 'sent'
    const { content, deadlines, headMs, request } = this.#order
    if (content.streams) deadlines.enter('upload', request.timeouts.idleMs)
    else deadlines.enter('head', headMs)
  }

  onBodySent(): void {
    if (this.#over) return
    if (this.#stage === 'headed') this.#moved()
    else this.#order.deadlines.enter('upload', this.#order.request.timeouts.idleMs)
  }

  onRequestSent(): void {
    if (!this.#over && this.#stage !== 'headed') this.#order.deadlines.enter('head', this.#order.headMs)
  }

  onResponseStarted(): void {
    if (this.#stage === 'sent') this.#stage = 'answering'
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    _: unknown,
    statusText?: string,
  ): void {
    if (this.#over) return
    const head = { status, statusText: readStatusText(statusText), fields: readFields(controller.rawHeaders) }
    const fault = this.#interim < mostInterim || status >= 200 ? faultOf(head) : 'too many interim responses'
    if (fault !== null) {
      this.#fail(
        originFailure('http_protocol_error', this.#stage, `The origin's response is refused: ${fault}.`),
      )
    } else if (status < 200) {
      this.#interim += 1
      this.#listener.informed(status, head.fields)
    } else {
      this.#head(head)
    }
  }

  onResponseData(_: unknown, chunk: Buffer): void {
    if (this.#over) return
    this.#moved()
    this.#listener.data(chunk)
  }

  onResponseEnd(controller: Dispatcher.DispatchController): void {
    if (!this.#over) {
      if (this.#order.resetting()) {
        this.#fail(
          originFailure(
            'http_response_incomplete',
            'headed',
            'The connection was reset within the response.',
          ),
        )
      } else {
        this.#over = true
        this.#listener.ended(readFields(controller.rawTrailers))
      }
    }
    this.#order.released()
  }

  onResponseError(_: unknown, error: Error): void {
    if (!this.#over) {
      this.#over = true
      this.#listener.failed(classifyError(error, this.#stage))
    }
    this.#order.released()
  }

  #head(head: ResponseHead): void {
    this.#stage = 'headed'
    // An event stream has no end to wait for, and may say nothing for a long time.
    this.#endless = isEventStream(head.fields)
    if (this.#endless) this.#order.deadlines.liftTotal()
    this.#moved()
    if (this.#paused) this.pause()
    this.#listener.headed(head)
  }

  #fail(failure: Failure): void {
    if (this.#over) return
    this.abort()
    this.#listener.failed(failure)
  }

  /** Something moved: the idle deadline begins anew, unless nothing is to be read or the stream may be quiet. */
  #moved(): void {
    const { deadlines, request } = this.#order
    if (this.#paused) deadlines.hold()
    else if (this.#endless) deadlines.rest()
    else deadlines.enter('body', request.timeouts.idleMs)
  }
}
