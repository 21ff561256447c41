// The way of a request through the model: answered from what is held, or a question to the origin.
import type { PolicyChoice, RequestChoice, WriteChoice } from './choices.ts'
import { asksForRefresh, keptCredentials, keyOf, meaningOf } from './identity.ts'
import type { Fetch, Ledger, Waiting } from './ledger.ts'
import { fetchQuestion, passedQuestion, writeQuestion } from './questions.ts'
import { ageOf, askedBy, type Held, reuseOf } from './reuse.ts'
import { forwardedStatus, hitStatus, problem } from './seen.ts'
import { invalidBy, isInvalid, labelsOf } from './shelf.ts'

/** Passes a write on, and drops what it makes invalid. */
export function write(ledger: Ledger, write: WriteChoice, client: number): void {
  ledger.asked++
  ledger.questions.push(writeQuestion(write))
  const { outcome } = write
  const status = typeof outcome === 'number' ? outcome : null
  const cacheStatus = forwardedStatus('method-not-cached', { status })
  ledger.answers[client] =
    status === null
      ? problem(502, 'BYPASS', cacheStatus)
      : { ...problem(status, 'BYPASS', cacheStatus), content: '' }
  const by = invalidBy(write, ledger.policy)
  if (by === null) return
  ledger.held = ledger.held.filter((held) => !isInvalid(held, by))
  for (const fetch of ledger.fetches) {
    fetch.met.push(by)
    if (isInvalid(labelsOf(fetch.request, ledger.policy, null), by)) fetch.open = false
  }
}

/** One client asks. `isLate`: after a write that went by while others were waiting. */
export function take(ledger: Ledger, request: RequestChoice, client: number, isLate: boolean): void {
  const bypass = bypassOf(ledger.policy, request)
  const waiting: Waiting = { client, request, reason: bypass ?? '', refusals: 0, isLate }
  if (bypass === null) lookUp(ledger, waiting)
  else pass(ledger, waiting)
}

/** Why the request is passed by the store; null: it is not. */
export function bypassOf(policy: PolicyChoice, request: RequestChoice): string | null {
  if (request.method === 'OPTIONS') return 'method-not-cached'
  if (request.content) return 'get-with-body'
  if (request.path.includes('%2F')) return 'encoded-delimiter'
  if (policy.scope === 'user' && keptCredentials(request, policy).size === 0) return 'no-credential'
  return askedBy(request).noStore ? 'request-no-store' : null
}

function pass(ledger: Ledger, leader: Waiting): void {
  const { request } = leader
  ledger.questions.push(passedQuestion(request, ledger.seenTag(request.path)))
  ask(ledger, { request, stored: null, flight: null, waiting: [leader], leader, method: 'GET', open: false })
}

function ask(ledger: Ledger, fetch: Omit<Fetch, 'requestAt' | 'met'>): void {
  ledger.fetches.push({ ...fetch, requestAt: ledger.now, met: [] })
}

/** Answers from what is held, or asks the origin. */
export function lookUp(ledger: Ledger, waiting: Waiting): void {
  const { client, request } = waiting
  const key = keyOf(request, ledger.policy)
  const asked = askedBy(request)
  const variants = ledger.held.filter((held) => held.key === key)
  const isSelected = ({ vary }: Held): boolean =>
    [...vary].every(([name, value]) => meaningOf(request, name) === value)
  const selected = variants.find(isSelected) ?? null
  const refreshes = asksForRefresh(request, ledger.policy)
  let reason = refreshes ? 'refresh-parameter' : variants.length > 0 ? 'vary-miss' : 'uri-miss'
  if (selected !== null && !refreshes) {
    const reuse = reuseOf(selected, asked, ledger.now)
    if (reuse.kind !== 'validate') {
      if (reuse.reason === 'stale-while-revalidate') fetch(ledger, request, key, selected, null)
      const left = Math.floor((selected.freshness.lifetimeMs - ageOf(selected, ledger.now)) / 1000)
      ledger.serve(
        request,
        client,
        selected,
        reuse.kind === 'hit' ? 'HIT' : 'STALE',
        hitStatus(reuse.reason, left),
      )
      return
    }
    reason = reuse.reason
  }
  if (asked.onlyIfCached) {
    const answer = problem(504, 'BYPASS', 'weir; detail=only-if-cached')
    ledger.answers[client] = request.method === 'HEAD' ? { ...answer, content: null } : answer
  } else if (request.method === 'GET' && request.ranges !== null && selected === null) {
    // What is fetched for less than a whole answer may be stored in parts, which the model does not know.
    ledger.isLoose = true
    pass(ledger, { ...waiting, reason })
  } else fetch(ledger, request, key, selected, { ...waiting, reason })
}

/** One question for all who ask the same at the same time, unless the last answer could not be shared. */
function fetch(
  ledger: Ledger,
  request: RequestChoice,
  key: string,
  stored: Held | null,
  passenger: Waiting | null,
): void {
  const method = passenger !== null && request.method === 'HEAD' ? 'HEAD' : 'GET'
  const alone = passenger !== null && (passenger.refusals >= 2 || method === 'HEAD' || ledger.goesAlone(key))
  // Who cannot tell yet that they will share an answer do not wait for one another.
  const told = ledger.held.filter((held) => held.key === key).flatMap(({ vary }) => [...vary.keys()])
  const meanings = [...new Set(told)].sort().map((name) => meaningOf(request, name))
  const isRefresh = passenger !== null && asksForRefresh(request, ledger.policy)
  const flight = JSON.stringify([isRefresh, key, meanings])
  const boarding = alone ? undefined : ledger.fetches.find((other) => other.open && other.flight === flight)
  if (boarding !== undefined) {
    if (passenger !== null) boarding.waiting.push(passenger)
    return
  }
  ledger.questions.push(fetchQuestion(request, ledger.policy, stored, method))
  const waiting = passenger === null ? [] : [passenger]
  ask(ledger, { request, stored, flight, waiting, leader: passenger, method, open: !alone })
}
