// A miss becomes an entry: one fetch for everybody aboard a flight, judged at its head and stored at its end.
import type { Fields } from '../http/fields.ts'
import type { ResponseHead } from '../http/message.ts'
import type { OriginFetch, OriginSink } from '../origin/port.ts'
import type { Labels, StoredResponse, VaryValue } from '../policy/entry.ts'
import type { Failure } from '../policy/failure.ts'
import { tagsOf } from '../policy/invalidated-targets.ts'
import type { Reason } from '../policy/reasons.ts'
import { mayServeOnError } from '../policy/reuse.ts'
import { responseFields } from '../policy/response-fields.ts'
import { storeResponse } from '../policy/stored-response.ts'
import { conditionalFields } from '../policy/validation.ts'
import { sameVariant } from '../policy/vary.ts'
import { noTrip, type Trip } from './trip.ts'
import type { Fence } from './fences.ts'
import type { Flight } from './flights.ts'
import type { FillOrder } from './fill-order.ts'
import type { FillReport, Landing, LandingNews } from './landing.ts'
import { judgeAnswer, judgeConfirmation, judgeHeadEffect, type Storing } from './judge-answer.ts'
import { keepEntry } from './keep.ts'
import { type Answer, partBytes, passed } from './answer.ts'
import { askOrigin } from './ask-origin.ts'
import { derivedEtag } from './derived-etag.ts'
import { SharedBody } from './shared-body.ts'

/** Sets off the fetch of a flight; everything that becomes of it is told to the flight. */
export function fill(flight: Flight<Landing, LandingNews>, order: FillOrder): void {
  new Fill(flight, order)
}

// An unwanted body longer than this costs more than a new connection.
const DRAIN_BYTES = 64 * 1024

class Fill implements OriginSink {
  readonly #flight: Flight<Landing, LandingNews>
  readonly #order: FillOrder
  readonly #fence: Fence
  readonly #fetch: OriginFetch
  readonly #requestAt: number
  /** What the origin was asked to confirm; null: it was asked for a whole answer. */
  readonly #validated: StoredResponse | null
  #labels: Labels
  #trip: Trip = noTrip
  #answer: Answer | null = null
  /** Content of a settled fill that is still read, so that the origin's connection can be used again. */
  #drainedBytes = 0
  #settled = false

