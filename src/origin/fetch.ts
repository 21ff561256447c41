// One fetch: a place among the connections, its attempts in turn, and what they say passed to the sink.
import type { Clock } from '../base/clock.ts'
import type { Entrance } from '../guard/admission.ts'
import type { Fields } from '../http/fields.ts'
import type { ResponseHead } from '../http/message.ts'
import type { Failure } from '../policy/failure.ts'
import type { RetryCondition } from '../policy/route-policy.ts'
import type { Outcome, Pass } from '../resilience/breaker.ts'
import { parseRetryAfter } from '../resilience/retry-after.ts'
import type { RetryBudget } from '../resilience/retry-budget.ts'
import { conditionOf, decideRetry } from '../resilience/retry-decision.ts'
import type { AttemptResult } from '../resilience/retry-decision.ts'
import { Attempt } from './attempt.ts'
import type { AttemptListener } from './attempt.ts'
import { classifyError } from './classify-error.ts'
import { outgoingContent } from './content.ts'
import type { Outgoing } from './content.ts'
import { Deadlines } from './deadlines.ts'
import type { Expired } from './deadlines.ts'
import { weirFailure } from './failures.ts'
import type { Member, Members } from './members.ts'
import type { OriginFetch, OriginRequest, OriginSink } from './port.ts'

/** What all fetches of one origin share. */
export interface Line {
  readonly members: Members
  readonly budget: RetryBudget
  readonly tally: RetryTally
  readonly clock: Clock
  readonly random: () => number
}

/** How often attempts were repeated, and how often the budget forbade it. */
export interface RetryTally {
  readonly retries: Record<RetryCondition, number>
  refused: number
}

/** Lives from `begin` until it calls `over`. Every attempt begins in a microtask of its own: see Attempt. */
export class Fetch implements OriginFetch, AttemptListener {
  readonly #line: Line
  readonly #request: OriginRequest
  readonly #sink: OriginSink
  readonly #onOver: (fetch: Fetch) => void
  readonly #content: Outgoing
  readonly #deadlines: Deadlines
  readonly #tried = new Set<Member>()
  #waiting: Entrance | null = null
  /** The member that is asked, and its breaker's leave to do so. */
  #asked: { readonly member: Member; readonly pass: Pass | null } | null = null
  #attempt: Attempt | null = null
  #attempts = 0
  #paused = false
  #over = false

  constructor(line: Line, request: OriginRequest, sink: OriginSink, onOver: (fetch: Fetch) => void) {
    this.#line = line
    this.#request = request
    this.#sink = sink
    this.#onOver = onOver
    this.#content = outgoingContent(request.body, (error) => this.#broken(error))
    line.budget.began(line.clock.now())
    this.#deadlines = new Deadlines(line.clock, request.timeouts.totalMs, (expired) => this.#expired(expired))
  }

  begin(): void {
    this.#takePlace()
  }

  pause(): void {
    this.#paused = true
    this.#attempt?.pause()
  }

  resume(): void {
    this.#paused = false
    this.#attempt?.resume()
  }

