// The rules of RFC 9111 and its companions for one response, written down slowly from the RFCs, not from weir.
import type { Arrived } from './arrived.ts'
import type { DirectiveChoice, PolicyChoice } from './choices.ts'

/** What a response says, whichever field says it. */
export interface Said {
  readonly targeted: boolean
  has(name: string): boolean
  /** The least of the values given; one that cannot be read is 0 (§4.2.1). */
  seconds(name: string): number | null
  /** Field names of the qualified form. */
  fields(name: string): readonly string[]
}

export type Source =
  's-maxage' | 'max-age' | 'expires' | 'heuristic' | 'ttl' | 'status-ttl' | 'targeted' | 'purged' | 'none'

export interface Freshness {
  readonly lifetimeMs: number
  readonly source: Source
  readonly whileRevalidateMs: number
  readonly ifErrorMs: number
  readonly mayBeStale: boolean
  readonly validateAlways: boolean
}

/** RFC 9110 §15.1. */
const HEURISTIC = [200, 203, 204, 206, 300, 301, 308, 404, 405, 410, 414, 451, 501]
/** RFC 9110 §15, RFC 6585: answers to preconditions, ranges, rates and heads. */
const UNSTORABLE = [206, 304, 412, 416, 428, 429, 431, 511]
/** spec: error TTLs never for these. */
const NO_STATUS_TTL = [400, 401, 403, 405, 413, 414]
const UNKNOWN = [299, 412, 429]

export function said(directives: readonly DirectiveChoice[], targeted: boolean): Said {
  const named = (name: string): readonly DirectiveChoice[] => directives.filter((one) => one.name === name)
  // A list of fields that is not quoted is no list: the directive counts as if it had none.
  const isQualified = ({ value, spelling }: DirectiveChoice): boolean =>
    Array.isArray(value) && spelling === 'quoted'
  return {
    targeted,
    has: (name) => named(name).some((one) => !isQualified(one)),
    seconds(name) {
      const values = named(name).map(({ value }) => (typeof value === 'number' ? value : 0))
      return values.length === 0 ? null : Math.min(...values)
    },
    fields: (name) => named(name).flatMap((one) => (isQualified(one) ? (one.value as string[]) : [])),
  }
}

/** RFC 9213 §2.2: the nearest target that says anything, else Cache-Control. */
function saidBy(answer: Arrived): Said {
  for (const field of ['weir-cache-control', 'cdn-cache-control']) {
    const one = answer.targeted.find((targeted) => targeted.field === field)
    if (one !== undefined && !one.malformed && one.directives.length > 0) return said(one.directives, true)
  }
  return said(answer.directives, false)
}

/** The same, where the operator does not say otherwise. */
export function obeyed(answer: Arrived, policy: PolicyChoice): Said {
  return policy.override && operatorLifetime(answer.status, policy) !== null
    ? said([], false)
    : saidBy(answer)
}

function operatorLifetime(
  status: number,
  policy: PolicyChoice,
): Pick<Freshness, 'lifetimeMs' | 'source'> | null {
  const forStatus = policy.statuses.find(([listed]) => listed === status)
  if (forStatus !== undefined && !NO_STATUS_TTL.includes(status) && !UNSTORABLE.includes(status))
    return { lifetimeMs: forStatus[1], source: 'status-ttl' }
  return status === 200 && policy.ttlMs !== null ? { lifetimeMs: policy.ttlMs, source: 'ttl' } : null
}

/** RFC 9111 §4.2.3: corrected_initial_age, ms. */
export function initialAge({ age, dateAt, requestAt, responseAt }: Arrived): number {
  const apparent = typeof dateAt === 'number' ? Math.max(0, responseAt - dateAt) : 0
  const ageValue = typeof age === 'number' ? age * 1000 : 0
  return Math.max(apparent, ageValue + (responseAt - requestAt))
}

/** RFC 9111 §4.2.1, §4.2.2, RFC 5861; bounded by a token's expiry, epoch ms. @param ageMs its initial age */
export function freshnessOf(
  answer: Arrived,
  policy: PolicyChoice,
  ageMs: number,
  tokenExpiresAt: number | null,
): Freshness {
  const rules = obeyed(answer, policy)
  const stated = lifetimeOf(answer, policy, rules)
  // An operator's ttl begins when the answer is there.
  const isOperators = stated.source === 'ttl' || stated.source === 'status-ttl'
  const lifetime = isOperators ? { ...stated, lifetimeMs: stated.lifetimeMs + ageMs } : stated
  const forbids = ['no-cache', 'must-revalidate', 'proxy-revalidate'].some((name) => rules.has(name))
  // §5.2.2.10: s-maxage incorporates proxy-revalidate.
  const mayBeStale = !forbids && (rules.seconds('s-maxage') === null || policy.staleDespiteSMaxage)
  const window = (name: string, policyMs: number): number => {
    const seconds = rules.seconds(name)
    return mayBeStale ? (seconds === null ? policyMs : seconds * 1000) : 0
  }
  const whileRevalidateMs =
    lifetime.source === 'none' ? 0 : window('stale-while-revalidate', policy.staleWhileRevalidateMs)
  const ifErrorMs = window('stale-if-error', policy.staleIfErrorMs)
  const freshness = {
    ...lifetime,
    whileRevalidateMs,
    ifErrorMs,
    mayBeStale,
    validateAlways: rules.has('no-cache'),
  }
  if (tokenExpiresAt === null) return freshness
  const endMs = ageMs + Math.max(0, tokenExpiresAt - answer.responseAt)
  const lifetimeMs = Math.min(freshness.lifetimeMs, endMs)
  return {
    ...freshness,
    lifetimeMs,
    whileRevalidateMs: Math.min(whileRevalidateMs, endMs - lifetimeMs),
    ifErrorMs: Math.min(ifErrorMs, endMs - lifetimeMs),
    mayBeStale: false,
  }
}

