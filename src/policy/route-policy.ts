// What the operator asked for on one route, as plain data with every default filled in.
import type { ClassRule } from './classify.ts'

export interface RoutePolicy {
  /** The route as the operator would recognise it: its path pattern; a bounded label for metrics and logs. */
  readonly name: string
  /** Null where the route does not store. */
  readonly cache: CachePolicy | null
  readonly limits: LimitsPolicy
  readonly timeouts: TimeoutsPolicy
  readonly retry: RetryPolicy
  /** What a successful unsafe request on this route makes invalid, besides its own URI. */
  readonly invalidates: readonly InvalidationTemplate[]
  /** Stored responses that a write makes invalid stay, to be validated or to stand in for an error. */
  readonly invalidatesSoftly: boolean
  /** Null: the guard does not stand before this route's writes. */
  readonly job: JobPolicy | null
  readonly serialize: SerializePolicy | null
  readonly idempotency: IdempotencyPolicy | null
  /** Names of known conditions of the API's answers; the first that matches counts. */
  readonly classify: readonly ClassRule[]
}

/** Runs of one path that must not overlap. */
export interface JobPolicy {
  /** How long a run's lease lasts where it is not renewed: the longest that a dead holder blocks others. */
  readonly leaseMs: number
  /** What others get while it runs: a refusal, what is known of the run, or its answer. */
  readonly busy: 409 | 202 | 'join'
  /** For how long after a run that succeeded its summary is the answer; 0: not at all. */
  readonly cooldownMs: number
  /** JSON pointers (RFC 6901) into the answer: what a run's record shows of it. */
  readonly report: readonly string[]
  /** A run ends when the last client that waits for it leaves. */
  readonly abortWithClient: boolean
}

/** Writes of one path that are sent one at a time. */
export interface SerializePolicy {
  /** How long a write may wait for its turn. */
  readonly waitMs: number
  /** How many may wait. */
  readonly queue: number
  /** Whether preconditions are checked against the current representation, and whether there has to be one; null: neither. */
  readonly lostUpdates: 'reject' | 'require' | null
}

/** Writes that are carried out once for each Idempotency-Key. */
export interface IdempotencyPolicy {
  /** How long an answer is repeated. */
  readonly ttlMs: number
  /** A request without a key is refused. */
  readonly required: boolean
}

/** A tag template (`account-:id`) or a path pattern (starts with `/`), as configured. */
export type InvalidationTemplate =
  { readonly kind: 'tag'; readonly template: string } | { readonly kind: 'path'; readonly pattern: string }

export interface CachePolicy {
  /** Freshness where the origin states none; null: obey the origin alone. */
  readonly ttlMs: number | null
  /** The ttl also beats what the origin states. */
  readonly override: boolean
  /** Heuristic freshness may be used (RFC 9111 §4.2.2). */
  readonly heuristic: boolean
  /** Window where the origin states none (RFC 5861 §3); 0: none. */
  readonly staleWhileRevalidateMs: number
  /** Window where the origin states none (RFC 5861 §4); 0: none. */
  readonly staleIfErrorMs: number
  /** Stale windows also apply to a response with s-maxage, which RFC 9111 §5.2.2.10 forbids. */
  readonly staleDespiteSMaxage: boolean
  /** auto: keyed by credential where there is one; user: bypass without one; shared: credentials ignored. */
  readonly scope: 'auto' | 'shared' | 'user'
  readonly credentials: CredentialsPolicy
  readonly key: KeyPolicy
  /** A query parameter that asks for a new fetch and is not part of the key; null: none. */
  readonly refreshParam: string | null
  /** Freshness by status where the origin states none, in ms: negative caching. */
  readonly statuses: ReadonlyMap<number, number>
  /** Tag templates: `:name` is replaced by the path parameter of that name. */
  readonly tags: readonly string[]
  /** Stored variants per key at the most; the oldest gives way. */
  readonly maxVariants: number
}

/** Which request fields identify a user. Credential fields that are not listed never reach the origin on a cacheable fetch. */
export interface CredentialsPolicy {
  /** Lower-case field names, such as authorization and x-api-key. */
  readonly headers: readonly string[]
  /** Cookie names that identify a user; 'all': any cookie does. */
  readonly cookies: 'all' | readonly string[]
}

export interface KeyPolicy {
  readonly query: QueryRule
  /** Parameters of different names are ordered by name; those of one name keep their order. */
  readonly sortQuery: boolean
  /** Lower-case names of request fields that are part of the key. */
  readonly headers: readonly string[]
}

export type QueryRule =
  | { readonly kind: 'all' }
  | { readonly kind: 'none' }
  | { readonly kind: 'only'; readonly names: readonly string[] }
  /** Names, or prefixes that end in `*`. */
  | { readonly kind: 'ignore'; readonly names: readonly string[] }

export interface LimitsPolicy {
  /** Request body bytes at the most; null: no limit. */
  readonly bodyBytes: number | null
  /** Request target bytes at the most. */
  readonly urlBytes: number
  /** Greatest numeric value of a query parameter, by name. */
  readonly query: ReadonlyMap<string, { readonly max: number }>
  /** Requests in progress at the origin on this route at the most; null: no limit. */
  readonly concurrency: number | null
  /** Requests that may wait for a place, beyond which the answer is 503. */
  readonly queue: number
}

export interface TimeoutsPolicy {
  readonly connectMs: number
  /** From the end of connecting to the end of the response's head. */
  readonly firstByteMs: number
  /** Between two pieces of a body, while weir is ready to take more. */
  readonly idleMs: number
  /** The whole exchange with all its attempts, while weir is ready to take more; null for routes that stream without end. */
  readonly totalMs: number | null
}

export type RetryCondition = 'connect-failure' | 'reset' | 'timeout' | 429 | 502 | 503 | 504

export interface RetryPolicy {
  /** Attempts after the first. */
  readonly attempts: number
  readonly on: ReadonlySet<RetryCondition>
  /** One attempt's first byte; null: bounded by firstByte alone. */
  readonly perTryMs: number | null
  /** Retries at the most, as a share (0..1) of the requests under way or recently begun. */
  readonly budget: number
}
