// Fields that concern one connection only, and so end at weir (RFC 9110 §7.6.1).
import type { Fields } from './fields.ts'

const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'http2-settings',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authentication-info',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

// A request without these would hide who asks, for what, or where it ends.
const CONFLICTS =
  /^(?:authorization|cache-control|content-length|cookie|forwarded|host|transfer-encoding|x-forwarded-.*)$/
const REQUEST_SEMANTICS = /^(?:accept.*|content-.*|if-.*|origin|pragma|range|via)$/
const RESPONSE_SEMANTICS =
  /^(?:accept-ranges|access-control-.*|age|allow|authentication-info|cache-.*|.*-cache-control|content-.*|date|etag|expires|last-modified|location|no-vary-search|pragma|retry-after|set-cookie|strict-transport-security|vary|via|www-authenticate)$/

const NONE: ReadonlySet<string> = new Set()

/** A request's fields without those of its connection. */
export function endToEndRequest(fields: Fields): Fields {
  return endToEnd(fields, connectionNamed(fields))
}

/** A response's fields without those of its connection; Connection cannot take away what tells caches and clients how to read it. */
export function endToEndResponse(fields: Fields): Fields {
  return endToEnd(fields, new Set(connectionOptions(fields).filter((name) => !RESPONSE_SEMANTICS.test(name))))
}

/** Whether a field (by lower-case name) always ends at the next hop. */
export function isHopByHop(name: string): boolean {
  return HOP_BY_HOP.has(name)
}

/** The fields (by lower-case name) that a request's Connection takes away, which the origin therefore does not see. */
export function connectionNamed(fields: Fields): ReadonlySet<string> {
  const options = connectionOptions(fields)
  if (options.length === 0) return NONE
  return new Set(options.filter((name) => !CONFLICTS.test(name) && !REQUEST_SEMANTICS.test(name)))
}

/**
 * The field that a request's Connection names although its removal would hide who asks, for what, or where the
 * request ends; null where there is none. Such a request is to be refused with 400.
 */
export function connectionConflict(fields: Fields): string | null {
  return connectionOptions(fields).find((name) => CONFLICTS.test(name)) ?? null
}

function endToEnd(fields: Fields, named: ReadonlySet<string>): Fields {
  return fields.filter((name) => !HOP_BY_HOP.has(name) && !named.has(name))
}

function connectionOptions(fields: Fields): readonly string[] {
  const value = fields.get('connection')?.toLowerCase()
  if (value === undefined || value === 'keep-alive' || value === 'close') return []
  return value.split(',').map((name) => name.trim())
}
