// What a reason rests on beyond its RFC section: the keys of the configuration behind it, and what would change it.
import type { FreshnessSource } from './entry.ts'
import type { Reason } from './reasons.ts'

/** The key of a route's configuration that a reason comes from. */
const keys: Partial<Readonly<Record<Reason, string>>> = {
  'target-too-long': 'limits.url',
  'body-too-large': 'limits.body',
  'parameter-twice': 'limits.query',
  'parameter-not-a-number': 'limits.query',
  'parameter-too-large': 'limits.query',
  'route-not-cached': 'cache',
  'no-credential': 'cache.scope',
  'refresh-parameter': 'cache.refresh',
  'stale-while-revalidate': 'cache.staleWhileRevalidate',
  'stale-if-error': 'cache.staleIfError',
  authorization: 'cache.scope',
}

/** What a client, the API or the operator would have to change for the request to be a HIT. */
const changes: Partial<Readonly<Record<Reason, string>>> = {
  'target-too-long': 'Make the target shorter, or raise limits.url.',
  'body-too-large': 'Send less content, or raise limits.body.',
  'parameter-twice': 'Give the limited query parameter once.',
  'parameter-not-a-number': 'Write the limited query parameter as a plain number.',
  'parameter-too-large': 'Ask for less, or raise limits.query.',
  'route-not-cached': 'Give the route a cache, such as cache: { ttl: 30s }.',
  'method-not-cached': 'Only GET and HEAD are answered from the cache.',
  'no-credential': 'Send a credential, or take scope: user from the route.',
  'get-with-body': 'Send the request without content.',
  'query-not-keyed': 'Send the QUERY with a Content-Length of 64 KiB at the most.',
  'encoded-delimiter': 'Send the path without %2F and %5C.',
  'partial-miss': 'Ask for the whole once: ranges are then cut from what is stored.',
  'request-no-store': 'Send the request without Cache-Control: no-store.',
  'uri-miss': 'Send the request once: the next one is a HIT where the answer may be stored.',
  'vary-miss': 'Send the field values of a stored variant, or this request once.',
  'hit-for-miss': 'The API would have to answer something that others may share.',
  stale: 'Send the request once; or give the route a longer ttl, or staleWhileRevalidate.',
  'no-cache': 'The API would have to leave no-cache out; what is stored is validated each time.',
  'soft-purged': 'Send the request once: the API confirms what is stored.',
  'request-no-cache': 'Send the request without Cache-Control: no-cache and Pragma: no-cache.',
  'request-max-age': 'Send a larger max-age, or none.',
  'request-min-fresh': 'Send a smaller min-fresh, or none.',
  'refresh-parameter': 'Leave the refresh parameter out.',
  'only-if-cached': 'Send the request once without only-if-cached.',
  'stale-while-revalidate': 'Send it again when the refresh in the background has ended.',
  'max-stale': 'Send the request once without max-stale.',
  'response-no-store': 'The API would have to leave no-store out, or the route to say override: true.',
  'response-private': 'The API would have to leave private out, or the route to say override: true.',
  'set-cookie': 'The API would have to answer without Set-Cookie.',
  'vary-any': 'The API would have to name the fields in Vary that its answer depends on.',
  'status-not-cacheable':
    'The API would have to state a freshness, or the route one for the status (statuses).',
  'not-understood':
    'The API would have to answer with a status that weir knows, or leave must-understand out.',
  'partial-content': 'Send the request without Range.',
  'no-freshness': 'Give the route a ttl, or have the API state max-age or an ETag.',
  'stale-on-arrival': 'The API would have to answer with something fresh, or with a validator.',
  authorization: 'Key on the credential (scope: auto or user), or have the API say public.',
  'expired-token': 'Send a token that has not expired.',
  'not-shareable': 'The API would have to answer something that others may share.',
  'too-large': 'Raise cache.maxEntry, or ask for less.',
  fenced: 'Send the request again: a write overtook the last fetch.',
}

const freshnessKeys: Partial<Readonly<Record<FreshnessSource, string>>> = {
  ttl: 'cache.ttl',
  'status-ttl': 'cache.statuses',
}

const freshnessCites: Partial<Readonly<Record<FreshnessSource, string>>> = {
  's-maxage': 'RFC 9111 §5.2.2.10',
  'max-age': 'RFC 9111 §5.2.2.1',
  expires: 'RFC 9111 §5.3',
  heuristic: 'RFC 9111 §4.2.2',
  targeted: 'RFC 9213 §2.2',
}

/** The configuration's key behind a reason; null where it rests on none. */
export function keyBehind(reason: Reason): string | null {
  return keys[reason] ?? null
}

/** One sentence on what would make the request a HIT; null where nothing need or can be done. */
export function changeFor(reason: Reason): string | null {
  return changes[reason] ?? null
}

/** What a freshness rests on: an RFC section, or a key of the configuration. */
export function freshnessGround(source: FreshnessSource): {
  readonly cite: string | null
  readonly key: string | null
} {
  return { cite: freshnessCites[source] ?? null, key: freshnessKeys[source] ?? null }
}