function lifetimeOf(
  answer: Arrived,
  policy: PolicyChoice,
  rules: Said,
): Pick<Freshness, 'lifetimeMs' | 'source'> {
  const operator = operatorLifetime(answer.status, policy)
  if (operator !== null && policy.override) return operator
  for (const name of ['s-maxage', 'max-age'] as const) {
    const seconds = rules.seconds(name)
    if (seconds !== null) return { lifetimeMs: seconds * 1000, source: rules.targeted ? 'targeted' : name }
  }
  const dateAt = typeof answer.dateAt === 'number' ? answer.dateAt : answer.responseAt
  if (answer.expiresAt !== null && !rules.targeted) {
    const { expiresAt } = answer
    return { lifetimeMs: expiresAt === 'invalid' ? 0 : Math.max(0, expiresAt - dateAt), source: 'expires' }
  }
  if (operator !== null) return operator
  const permitted = HEURISTIC.includes(answer.status) || rules.has('public')
  if (policy.heuristic && permitted && typeof answer.modifiedAt === 'number') {
    const unchangedMs = Math.max(0, dateAt - answer.modifiedAt)
    return { lifetimeMs: Math.min(unchangedMs * 0.1, 86_400_000), source: 'heuristic' }
  }
  return { lifetimeMs: 0, source: 'none' }
}

export interface Asker {
  /** The key holds who asks. */
  readonly keyed: boolean
  readonly authorization: boolean
  readonly tokenExpiresAt: number | null
}

/** RFC 9111 §3: why an answer must not, or need not, be stored; null: it is stored. */
export function refusalToStore(
  answer: Arrived,
  policy: PolicyChoice,
  ageMs: number,
  asker: Asker,
): string | null {
  const rules = obeyed(answer, policy)
  const { status } = answer
  if (answer.setCookie) return 'set-cookie'
  if (answer.vary.includes('*')) return 'vary-any'
  if (rules.has('must-understand') && UNKNOWN.includes(status)) return 'not-understood'
  if (rules.has('no-store') && !rules.has('must-understand')) return 'response-no-store'
  if (rules.has('private')) return 'response-private'
  const freshness = freshnessOf(answer, policy, ageMs, asker.tokenExpiresAt)
  const { source, lifetimeMs, whileRevalidateMs, ifErrorMs, validateAlways } = freshness
  if (asker.tokenExpiresAt !== null && asker.tokenExpiresAt <= answer.responseAt) return 'expired-token'
  if (asker.authorization && !asker.keyed) {
    const permits = rules.has('public') || rules.has('must-revalidate') || rules.seconds('s-maxage') !== null
    const vouched = policy.scope === 'shared' && (source === 'ttl' || source === 'status-ttl')
    if (!permits && !vouched) return 'authorization'
  }
  if (UNSTORABLE.includes(status)) return 'status-not-cacheable'
  if (source === 'none' && !HEURISTIC.includes(status) && !rules.has('public')) return 'status-not-cacheable'
  if (answer.etag === null && typeof answer.modifiedAt !== 'number') {
    if (source === 'none') return 'no-freshness'
    if (validateAlways) return 'no-cache'
    if (ageMs >= lifetimeMs + Math.max(whileRevalidateMs, ifErrorMs)) return 'stale-on-arrival'
  }
  // Nobody's later request is known to match what depends on the address that weir puts in.
  if (answer.vary.includes('x-forwarded-for')) return 'vary-any'
  return null
}

/** RFC 9111 §4: others who wait may have it if it could answer them from the store; and an error that is the same for all. */
export function mayBeShared(
  answer: Arrived,
  policy: PolicyChoice,
  ageMs: number,
  { validateAlways, lifetimeMs, whileRevalidateMs }: Freshness,
  refusal: string | null,
): boolean {
  if (refusal === null) return !validateAlways && ageMs < lifetimeMs + whileRevalidateMs
  const rules = obeyed(answer, policy)
  const isForAll = rules.fields('private').length === 0 && rules.fields('no-cache').length === 0
  return refusal === 'status-not-cacheable' && answer.status >= 500 && isForAll
}