  abort(): void {
    if (!this.#over) this.#end()
  }

  /** Ends the fetch with a failure of weir's own choice. */
  fail(failure: Failure): void {
    if (this.#over) return
    this.#end()
    this.#sink.failed(failure, this.#attempts)
  }

  informed(status: number, fields: Fields): void {
    this.#sink.informed(status, fields)
  }

  headed(head: ResponseHead): void {
    this.#tell(this.#asked?.member.breaker?.isFailure(head.status) === true ? 'failed' : 'answered')
    if (!this.#isRetried(head)) this.#sink.headed(head, this.#attempts)
  }

  data(chunk: Buffer): void {
    this.#sink.data(chunk)
  }

  ended(trailers: Fields): void {
    this.#end()
    this.#sink.ended(trailers)
  }

  failed(failure: Failure): void {
    this.#tell(failure.side === 'origin' ? 'failed' : 'unknown')
    if (!this.#retry({ kind: 'failed', failure })) this.fail(failure)
  }

  #takePlace(): void {
    const { members, clock } = this.#line
    this.#deadlines.rest()
    const now = clock.now()
    const member = members.choose(this.#request, this.#tried, now)
    if (member === null) return queueMicrotask(() => this.fail(noMember(members.retryAfterMs(now))))
    this.#tried.add(member)
    const waitUntil = Math.min(now + this.#request.timeouts.firstByteMs, this.#deadlines.totalAt ?? Infinity)
    const entrance = member.places.enter({
      waitUntil,
      admitted: () => this.#launch(member),
      refused: () => this.fail(noPlace()),
    })
    if (entrance.kind === 'admitted') this.#launch(member)
    else if (entrance.kind === 'waiting') this.#waiting = entrance
    else queueMicrotask(() => this.fail(noPlace()))
  }

  #launch(member: Member): void {
    this.#waiting = null
    queueMicrotask(() => {
      const released = (): void => member.places.leave()
      if (this.#over) return released()
      const pass = member.breaker?.enter(this.#line.clock.now()) ?? null
      if (member.breaker !== null && pass === null) {
        // Its breaker has opened while this fetch was waiting.
        released()
        return this.#takePlace()
      }
      this.#asked = { member, pass }
      this.#attempts += 1
      const { resetting, dispatcher, servername } = member
      const order = { request: this.#request, content: this.#content, deadlines: this.#deadlines, resetting }
      this.#attempt = new Attempt({ ...order, headMs: this.#headMs(), released }, this)
      if (this.#paused) this.#attempt.pause()
      this.#attempt.start(dispatcher, servername)
    })
  }

  /** Tells the breaker of the member that is asked how it does. */
  #tell(outcome: Outcome): void {
    if (this.#asked === null || this.#asked.pass === null) return
    this.#asked.member.breaker?.tell(this.#asked.pass, outcome, this.#line.clock.now())
  }

  /** The bound on a single try counts only where another can follow: cutting the last one short helps nobody. */
  #headMs(): number {
    const { retry, timeouts, idempotent } = this.#request
    const mayFollow = retry.on.has('timeout') && this.#attempts <= retry.attempts && idempotent
    if (retry.perTryMs === null || !mayFollow || !this.#content.replayable) return timeouts.firstByteMs
    return Math.min(timeouts.firstByteMs, retry.perTryMs)
  }

  #isRetried({ status, fields }: ResponseHead): boolean {
    const on: ReadonlySet<string | number> = this.#request.retry.on
    if (!on.has(status)) return false
    const asked = fields.get('retry-after')
    const retryAfterMs = asked === undefined ? null : parseRetryAfter(asked, this.#line.clock.now())
    return this.#retry({ kind: 'answered', status, retryAfterMs })
  }

  /** Sets off another attempt where one may follow. */
  #retry(result: AttemptResult): boolean {
    const { budget, clock, members, random } = this.#line
    const { retry: policy, idempotent } = this.#request
    const now = clock.now()
    if (!members.mayAsk(now)) return false
    const decision = decideRetry({
      result,
      attempts: this.#attempts,
      idempotent,
      replayable: this.#content.replayable,
      policy,
      budgetAllows: budget.allows(policy.budget, now),
      now,
      deadlineAt: this.#deadlines.totalAt,
      random: random(),
    })
    if (decision.kind === 'stop' && decision.reason === 'budget-used-up') this.#line.tally.refused++
    if (decision.kind === 'stop' || this.#over) return false
    const condition = conditionOf(result)
    if (condition !== null) this.#line.tally.retries[condition]++
    budget.spent(now)
    // What is left unread of an answer may be long; its connection goes with it.
    this.#attempt?.abort()
    this.#attempt = null
    this.#deadlines.enter('backoff', decision.delayMs)
    return true
  }

  #expired(expired: Expired): void {
    if (expired === 'backoff') this.#takePlace()
    else this.#attempt?.expire(expired)
  }

  #broken(error: Error): void {
    if (this.#over) return
    if (this.#attempt === null) this.fail(classifyError(error, 'connecting'))
    else this.#attempt.break(error)
  }

  #end(): void {
    this.#over = true
    this.#deadlines.cancel()
    if (this.#waiting?.kind === 'waiting') this.#waiting.giveUp()
    this.#attempt?.abort()
    this.#tell('unknown')
    this.#content.drop()
    this.#line.budget.ended()
    this.#onOver(this)
  }
}

function noPlace(): Failure {
  return weirFailure('connection_limit_reached', 'connecting', 'All connections to the origin are busy.')
}

function noMember(retryAfterMs: number): Failure {
  const failure = weirFailure(
    'destination_unavailable',
    'connecting',
    'The origin keeps failing and is given a rest.',
  )
  return { ...failure, retryAfterSeconds: Math.max(1, Math.ceil(retryAfterMs / 1000)) }
}
