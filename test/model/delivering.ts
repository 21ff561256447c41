// What becomes of the origin's answer in the model: who gets it, and what is held from then on.
import { type Arrived, bodyOf } from './arrived.ts'
import { bypassOf, lookUp } from './asking.ts'
import type { PolicyChoice, RequestChoice } from './choices.ts'
import { credentialFields, keptCredentials, keyOf, meaningOf, tokenExpiresAt } from './identity.ts'
import type { Fetch, Ledger, Waiting } from './ledger.ts'
import { fetchQuestion, passedQuestion } from './questions.ts'
import { askedBy, currentOf, type Held, isNotModified, mayStandIn } from './reuse.ts'
import { type Asker, freshnessOf, initialAge, mayBeShared, refusalToStore } from './rules.ts'
import { type Answered, forwardedStatus, problem } from './seen.ts'
import { hold, isForOne, isInvalid, labelsOf, selectedBy } from './shelf.ts'
import { renew, updatedBy, updatedByHead } from './updates.ts'

/** The origin answers a question. */
export function deliver(ledger: Ledger, fetch: Fetch, answer: Arrived): void {
  fetch.open = false
  const { request, stored, flight, waiting } = fetch
  const question =
    flight === null
      ? passedQuestion(request, ledger.seenTag(request.path))
      : fetchQuestion(request, ledger.policy, stored, fetch.method)
  const isConditional = 'if-none-match' in question.fields || 'if-modified-since' in question.fields
  const confirms = isConditional && answer.confirms !== 'never'
  if (flight === null) return deliverPassed(ledger, waiting[0]!, answer, confirms)
  if (answer.fails) return fail(ledger, fetch, 502, null)
  if (confirms) return confirm(ledger, fetch, stored!, answer)
  const isOvertaken = wasOvertaken(ledger, fetch, answer)
  if (answer.status >= 500 && standIn(ledger, fetch, request, isOvertaken) !== null)
    return fail(ledger, fetch, answer.status, answer)
  if (fetch.method === 'HEAD') learn(ledger, fetch, answer)
  else receive(ledger, fetch, answer, isOvertaken)
}

function wasOvertaken(ledger: Ledger, { request, met }: Fetch, answer: Arrived | null): boolean {
  const labels = labelsOf(request, ledger.policy, answer)
  return met.some((by) => isInvalid(labels, by))
}

function deliverPassed(
  ledger: Ledger,
  { client, request, reason }: Waiting,
  answer: Arrived,
  confirms: boolean,
): void {
  const xCache = bypassOf(ledger.policy, request) === null ? 'MISS' : 'BYPASS'
  const shown =
    xCache === 'MISS' && request.ranges !== null && request.method !== 'HEAD' ? 'range-request' : reason
  const isHead = request.method === 'HEAD'
  if (answer.fails) {
    const failed = problem(502, xCache, forwardedStatus(shown, {}))
    ledger.answers[client] = isHead ? { ...failed, content: null } : failed
    return
  }
  const status = confirms ? 304 : answer.status
  const content = isHead || confirms ? null : bodyOf(answer)
  const cacheStatus = forwardedStatus(shown, { status })
  const etag = confirms ? 'any' : answer.etag
  ledger.answers[client] = { ...originHead(answer), status, content, xCache, cacheStatus, etag }
}

/** A new answer: to all who wait if it could answer them from the store, else to the one who asked. */
function receive(ledger: Ledger, fetch: Fetch, answer: Arrived, isOvertaken: boolean): void {
  const { request, stored } = fetch
  const ageMs = initialAge(answer)
  const asker = askerOf(request, ledger.policy)
  const refusal =
    refusalToStore(answer, ledger.policy, ageMs, asker) ??
    (answer.bytes === 'large' && answer.status !== 204 ? 'too-large' : null)
  const freshness = freshnessOf(answer, ledger.policy, ageMs, asker.tokenExpiresAt)
  const isShared = mayBeShared(answer, ledger.policy, ageMs, freshness, refusal)
  if (refusal !== null && answer.status < 500) ledger.drop(stored)
  const isStored = refusal === null && !isOvertaken
  const detail = refusal ?? (isOvertaken ? 'fenced' : 'stored')
  const vary = selectedBy(request, ledger.policy, answer)
  land(ledger, fetch, { isShared, isOvertaken, vary }, (waiting, isLeader) => {
    const { client, reason } = waiting
    const xCache = isLeader ? 'MISS' : 'COLLAPSED'
    const cacheStatus = forwardedStatus(reason, {
      status: answer.status,
      isStored,
      isCollapsed: !isLeader,
      detail,
    })
    const hidesSecret = !isLeader && isForOne(answer, ledger.policy)
    const head = { ...originHead(answer), secret: answer.secret && !hidesSecret, etag: answer.etag }
    const view = isUnchanged(ledger, waiting.request, answer)
      ? { status: 304, content: null }
      : { status: answer.status, content: bodyOf(answer) }
    ledger.answers[client] = { ...head, ...view, xCache, cacheStatus }
  })
  if (refusal !== null) return
  const key = keyOf(request, ledger.policy)
  if (answer.bytes === 'large-undeclared' && answer.status !== 204) ledger.noteShared(key, false)
  else if (!isOvertaken) {
    if (isShared) ledger.noteShared(key, true)
    ledger.put(hold(request, ledger.policy, answer, ageMs, freshness, null))
  }
}

