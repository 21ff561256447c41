// A miss becomes an entry: one fetch for everybody aboard a flight, judged at its head and stored at its end.
import type { Fields } from '../http/fields.ts'
import { tokenExpiresAt } from '../http/jwt.ts'
import type { ResponseHead } from '../http/message.ts'
import type { OriginFetch, OriginSink } from '../origin/port.ts'
import { initialAgeMs } from '../policy/age.ts'
import type { Labels, StoredResponse, VaryValue } from '../policy/entry.ts'
import type { Failure } from '../policy/failure.ts'
import { tagsOf } from '../policy/invalidated-targets.ts'
import type { CacheKey } from '../policy/key.ts'
import type { Reason } from '../policy/reasons.ts'
import { mayServeOnError } from '../policy/reuse.ts'
import { responseFields } from '../policy/response-fields.ts'
import { judgeStorability, type Storability } from '../policy/storability.ts'
import { storeResponse } from '../policy/stored-response.ts'
import { conditionalFields, freshen } from '../policy/validation.ts'
import type { RequestDirectives } from '../http/cache-control.ts'
import type { CachePolicy } from '../policy/route-policy.ts'
import { sameVariant, varyOf } from '../policy/vary.ts'
import type { Call } from './call.ts'
import { noTrip, type Trip } from './trip.ts'
import type { Fence } from './fences.ts'
import type { Flight } from './flights.ts'
import type { FillReport, Landing, LandingNews } from './landing.ts'
import { askOrigin } from './ask-origin.ts'
import { derivedEtag } from './derived-etag.ts'
import { SharedBody } from './shared-body.ts'