  constructor(flight: Flight<Landing, LandingNews>, order: FillOrder) {
    const { call, cache, key } = order
    this.#flight = flight
    this.#order = order
    this.#requestAt = call.room.clock.now()
    this.#labels = { uri: key.uri, path: call.head.path, tags: tagsOf(cache.tags, call.params) }
    this.#fence = call.room.fences.open(this.#labels, () => flight.close())
    const conditional = conditionsOf(order)
    const validates = order.ask.kind === 'whole' || order.ask.kind === 'head'
    this.#validated = validates && conditional.length > 0 ? (order.stored ?? null) : null
    const content = call.keyed === null ? null : { kind: 'held' as const, content: call.keyed.content }
    this.#fetch = askOrigin(call, { cache, target: key.target, conditional, content }, this)
    if (!order.background) flight.onDeserted(() => this.#giveUp())
  }

  informed(status: number, fields: Fields): void {
    this.#flight.tell({ status, fields })
  }

  headed(head: ResponseHead, attempts: number): void {
    const responseAt = this.#order.call.room.clock.now()
    this.#trip = { originMs: responseAt - this.#requestAt, attempts, failure: null }
    if (this.#validated !== null && head.status === 304)
      return this.#confirm(this.#validated, head, responseAt)
    this.#relabel(head.fields)
    if (head.status >= 500 && this.#mayReplaceError()) return this.#replaceError(head.status)
    if (this.#order.ask.kind === 'head') return this.#learn(head, responseAt)
    const verdict = judgeAnswer(this.#order, head, { requestAt: this.#requestAt, responseAt })
    if (verdict.kind === 'pass') return this.#pass(head, verdict.vary, verdict.reason, verdict.shareable)
    const { vary, storing, initialAgeMs, part } = verdict
    this.#keep({ head, vary, storing, responseAt, initialAgeMs, part, body: this.#newBody() })
  }

  data(chunk: Uint8Array): void {
    const { room } = this.#order.call
    const answer = this.#answer
    if (answer === null) return this.#drain(chunk)
    answer.body.push(chunk)
    const mostBytes = answer.part === null ? room.maxEntryBytes : partBytes(answer.part)
    if (answer.storing === null || answer.body.bytes <= mostBytes) return
    if (this.#completes(answer)) {
      this.#giveUp()
      return this.#landCompleted(null)
    }
    this.#answer = { ...answer, storing: null }
    this.#flight.close()
    if (answer.part === null) room.hitForMiss.mark(this.#order.key.key, 'too-large')
    answer.body.release()
  }

  ended(trailers: Fields): void {
    const answer = this.#answer
    if (answer === null) return
    const kept =
      answer.storing !== null && this.#fence.overtakenAt === null ? this.#store(answer, answer.storing) : null
    this.#close()
    if (this.#completes(answer)) this.#landCompleted(kept)
    else answer.body.end(trailers)
  }

  failed(failure: Failure, attempts: number): void {
    if (this.#settled) return
    this.#close()
    if (this.#answer !== null && !this.#completes(this.#answer)) return this.#answer.body.fail()
    this.#trip = { ...this.#trip, attempts, failure: failure.kind }
    this.#landFailed(failure, null)
  }

  /** The origin confirmed what is stored, and may have told more about it (RFC 9111 §4.3.4). */
  #confirm(stored: StoredResponse, head: ResponseHead, responseAt: number): void {
    const { store } = this.#order.call.room
    const verdict = judgeConfirmation(this.#order, stored, head, { requestAt: this.#requestAt, responseAt })
    if (verdict.kind !== 'mismatch') this.#relabel(verdict.entry.fields)
    this.#close()
    if (verdict.kind === 'mismatch' || this.#fence.overtakenAt !== null) {
      store.delete(stored)
      const reason = verdict.kind === 'mismatch' ? 'validator-mismatch' : 'fenced'
      return this.#flight.land({ kind: 'refused', reason })
    }
    const { entry, shareable } = verdict
    const isKept = verdict.kind === 'keep'
    if (!isKept || !sameVariant(stored, entry)) store.delete(stored)
    if (isKept) keepEntry(this.#order, entry)
    const reason = isKept ? 'validated' : verdict.reason
    const landing: Landing = { kind: 'entry', entry, report: this.#report(reason, 304, isKept) }
    this.#land(landing, reason, shareable)
  }

  /** The origin answered with an error, and something stored may be served in its place (RFC 5861 §4). */
  #replaceError(status: number): void {
    this.#close()
    const detail = `The origin answered with status ${status}.`
    const failure: Failure = {
      kind: 'http_request_error',
      side: 'origin',
      status,
      sent: true,
      retryAfterSeconds: null,
      detail,
    }
    this.#landFailed(failure, status)
  }

  #landFailed(failure: Failure, status: number | null): void {
    const report = this.#report('origin-failed', status, false)
    this.#flight.land({ kind: 'failed', failure, stale: this.#spare(), report })
  }

  /** An answer to HEAD goes on as it is, and may tell that what is stored holds or does not (RFC 9111 §4.3.5). */
  #learn(head: ResponseHead, responseAt: number): void {
    const { call, stored } = this.#order
    const times = { requestAt: this.#requestAt, responseAt }
    const effect = judgeHeadEffect(this.#order, head, times)
    if (effect.kind === 'freshened') this.#relabel(effect.entry.fields)
    if (stored !== undefined && effect.kind !== 'unaffected') call.room.store.delete(stored)
    const isFreshened = effect.kind === 'freshened' && this.#fence.overtakenAt === null
    if (isFreshened) keepEntry(this.#order, effect.entry)
    this.#answer = passed(head, [], this.#newBody())
    this.#flight.land(this.#streamed(this.#answer, this.#report('head-request', head.status, isFreshened)))
  }

  /** What a stored part lacked has come: with it, there is a whole response to answer from. */
  #landCompleted(kept: StoredResponse | null): void {
    if (kept?.part !== null) return this.#flight.land({ kind: 'refused', reason: 'partial-content' })
    this.#flight.land({ kind: 'entry', entry: kept, report: this.#report('completed', 206, true) })
  }

  /** Streams and keeps the pieces to store them at the end; to everybody, if it may answer them too. */
  #keep(answer: Answer & { readonly storing: Storing }): void {
    this.#answer = answer
    if (this.#completes(answer)) return
    const { withoutFields, shareable } = answer.storing
    const isFenced = this.#fence.overtakenAt !== null
    const report = this.#report(isFenced ? 'fenced' : 'stored', answer.head.status, !isFenced)
    const landing = this.#streamed(answer, report, withoutFields)
    if (shareable && !isFenced) this.#flight.landOpen(landing)
    else this.#land(landing, 'not-shareable', shareable)
  }

  /** Streams without storing: to the leader alone, unless all who wait may have it. */
  #pass(head: ResponseHead, vary: readonly VaryValue[], reason: Reason, shareable: boolean): void {
    const { call, stored } = this.#order
    if (stored !== undefined && head.status < 500) call.room.store.delete(stored)
    const body = this.#newBody()
    this.#answer = passed(head, vary, body)
    this.#land(this.#streamed(this.#answer, this.#report(reason, head.status, false)), reason, shareable)
    body.release()
  }

  #streamed(
    { head, vary, body }: Answer,
    report: FillReport,
    withoutFields: readonly string[] = [],
  ): Landing {
    return { kind: 'stream', head, vary, withoutFields, body, report }
  }

  /** Frees the key. Where only the leader may have the landing, those who come next need not wait for one another. */
  #land(landing: Landing, reason: Reason, shareable: boolean): void {
    if (shareable) return this.#flight.land(landing)
    const { call, key, ask } = this.#order
    if (ask.kind === 'whole') call.room.hitForMiss.mark(key.key, reason)
    this.#flight.part(landing, { kind: 'refused', reason })
  }

  #store(answer: Answer, storing: Storing): StoredResponse | null {
    const { head, vary, body, part, responseAt, initialAgeMs } = answer
    const { call, key } = this.#order
    if (part !== null && body.bytes !== partBytes(part)) return null
    const content = Buffer.concat(body.chunks)
    const { freshness, withoutFields, shareable } = storing
    if (shareable) call.room.hitForMiss.unmark(key.key)
    return keepEntry(
      this.#order,
      storeResponse({
        key: key.key,
        labels: this.#labels,
        vary,
        response: { ...head, fields: responseFields(head, responseAt) },
        body: content,
        part,
        requestAt: this.#requestAt,
        responseAt,
        initialAgeMs,
        freshness,
        withoutFields,
        derivedEtag: part === null ? derivedEtag(content) : null,
      }),
    )
  }

  /** Nobody is told of this answer before it is there and joined with the part that it completes. */
  #completes({ part }: Answer): boolean {
    return this.#order.ask.kind === 'rest' && part !== null
  }

  #relabel(fields: Fields): void {
    const { call, cache } = this.#order
    const tags = tagsOf(cache.tags, call.params, { site: call.head, fields })
    this.#labels = { ...this.#labels, tags }
    this.#fence.relabel(this.#labels)
  }

  #mayReplaceError(): boolean {
    const { call, directives } = this.#order
    const spare = this.#spare()
    return spare !== null && mayServeOnError(spare, directives, call.room.clock.now())
  }

  /** What might be served in place of an error: nothing that a write has overtaken. */
  #spare(): StoredResponse | null {
    return this.#fence.overtakenAt === null ? (this.#order.stored ?? null) : null
  }

  #giveUp(): void {
    this.#fetch.abort()
    this.#close()
  }

  #drain(chunk: Uint8Array): void {
    this.#drainedBytes += chunk.byteLength
    if (this.#drainedBytes > DRAIN_BYTES) this.#fetch.abort()
  }

  #close(): void {
    this.#settled = true
    this.#fence.close()
    this.#flight.close()
  }

  #newBody(): SharedBody {
    const source = {
      pause: () => this.#fetch.pause(),
      resume: () => this.#fetch.resume(),
      abort: () => this.#giveUp(),
    }
    return new SharedBody(source, this.#order.call.room.maxEntryBytes)
  }

  #report(reason: Reason, forwardStatus: number | null, stored: boolean): FillReport {
    return { trip: this.#trip, forwardStatus, stored, reason, overtakenAt: this.#fence.overtakenAt }
  }
}

function conditionsOf({ ask, stored }: FillOrder): readonly string[] {
  if (ask.kind === 'part' || ask.kind === 'rest') return ask.fields
  return stored === undefined ? [] : conditionalFields(stored)
}
