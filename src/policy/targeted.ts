// Which directives of a response are for weir: those targeted at it, at CDNs, or at all caches (RFC 9213).
import {
  parseFieldNames,
  parseResponseDirectives,
  silentResponse,
  type ResponseDirectives,
} from '../http/cache-control.ts'
import type { Fields } from '../http/fields.ts'
import { parseDictionary } from '../http/structured-fields.ts'
import type { BareItem } from '../http/structured-items.ts'

export interface StatedDirectives {
  readonly directives: ResponseDirectives
  /** They came in a targeted field: Cache-Control and Expires are ignored (RFC 9213 §2.2). */
  readonly targeted: boolean
}

/** The nearest first (RFC 9213 §2.2). */
const TARGETS = ['weir-cache-control', 'cdn-cache-control'] as const

const MAX_SECONDS = 2 ** 31

/** The directives that a response states for weir. */
export function statedDirectives(fields: Fields): StatedDirectives {
  for (const target of TARGETS) {
    const value = fields.get(target)
    const directives = value === undefined ? null : parseTargeted(value)
    if (directives !== null) return { directives, targeted: true }
  }
  return { directives: parseResponseDirectives(fields.get('cache-control')), targeted: false }
}

/**
 * A targeted field; null where it is empty or malformed, or where a duration is no integer, and so must be ignored
 * (RFC 9213 §2.1). A directive that restricts counts whatever its value, unless that is false.
 */
function parseTargeted(value: string): ResponseDirectives | null {
  const members = parseDictionary(value)
  if (members === null || members.size === 0) return null
  const given = (name: string): BareItem | null => {
    const member = members.get(name)
    if (member === undefined) return null
    return member.kind === 'item' ? member.value : { type: 'boolean', value: true }
  }
  const maxAge = seconds(given('max-age'))
  const sMaxage = seconds(given('s-maxage'))
  const staleWhileRevalidate = seconds(given('stale-while-revalidate'))
  const staleIfError = seconds(given('stale-if-error'))
  if (maxAge === 'invalid' || sMaxage === 'invalid') return null
  if (staleWhileRevalidate === 'invalid' || staleIfError === 'invalid') return null
  const noCacheFields = listedFields(given('no-cache'))
  const privateFields = listedFields(given('private'))
  return {
    ...silentResponse,
    maxAge,
    sMaxage,
    staleWhileRevalidate,
    staleIfError,
    noStore: isGiven(given('no-store')),
    noCache: isGiven(given('no-cache')) && noCacheFields.length === 0,
    noCacheFields,
    private: isGiven(given('private')) && privateFields.length === 0,
    privateFields,
    public: isTrue(given('public')),
    mustRevalidate: isGiven(given('must-revalidate')),
    proxyRevalidate: isGiven(given('proxy-revalidate')),
    mustUnderstand: isTrue(given('must-understand')),
    immutable: isTrue(given('immutable')),
    noTransform: isGiven(given('no-transform')),
  }
}

/** A duration in seconds, null where there is none; a negative one is none left. */
function seconds(item: BareItem | null): number | null | 'invalid' {
  if (item === null) return null
  return item.type === 'integer' ? Math.min(Math.max(item.value, 0), MAX_SECONDS) : 'invalid'
}

function listedFields(item: BareItem | null): readonly string[] {
  return item?.type === 'string' ? (parseFieldNames(item.value) ?? []) : []
}

function isGiven(item: BareItem | null): boolean {
  return item !== null && item.value !== false
}

function isTrue(item: BareItem | null): boolean {
  return item?.value === true
}
