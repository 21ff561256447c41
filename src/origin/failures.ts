// The named failures of an attempt (RFC 9209 §2.3), each with the status that the registry recommends.
import type { Failure, FailureKind } from '../policy/failure.ts'
import type { Expired } from './deadlines.ts'

/**
 * How far an attempt has come. `connecting`: no byte of the request is sent; `sent`: some may be; `answering`: the
 * first byte of a response came; `headed`: its head is complete.
 */
export type Stage = 'connecting' | 'sent' | 'answering' | 'headed'

const statuses: Readonly<Record<FailureKind, number>> = {
  dns_error: 502,
  connection_refused: 502,
  connection_timeout: 504,
  connection_terminated: 502,
  connection_limit_reached: 503,
  destination_unavailable: 503,
  tls_protocol_error: 502,
  http_request_error: 400,
  http_response_incomplete: 502,
  http_response_timeout: 504,
  http_protocol_error: 502,
  proxy_internal_error: 500,
}

/** A failure on the origin's side. */
export function originFailure(kind: FailureKind, stage: Stage, detail: string): Failure {
  return {
    kind,
    side: 'origin',
    status: statuses[kind],
    sent: stage !== 'connecting',
    retryAfterSeconds: null,
    detail,
  }
}

/** A limit, a stop or a bug of weir's own. */
export function weirFailure(kind: FailureKind, stage: Stage, detail: string): Failure {
  const retryAfterSeconds = statuses[kind] === 503 ? 1 : null
  return { ...originFailure(kind, stage, detail), side: 'weir', retryAfterSeconds }
}

/** The client's content is too much, too late or broken. */
export function clientFailure(status: 400 | 408 | 413, stage: Stage, detail: string): Failure {
  return { ...originFailure('http_request_error', stage, detail), side: 'client', status }
}

/**
 * A deadline that passed. @param contentWaits content of the request is at hand that the origin does not take
 */
export function timeoutFailure(expired: Expired, stage: Stage, contentWaits: boolean): Failure {
  if (stage === 'connecting') {
    return originFailure('connection_timeout', stage, 'No connection to the origin was made in time.')
  }
  if (expired === 'upload' && !contentWaits) {
    return clientFailure(408, stage, "The request's content did not come in time.")
  }
  return originFailure('http_response_timeout', stage, `The origin did not answer in time (${expired}).`)
}
