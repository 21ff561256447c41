// Who may use the management listener.
import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

export type GateVerdict =
  | { readonly kind: 'open' }
  | { readonly kind: 'refused'; readonly status: 401 | 403; readonly code: string; readonly detail: string }

/**
 * Judges a request by its bearer token, compared in constant time, and by Host and Origin, so that a web page
 * in an operator's browser can neither post here nor reach this by a name of its own (DNS rebinding).
 */
export function createGate(
  token: string | null,
  listenHost: string,
): (request: IncomingMessage) => GateVerdict {
  const expected = token === null ? null : sha256(`Bearer ${token}`)
  const names = new Set(['localhost', '127.0.0.1', '[::1]', listenHost.toLowerCase()])

  return ({ headers }) => {
    const host = headers.host ?? ''
    if (
      headers.origin !== undefined &&
      headers.origin !== `http://${host}` &&
      headers.origin !== `https://${host}`
    ) {
      return refused(403, 'foreign-origin', 'Requests from pages of another origin are refused.')
    }
    if (expected !== null) {
      if (timingSafeEqual(sha256(headers.authorization ?? ''), expected)) return { kind: 'open' }
      return refused(401, 'token', 'Send the management token: Authorization: Bearer …')
    }
    if (names.has(host.replace(/:\d+$/, '').toLowerCase())) return { kind: 'open' }
    return refused(403, 'foreign-host', 'Without a token this listener answers only under its own address.')
  }
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

function refused(status: 401 | 403, code: string, detail: string): GateVerdict {
  return { kind: 'refused', status, code, detail }
}