/** An answer to HEAD tells whether what is held still holds (RFC 9111 §4.3.5). */
function learn(ledger: Ledger, fetch: Fetch, answer: Arrived): void {
  const { request, stored, waiting } = fetch
  const update = stored === null ? undefined : updatedByHead(stored, answer)
  if (update !== undefined) ledger.drop(stored)
  let isKept = false
  if (stored !== null && update !== null && update !== undefined) {
    const { held, refusal } = renew(
      request,
      ledger.policy,
      askerOf(request, ledger.policy),
      stored,
      update,
      answer,
    )
    isKept = refusal === null && !wasOvertaken(ledger, fetch, update)
    if (isKept) ledger.put(held)
  }
  const { client, reason } = waiting[0]!
  const cacheStatus = forwardedStatus(reason, {
    status: answer.status,
    isStored: isKept,
    detail: 'head-request',
  })
  const status = isUnchanged(ledger, request, answer) ? 304 : answer.status
  const head = { ...originHead(answer), etag: answer.etag }
  ledger.answers[client] = { ...head, status, content: null, xCache: 'MISS', cacheStatus }
}

/** Whether the client has what just comes in already. */
function isUnchanged(ledger: Ledger, request: RequestChoice, answer: Arrived): boolean {
  if (answer.status !== 200) return false
  return isNotModified(request, currentOf(answer, answer.etag), ledger.seenTag(request.path))
}

/** The origin says that what is held still holds (RFC 9111 §4.3.4). */
function confirm(ledger: Ledger, fetch: Fetch, stored: Held, update: Arrived): void {
  const { request } = fetch
  const answer = updatedBy(stored, update)
  const isOvertaken = wasOvertaken(ledger, fetch, answer)
  if (answer === null || isOvertaken) {
    ledger.drop(stored)
    for (const waiting of fetch.waiting) lookUp(ledger, { ...waiting, refusals: waiting.refusals + 1 })
    return
  }
  const asker = askerOf(request, ledger.policy)
  const { held, refusal, freshness, ageMs } = renew(request, ledger.policy, asker, stored, answer, update)
  const isKept = refusal === null
  if (!isKept || JSON.stringify([...held.vary]) !== JSON.stringify([...stored.vary])) ledger.drop(stored)
  if (isKept) ledger.put(held)
  const isShared = mayBeShared(answer, ledger.policy, ageMs, freshness, refusal)
  const detail = refusal ?? 'validated'
  land(ledger, fetch, { isShared, isOvertaken, vary: held.vary }, (waiting, isLeader) => {
    const { client, reason } = waiting
    const cacheStatus = forwardedStatus(reason, {
      status: 304,
      isStored: isKept,
      isCollapsed: !isLeader,
      detail,
    })
    ledger.serve(waiting.request, client, held, isLeader ? 'REVALIDATED' : 'COLLAPSED', cacheStatus)
  })
}

/** No answer, or an error: what is held in its place where that is allowed (RFC 5861 §4). */
function fail(ledger: Ledger, fetch: Fetch, status: number, answer: Arrived | null): void {
  const { leader } = fetch
  const isOvertaken = wasOvertaken(ledger, fetch, answer)
  for (const waiting of fetch.waiting) {
    const { client, request, reason } = waiting
    const held = standIn(ledger, fetch, request, isOvertaken)
    const isCollapsed = waiting !== leader
    const detail = held === null ? 'origin-failed' : 'stale-if-error'
    const cacheStatus = forwardedStatus(reason, { status: answer?.status ?? null, isCollapsed, detail })
    if (held !== null) ledger.serve(request, client, held, 'STALE', cacheStatus)
    else {
      const failed = problem(status, isCollapsed ? 'COLLAPSED' : 'MISS', cacheStatus)
      ledger.answers[client] = request.method === 'HEAD' ? { ...failed, content: null } : failed
    }
  }
}

interface Landing {
  readonly isShared: boolean
  readonly isOvertaken: boolean
  /** What a request must have to be given this. */
  readonly vary: ReadonlyMap<string, string | null>
}

/** Tells all who wait, or the one who asked alone: then the others look again, and not for one another. */
function land(
  ledger: Ledger,
  fetch: Fetch,
  { isShared, isOvertaken, vary }: Landing,
  tell: (waiting: Waiting, isLeader: boolean) => void,
): void {
  const { request, waiting, leader } = fetch
  // A HEAD is for nobody else anyway.
  if (!isShared && fetch.method === 'GET') ledger.noteShared(keyOf(request, ledger.policy), false)
  for (const one of waiting) {
    const isLeader = one === leader
    const isSelected = [...vary].every(([name, value]) => meaningOf(one.request, name) === value)
    const mayTake = isLeader || (isShared && isSelected)
    if (mayTake && !(isOvertaken && one.isLate)) tell(one, isLeader)
    else lookUp(ledger, { ...one, refusals: one.refusals + 1 })
  }
}

function standIn(
  ledger: Ledger,
  { stored }: Fetch,
  request: RequestChoice,
  isOvertaken: boolean,
): Held | null {
  if (stored === null || isOvertaken) return null
  return mayStandIn(stored, askedBy(request), ledger.now) ? stored : null
}

function askerOf(request: RequestChoice, policy: PolicyChoice): Asker {
  const keyed = keptCredentials(request, policy).size > 0
  const authorization = credentialFields(request).has('authorization')
  return { keyed, authorization, tokenExpiresAt: keyed ? tokenExpiresAt(request) : null }
}

function originHead({ id, age, secret }: Arrived): Pick<Answered, 'revision' | 'age' | 'secret'> {
  return { revision: String(id), age: age === null ? '0' : age === 'invalid' ? 'abc' : String(age), secret }
}
