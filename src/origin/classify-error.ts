// Turns what undici and Node throw into a named failure, once and for all.
import { errors } from 'undici'
import { BodyError } from '../guard/body-budget.ts'
import type { Failure, FailureKind } from '../policy/failure.ts'
import { clientFailure, originFailure, weirFailure } from './failures.ts'
import type { Stage } from './failures.ts'

const connectKinds: Readonly<Record<string, FailureKind>> = {
  ECONNREFUSED: 'connection_refused',
  ENOTFOUND: 'dns_error',
  ENODATA: 'dns_error',
  UND_ERR_CONNECT_TIMEOUT: 'connection_timeout',
  ETIMEDOUT: 'connection_timeout',
  EHOSTUNREACH: 'destination_unavailable',
  EHOSTDOWN: 'destination_unavailable',
  ENETUNREACH: 'destination_unavailable',
  ENETDOWN: 'destination_unavailable',
  EADDRNOTAVAIL: 'destination_unavailable',
  EPROTO: 'tls_protocol_error',
}

/** Certificate errors carry OpenSSL's names, which have no common prefix. */
const tlsCode =
  /^(?:ERR_TLS_|ERR_SSL_|CERT_|CRL_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|INVALID_CA|HOSTNAME_MISMATCH)/

/** The connection broke, by either end's doing. */
const broken = new Set([
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_SOCKET',
])

/** undici reports an unasked 100 or 101 with the code of a broken socket. */
const unaskedInterim = new Set(['bad response', 'bad upgrade'])

/** The failure that an error of an attempt amounts to, at the stage where it happened. */
export function classifyError(error: Error, stage: Stage): Failure {
  if (error instanceof BodyError) return bodyFailure(error, stage)
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  if (code === 'UND_ERR_DESTROYED' || code === 'UND_ERR_CLOSED') {
    return weirFailure('destination_unavailable', stage, 'weir is closing its connections to the origin.')
  }
  return (stage === 'connecting' ? connectFailure(code) : responseFailure(error, code, stage)) ?? bug(stage)
}

function bodyFailure({ fault }: BodyError, stage: Stage): Failure {
  if (fault === 'over-limit')
    return clientFailure(413, stage, "The request's content is longer than allowed.")
  return clientFailure(400, stage, "The request's content ended before or after its declared length.")
}

function connectFailure(code: string): Failure | null {
  const stage = 'connecting'
  const kind = connectKinds[code]
  if (kind !== undefined) return originFailure(kind, stage, `No connection to the origin (${code}).`)
  if (code === 'EMFILE' || code === 'ENFILE')
    return weirFailure('connection_limit_reached', stage, `weir has no file descriptor left (${code}).`)
  if (code.startsWith('EAI_'))
    return originFailure('dns_error', stage, `The origin's name has no address (${code}).`)
  if (tlsCode.test(code))
    return originFailure('tls_protocol_error', stage, `TLS with the origin failed (${code}).`)
  if (broken.has(code)) {
    return originFailure('connection_terminated', stage, `The connection broke while it was made (${code}).`)
  }
  return null
}

function responseFailure(error: Error, code: string, stage: Stage): Failure | null {
  const cutShort = broken.has(code) ? !unaskedInterim.has(error.message) : endedEarly(error)
  if (!cutShort && !broken.has(code) && !isMalformed(error)) return null
  if (stage === 'headed' || (cutShort && stage === 'answering')) {
    return originFailure('http_response_incomplete', stage, "The origin's response broke off.")
  }
  if (cutShort)
    return originFailure('connection_terminated', stage, `The connection broke without a response (${code}).`)
  return originFailure('http_protocol_error', stage, "The origin's response is malformed.")
}

/** What came does not make a response; undici 8 sets no code on errors of its parser. */
function isMalformed(error: Error): boolean {
  return (
    error instanceof errors.HTTPParserError ||
    error instanceof errors.HeadersOverflowError ||
    error instanceof errors.ResponseContentLengthMismatchError
  )
}

/** The parser met the end of the connection within a message. */
function endedEarly(error: Error): boolean {
  return error instanceof errors.HTTPParserError && error.message.endsWith('(Invalid EOF state)')
}

function bug(stage: Stage): Failure {
  return weirFailure('proxy_internal_error', stage, 'weir failed to make the request.')
}