export interface FillOrder {
  /** The request that is forwarded; those who follow share its key. */
  readonly call: Call
  readonly cache: CachePolicy
  readonly key: CacheKey
  readonly directives: RequestDirectives
  /** What is stored and must be validated, and what may stand in for an error. */
  readonly stored: StoredResponse | undefined
  /** Nobody waits for it, and it goes on all the same. */
  readonly background: boolean
}

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
  #labels: Labels
  #trip: Trip = noTrip
  #answer: Answer | null = null
  /** Content of a settled fill that is still read, so that the origin's connection can be used again. */
  #drainedBytes = 0
  #settled = false

  constructor(flight: Flight<Landing, LandingNews>, order: FillOrder) {
    const { call, cache, key, stored } = order
    this.#flight = flight
    this.#order = order
    this.#requestAt = call.room.clock.now()
    this.#labels = { uri: key.uri, path: call.head.path, tags: tagsOf(cache.tags, call.params) }
    this.#fence = call.room.fences.open(this.#labels, () => flight.close())
    const conditional = stored === undefined ? [] : conditionalFields(stored)
    this.#fetch = askOrigin(call, { cache, target: key.target, conditional, content: null }, this)
    if (!order.background) flight.onDeserted(() => this.#giveUp())
  }

  informed(status: number, fields: Fields): void {
    this.#flight.tell({ status, fields })
  }

  headed(head: ResponseHead, attempts: number): void {
    const { call, stored, cache } = this.#order
    const responseAt = call.room.clock.now()
    this.#trip = { originMs: responseAt - this.#requestAt, attempts, failure: null }
    this.#labels = {
      ...this.#labels,
      tags: tagsOf(cache.tags, call.params, { site: call.head, fields: head.fields }),
    }
    this.#fence.relabel(this.#labels)
    if (stored !== undefined && head.status === 304) return this.#freshen(stored, head, responseAt)
    if (head.status >= 500 && this.#standIn() !== null) return this.#replaceError(head.status)
    const age = this.#ageOf(head, responseAt)
    const verdict = judgeStorability({
      request: call.head,
      credentialed: this.#order.key.credentialed,
      response: head,
      cache,
      initialAgeMs: age,
      responseAt,
      tokenExpiresAt: this.#tokenExpiresAt(),
    })
    const vary = varyOf(head.fields, call.head.fields, cache)
    const declaredBytes = Number(head.fields.get('content-length') ?? 0)
    if (verdict.kind === 'pass')
      return this.#pass(head, vary === 'any' ? [] : vary, verdict.reason, verdict.shareable)
    if (vary === 'any') return this.#pass(head, [], 'vary-any', false)
    if (declaredBytes > call.room.maxEntryBytes) return this.#pass(head, vary, 'too-large', false)
    this.#keep({ head, vary, verdict, responseAt, initialAgeMs: age, body: this.#newBody() })
  }

  data(chunk: Uint8Array): void {
    const { room } = this.#order.call
    const answer = this.#answer
    if (answer === null) return this.#drain(chunk)
    answer.body.push(chunk)
    if (answer.verdict === null || answer.body.bytes <= room.maxEntryBytes) return
    this.#answer = { ...answer, verdict: null }
    this.#flight.close()
    room.hitForMiss.mark(this.#order.key.key)
    answer.body.release()
  }

  ended(trailers: Fields): void {
    const answer = this.#answer
    if (answer === null) return
    if (answer.verdict !== null && this.#fence.overtakenAt === null) this.#put(answer, answer.verdict)
    this.#close()
    answer.body.end(trailers)
  }

  failed(failure: Failure, attempts: number): void {
    if (this.#settled) return
    this.#close()
    if (this.#answer !== null) return this.#answer.body.fail()
    this.#trip = { ...this.#trip, attempts, failure: failure.kind }
    this.#landFailed(failure, null)
  }

  /** The origin confirmed what is stored (RFC 9111 §4.3.4). */
  #freshen(stored: StoredResponse, head: ResponseHead, responseAt: number): void {
    const { call, cache } = this.#order
    const times = { requestAt: this.#requestAt, responseAt }
    const entry = freshen(stored, head, cache, times, this.#tokenExpiresAt())
    this.#close()
    if (entry === null || this.#fence.overtakenAt !== null) {
      call.room.store.delete(stored)
      return this.#flight.land({ kind: 'refused', reason: entry === null ? 'validator-mismatch' : 'fenced' })
    }
    call.room.store.put(entry, cache.maxVariants)
    this.#flight.land({ kind: 'entry', entry, report: this.#report('validated', 304, true) })
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
    this.#flight.land({ kind: 'failed', failure, stale: this.#standIn(), report })
  }

  /** Streams to everybody and keeps the pieces to store them at the end. */
  #keep(answer: Answer): void {
    this.#answer = answer
    const report = this.#report('stored', answer.head.status, true)
    const landing: Landing = {
      kind: 'stream',
      head: answer.head,
      vary: answer.vary,
      body: answer.body,
      report,
    }
    if (this.#fence.overtakenAt === null) this.#flight.landOpen(landing)
    else this.#flight.land(landing)
  }

  /** Streams without storing: to the leader alone, unless all who wait may have it. */
  #pass(head: ResponseHead, vary: readonly VaryValue[], reason: Reason, shareable: boolean): void {
    const { call, key, stored } = this.#order
    if (stored !== undefined && head.status < 500) call.room.store.delete(stored)
    if (!shareable) call.room.hitForMiss.mark(key.key)
    const body = this.#newBody()
    this.#answer = { head, vary, verdict: null, responseAt: 0, initialAgeMs: 0, body }
    const landing: Landing = {
      kind: 'stream',
      head,
      vary,
      body,
      report: this.#report(reason, head.status, false),
    }
    if (shareable) this.#flight.land(landing)
    else this.#flight.part(landing, { kind: 'refused', reason })
    body.release()
  }

  #put({ head, vary, body, responseAt, initialAgeMs }: Answer, { freshness, withoutFields }: Storing): void {
    const { call, cache, key } = this.#order
    const { store, hitForMiss } = call.room
    const content = Buffer.concat(body.chunks)
    const entry = storeResponse({
      key: key.key,
      labels: this.#labels,
      vary,
      response: { ...head, fields: responseFields(head, responseAt) },
      body: content,
      requestAt: this.#requestAt,
      responseAt,
      initialAgeMs,
      freshness,
      withoutFields,
      derivedEtag: derivedEtag(content),
    })
    hitForMiss.unmark(key.key)
    const isOutrun = store
      .peek(key.key)
      .some((other) => sameVariant(other, entry) && other.requestAt > entry.requestAt)
    if (!isOutrun) store.put(entry, cache.maxVariants)
  }

  /** What may be served in place of an error, unless a write has overtaken it. */
  #standIn(): StoredResponse | null {
    const { call, stored, directives } = this.#order
    if (stored === undefined || this.#fence.overtakenAt !== null) return null
    return mayServeOnError(stored, directives, call.room.clock.now()) ? stored : null
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

  #ageOf(head: ResponseHead, responseAt: number): number {
    return initialAgeMs({
      ageValue: head.fields.get('age'),
      dateValue: head.fields.get('date'),
      requestAt: this.#requestAt,
      responseAt,
    })
  }

  #tokenExpiresAt(): number | null {
    const { call, key } = this.#order
    const authorization = key.credentialed ? call.head.fields.get('authorization') : undefined
    return authorization === undefined ? null : tokenExpiresAt(authorization)
  }

  #report(reason: Reason, forwardStatus: number | null, stored: boolean): FillReport {
    return { trip: this.#trip, forwardStatus, stored, reason, overtakenAt: this.#fence.overtakenAt }
  }
}

type Storing = Extract<Storability, { kind: 'store' }>

/** An answer as it comes in; without a verdict it is passed on and not stored. */
export interface Answer {
  readonly head: ResponseHead
  readonly vary: readonly VaryValue[]
  readonly verdict: Storing | null
  readonly responseAt: number
  readonly initialAgeMs: number
  readonly body: SharedBody
}
