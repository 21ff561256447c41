// Named failures of an exchange (RFC 9209 §2.3), with the side that failed and the answer they deserve.

export const failureKinds = [
  'dns_error',
  'connection_refused',
  'connection_timeout',
  'connection_terminated',
  'connection_limit_reached',
  'destination_unavailable',
  'tls_protocol_error',
  'http_request_error',
  'http_response_incomplete',
  'http_response_timeout',
  'http_protocol_error',
  'proxy_internal_error',
] as const

export type FailureKind = (typeof failureKinds)[number]

export interface Failure {
  readonly kind: FailureKind
  /** client: it left or broke its message; origin: it failed; weir: a limit or a bug of ours. */
  readonly side: 'client' | 'origin' | 'weir'
  /** The status of the synthetic answer, where one can still be sent. */
  readonly status: number
  /** True when a byte of the request may have reached the origin. */
  readonly sent: boolean
  /** Whole seconds after which to try again; null where nothing is known. */
  readonly retryAfterSeconds: number | null
  /** One sentence for people, free of request data. */
  readonly detail: string
}
