// Request targets (RFC 9112 §3.2), checked and normalised (RFC 3986 §6.2.2) before any rule looks at them.
import { parseAuthority } from './authority.ts'

export type Target =
  | {
      readonly kind: 'ok'
      readonly path: string
      /** With its '?', or '' where the target has none. */
      readonly query: string
      /** From the absolute-form, lower case; null in the origin-form. */
      readonly authority: string | null
      readonly scheme: 'http' | 'https' | null
    }
  | { readonly kind: 'asterisk' }
  | { readonly kind: 'refused'; readonly status: 400 | 405; readonly reason: string }

const ABSOLUTE_FORM = /^(https?):\/\/([^/?]*)(.*)$/i
const INVALID_PERCENT = /%(?![0-9a-f]{2})/i
const TRIPLET = /%[0-9a-f]{2}/gi
const UNRESERVED = /[a-z0-9\-._~]/i

// A segment of one or two dots, also with path parameters, which some servers drop before they resolve dots.
const DOT_SEGMENT = /(?:^|\/|%2F|%5C)\.\.?(?:;[^/]*)?(?=\/|%2F|%5C|$)/

/**
 * The target with percent-encoded unreserved characters decoded and the other encodings in upper case; all
 * else is kept byte for byte, empty segments included. What cannot be passed on safely is refused: whatever a
 * server behind weir could read as another path than the one that the rules here were matched with.
 */
export function parseTarget(method: string, raw: string): Target {
  if (method === 'CONNECT') return { kind: 'refused', status: 405, reason: 'tunnels are not offered' }
  if (raw === '*') return asterisk(method)
  if (raw.startsWith('/')) return normalised(raw, null, null)
  const absolute = ABSOLUTE_FORM.exec(raw)
  if (absolute === null) return refused('the target is neither a path nor an http URI')
  const [, scheme = '', host = '', rest = ''] = absolute
  const authority = parseAuthority(host)
  if (authority === null) return refused('the target names no valid host')
  if (rest === '' && method === 'OPTIONS') return { kind: 'asterisk' }
  return normalised(
    rest.startsWith('/') ? rest : `/${rest}`,
    authority,
    scheme.toLowerCase() as 'http' | 'https',
  )
}

/** Whether a path holds %2F or %5C, which servers resolve differently: such a path is routed and never cached. */
export function hasEncodedDelimiter(path: string): boolean {
  return path.includes('%2F') || path.includes('%5C')
}

function asterisk(method: string): Target {
  return method === 'OPTIONS' ? { kind: 'asterisk' } : refused('the target * is for OPTIONS only')
}

function normalised(text: string, authority: string | null, scheme: 'http' | 'https' | null): Target {
  if (!/^[\x21-\x7e]*$/.test(text))
    return refused('the target holds a blank, a control or a non-ASCII character')
  if (text.includes('#')) return refused('the target holds a fragment')
  if (text.includes('%00')) return refused('the target holds an encoded NUL')
  const queryAt = text.indexOf('?')
  const rawPath = queryAt < 0 ? text : text.slice(0, queryAt)
  const rawQuery = queryAt < 0 ? '' : text.slice(queryAt)
  if (INVALID_PERCENT.test(rawPath)) return refused('the path holds an invalid percent-encoding')
  const path = decoded(rawPath)
  if (path.includes('\\')) return refused('the path holds a backslash')
  if (path.includes('.') && DOT_SEGMENT.test(path)) return refused('the path holds a dot segment')
  // In a query browsers leave a lone percent sign as it was typed; beside one, nothing can be decoded safely.
  const query = INVALID_PERCENT.test(rawQuery) ? rawQuery : decoded(rawQuery)
  return { kind: 'ok', path, query, authority, scheme }
}

/** Unreserved characters decoded, other encodings in upper case (RFC 3986 §6.2.2). */
function decoded(text: string): string {
  return text.includes('%') ? text.replace(TRIPLET, normalisedTriplet) : text
}

function normalisedTriplet(triplet: string): string {
  const character = String.fromCharCode(parseInt(triplet.slice(1), 16))
  return UNRESERVED.test(character) ? character : triplet.toUpperCase()
}

function refused(reason: string): Target {
  return { kind: 'refused', status: 400, reason }
}
