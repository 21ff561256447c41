// Reads node:http's request into a head, or says why it is refused (RFC 9112 §3, §5, §6).
import type { IncomingMessage } from 'node:http'
import { parseAuthority } from '../http/authority.ts'
import { Fields } from '../http/fields.ts'
import { connectionConflict } from '../http/hop-by-hop.ts'
import type { BodyFraming, Peer, RequestHead } from '../http/message.ts'
import { parseTarget } from '../http/target.ts'

export type HeadVerdict =
  | { readonly kind: 'ok'; readonly head: RequestHead }
  | { readonly kind: 'refused'; readonly status: number; readonly code: string; readonly detail: string }

export interface HeadRules {
  readonly scheme: 'http' | 'https'
  readonly maxFields: number
  readonly isTrusted: (address: string) => boolean
}

// Fields of which a second line would let two readers understand a request differently.
const singular = ['host', 'authorization', 'content-length', 'transfer-encoding', 'content-type'] as const

/** What is read of a request; `explain` makes one up. */
export interface ReadableRequest extends Pick<
  IncomingMessage,
  'method' | 'url' | 'rawHeaders' | 'httpVersion'
> {
  readonly socket: { readonly remoteAddress?: string | undefined }
}

/** Judges what node:http's own strict parser leaves open: Host, target, repeated fields, framing. */
export function readHead(request: ReadableRequest, rules: HeadRules): HeadVerdict {
  const method = request.method ?? ''
  const fields = new Fields(request.rawHeaders)
  if (request.httpVersion !== '1.1' && request.httpVersion !== '1.0')
    return refused(505, 'version', 'The only versions are HTTP/1.1 and HTTP/1.0.')
  // It would send back what the request carries, credentials included (RFC 9110 §9.3.8).
  if (method === 'TRACE') return refused(405, 'trace', 'TRACE is not served.')
  if (fields.names.length > rules.maxFields) {
    return refused(431, 'too-many-fields', `A request may have ${rules.maxFields} fields at the most.`)
  }
  const repeated = singular.find((name) => fields.names.indexOf(name) !== fields.names.lastIndexOf(name))
  if (repeated !== undefined)
    return refused(400, 'repeated-field', `The field ${repeated} may be given once only.`)
  const conflict = connectionConflict(fields)
  if (conflict !== null) return refused(400, 'connection-field', `Connection may not name ${conflict}.`)
  const target = parseTarget(method, request.url ?? '')
  if (target.kind === 'refused') return refused(target.status, 'target', target.reason)
  if (target.kind === 'asterisk') return refused(501, 'asterisk-target', 'OPTIONS * is not forwarded.')
  const authority = target.authority ?? parseAuthority(fields.get('host') ?? '')
  if (authority === null) return refused(400, 'host', 'The request needs one valid Host field.')
  const framing = readFraming(fields, request.httpVersion)
  if (framing === null)
    return refused(
      400,
      'framing',
      'Transfer-Encoding must be chunked, in HTTP/1.1 and without Content-Length.',
    )
  const address = request.socket.remoteAddress ?? ''
  const peer: Peer = { address, trusted: rules.isTrusted(address) }
  const { path, query } = target
  return {
    kind: 'ok',
    head: {
      method,
      scheme: rules.scheme,
      authority,
      path,
      query,
      version: request.httpVersion,
      fields,
      body: framing,
      peer,
    },
  }
}

/** RFC 9112 §6.3; null where the framing is ambiguous. */
function readFraming(fields: Fields, httpVersion: string): BodyFraming | null {
  const coding = fields.get('transfer-encoding')
  const length = fields.get('content-length')
  if (coding !== undefined) {
    return coding.toLowerCase() === 'chunked' && length === undefined && httpVersion === '1.1'
      ? { kind: 'chunked' }
      : null
  }
  if (length === undefined) return { kind: 'none' }
  const bytes = Number(length)
  if (!/^\d+$/.test(length) || !Number.isSafeInteger(bytes)) return null
  return bytes === 0 ? { kind: 'none' } : { kind: 'length', bytes }
}

function refused(status: number, code: string, detail: string): HeadVerdict {
  return { kind: 'refused', status, code, detail }
}
