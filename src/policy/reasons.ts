// Every reason that a decision can give; Cache-Status, log, metrics and `explain` all print the key.

export interface ReasonFacts {
  /** One sentence for people. */
  readonly says: string
  /** The section that the decision rests on; null: it is weir's or the operator's own. */
  readonly cite: string | null
}

export const reasons = {
  // Whether the request is taken on at all.
  'target-too-long': { says: 'the target is longer than the route allows', cite: 'RFC 9110 §15.5.15' },
  'body-too-large': { says: 'the content is longer than the route allows', cite: 'RFC 9110 §15.5.14' },
  'parameter-twice': { says: 'a limited query parameter is given twice', cite: null },
  'parameter-not-a-number': { says: 'a limited query parameter is not a number', cite: null },
  'parameter-too-large': { says: 'a query parameter is above its limit', cite: null },

  // Whether the request is looked up.
  'route-not-cached': { says: 'the route does not store', cite: null },
  'method-not-cached': { says: 'the method is not answered from a cache', cite: 'RFC 9111 §4' },
  'no-credential': { says: 'the route stores per user, and the request has no credential', cite: null },
  'get-with-body': { says: 'the request has content that is not part of the key', cite: 'RFC 9110 §9.3.1' },
  'query-not-keyed': {
    says: 'the content of the QUERY is too long, or of unknown length, to be part of the key',
    cite: null,
  },
  'encoded-delimiter': { says: 'the path holds an encoded delimiter', cite: 'RFC 3986 §2.2' },
  'request-no-store': { says: 'the request says no-store', cite: 'RFC 9111 §5.2.1.5' },

  // Whether something is stored for it.
  'uri-miss': { says: 'nothing is stored under the key', cite: 'RFC 9211 §2.2' },
  'vary-miss': { says: 'what is stored answers requests with other field values', cite: 'RFC 9111 §4.1' },
  'partial-miss': { says: 'what is stored is a part that does not hold the answer', cite: 'RFC 9111 §3.3' },
  'hit-for-miss': { says: 'an earlier answer under this key could not be shared', cite: null },

  // Whether what is stored may be used.
  fresh: { says: 'the stored response is fresh', cite: 'RFC 9111 §4.2' },
  'stale-while-revalidate': { says: 'stale, and being refreshed in the background', cite: 'RFC 5861 §3' },
  'max-stale': { says: 'the client accepts a response this stale', cite: 'RFC 9111 §5.2.1.2' },
  'stale-if-error': { says: 'stale, in place of an error', cite: 'RFC 5861 §4' },
  stale: { says: 'the stored response is stale and has to be validated', cite: 'RFC 9111 §4.2.4' },
  'no-cache': { says: 'the response must be validated before each use', cite: 'RFC 9111 §5.2.2.4' },
  'soft-purged': { says: 'a soft invalidation has marked the stored response for validation', cite: null },
  'request-no-cache': { says: 'the client asks for validation', cite: 'RFC 9111 §5.2.1.4' },
  'request-max-age': {
    says: 'the stored response is older than the client accepts',
    cite: 'RFC 9111 §5.2.1.1',
  },
  'request-min-fresh': {
    says: 'the stored response will not stay fresh for long enough',
    cite: 'RFC 9111 §5.2.1.3',
  },
  'refresh-parameter': { says: 'the query asks for a new fetch', cite: null },
  'only-if-cached': { says: 'the client does not want the request forwarded', cite: 'RFC 9111 §5.2.1.7' },

  // Whether the answer is stored.
  stored: { says: 'the answer was stored', cite: 'RFC 9111 §3' },
  'response-no-store': { says: 'the response says no-store', cite: 'RFC 9111 §5.2.2.5' },
  'response-private': { says: 'the response is private', cite: 'RFC 9111 §5.2.2.7' },
  'set-cookie': { says: 'the response sets a cookie', cite: 'RFC 9111 §7.3' },
  'event-stream': { says: 'the response is a stream of events without an end', cite: null },
  'vary-any': { says: 'no other request can be known to match the response', cite: 'RFC 9111 §4.1' },
  'status-not-cacheable': {
    says: 'nothing permits to store a response with this status',
    cite: 'RFC 9111 §3',
  },
  'not-understood': { says: 'the status is unknown, and must be understood', cite: 'RFC 9111 §5.2.2.3' },
  'partial-content': { says: 'the response is a part whose place is not known', cite: 'RFC 9111 §3.3' },
  'head-request': { says: 'the answer to HEAD has no content to store', cite: 'RFC 9111 §4.3.5' },
  'no-freshness': { says: 'nothing gives the response a lifetime or a validator', cite: 'RFC 9111 §3' },
  'stale-on-arrival': { says: 'the response is stale already and has no validator', cite: 'RFC 9111 §4.2' },
  authorization: { says: 'the key does not hold the credentials of the request', cite: 'RFC 9111 §3.5' },
  'expired-token': { says: 'the token of the request has expired', cite: 'RFC 7519 §4.1.4' },
  'not-shareable': { says: 'the answer is for the client that asked first', cite: 'RFC 9111 §4' },
  'too-large': { says: 'the response is larger than an entry may be', cite: null },
  'too-many-variants': { says: 'the key has as many variants as it may have', cite: null },
  fenced: { says: 'an invalidation overtook the fetch', cite: 'RFC 9111 §4.4' },

  // Whether a write is sent.
  'job-busy': { says: 'a run of the job is under way', cite: null },
  'job-joined': { says: 'answered with the run that was under way', cite: null },
  'job-cooldown': { says: 'the job ran a moment ago', cite: null },
  'lease-unavailable': { says: 'it cannot be known whether another holds the lease', cite: null },
  'queue-full': { says: 'as many writes wait for the resource as may', cite: null },
  'queue-wait-over': { says: 'the write did not get its turn in time', cite: null },
  'precondition-failed': {
    says: 'the resource is not what the write was made for',
    cite: 'RFC 9110 §13.1.1',
  },
  'precondition-required': { says: 'the write does not say what it was made for', cite: 'RFC 6585 §3' },
  'current-unknown': { says: 'the current representation could not be had', cite: null },
  'idempotency-key-missing': { says: 'the route requires an Idempotency-Key', cite: null },
  'idempotency-key-invalid': { says: 'the Idempotency-Key cannot be read', cite: null },
  'idempotency-in-flight': { says: 'a request with the same key is under way', cite: null },
  'idempotency-mismatch': { says: 'the key belongs to another request', cite: null },
  'idempotency-lost': { says: 'what became of the first request is not known', cite: null },
  'idempotency-too-large': { says: 'the answer was too large to be kept', cite: null },
  'idempotency-replayed': { says: 'answered as the first request with the same key was', cite: null },
  'content-budget': { says: 'as much content is held as may be', cite: null },

  // What became of validation.
  validated: { says: 'the origin confirmed the stored response', cite: 'RFC 9111 §4.3.4' },
  completed: { says: 'the origin sent what the stored part lacked', cite: 'RFC 9111 §3.4' },
  'validator-mismatch': { says: 'the origin confirmed another representation', cite: 'RFC 9111 §4.3.4' },

  // What became of the flight.
  collapsed: { says: 'answered by a request that was already on its way', cite: 'RFC 9111 §4' },
  'origin-failed': { says: 'the origin failed to answer', cite: 'RFC 9111 §4.3.3' },
  upgraded: { says: 'the connection changed to another protocol', cite: 'RFC 9110 §7.8' },
} as const satisfies Record<string, ReasonFacts>

export type Reason = keyof typeof reasons
