// What Cache-Control says, on a response and on a request; what cannot be read is taken in its strictest sense.
import { parseDeltaSeconds, parseDirectives, type Directive } from './directives.ts'
import type { Fields } from './fields.ts'

/** Response directives (RFC 9111 §5.2.2, RFC 5861, RFC 8246). Durations in seconds; null where not stated. */
export interface ResponseDirectives {
  readonly maxAge: number | null
  readonly sMaxage: number | null
  readonly staleWhileRevalidate: number | null
  readonly staleIfError: number | null
  readonly noStore: boolean
  /** The unqualified form. */
  readonly noCache: boolean
  /** Lower-case names of the fields that the qualified form lists. */
  readonly noCacheFields: readonly string[]
  /** The unqualified form. */
  readonly private: boolean
  /** Lower-case names of the fields that the qualified form lists. */
  readonly privateFields: readonly string[]
  readonly public: boolean
  readonly mustRevalidate: boolean
  readonly proxyRevalidate: boolean
  readonly mustUnderstand: boolean
  readonly immutable: boolean
  readonly noTransform: boolean
}

/** Request directives (RFC 9111 §5.2.1, RFC 5861 §4). Durations in seconds; null where not stated. */
export interface RequestDirectives {
  readonly noCache: boolean
  readonly noStore: boolean
  readonly onlyIfCached: boolean
  readonly noTransform: boolean
  readonly maxAge: number | null
  readonly minFresh: number | null
  /** Infinity: any staleness is welcome. */
  readonly maxStale: number | null
  readonly staleIfError: number | null
}

/** What a response without directives says. */
export const silentResponse: ResponseDirectives = Object.freeze({
  maxAge: null,
  sMaxage: null,
  staleWhileRevalidate: null,
  staleIfError: null,
  noStore: false,
  noCache: false,
  noCacheFields: [],
  private: false,
  privateFields: [],
  public: false,
  mustRevalidate: false,
  proxyRevalidate: false,
  mustUnderstand: false,
  immutable: false,
  noTransform: false,
})

const silentRequest: RequestDirectives = Object.freeze({
  noCache: false,
  noStore: false,
  onlyIfCached: false,
  noTransform: false,
  maxAge: null,
  minFresh: null,
  maxStale: null,
  staleIfError: null,
})

type Draft<T> = { -readonly [K in keyof T]: T[K] }

/**
 * Reads a combined Cache-Control value. Of conflicting values the most restrictive one counts, and a freshness
 * that cannot be read is none (RFC 9111 §4.2.1): it becomes 0. A directive that restricts counts however malformed
 * it is; one that permits counts only when well-formed.
 */
export function parseResponseDirectives(value: string | undefined): ResponseDirectives {
  if (value === undefined) return silentResponse
  const said: Draft<ResponseDirectives> = { ...silentResponse }
  for (const directive of parseDirectives(value)) applyToResponse(said, directive)
  return said
}

/** Reads Cache-Control, or where there is none Pragma (RFC 9111 §5.4). One shared object where both are absent. */
export function parseRequestDirectives(fields: Fields): RequestDirectives {
  const value = fields.get('cache-control')
  const said: Draft<RequestDirectives> = { ...silentRequest }
  if (value !== undefined) {
    for (const directive of parseDirectives(value)) applyToRequest(said, directive)
    return said
  }
  const pragma = fields.get('pragma')
  if (pragma === undefined) return silentRequest
  said.noCache = parseDirectives(pragma).some(({ name }) => name === 'no-cache')
  return said
}

/** The field names that the qualified form of no-cache and private lists; null where the form is another. */
export function parseFieldNames(list: string): readonly string[] | null {
  const names = list.split(',').flatMap((member) => member.trim().toLowerCase() || [])
  return names.length > 0 && names.every((name) => /^[\w!#$%&'*+.^`|~-]+$/.test(name)) ? names : null
}

function applyToResponse(said: Draft<ResponseDirectives>, directive: Directive): void {
  switch (directive.name) {
    case 'max-age':
      said.maxAge = least(said.maxAge, strictSeconds(directive))
      break
    case 's-maxage':
      said.sMaxage = least(said.sMaxage, strictSeconds(directive))
      break
    case 'stale-while-revalidate':
      said.staleWhileRevalidate = least(said.staleWhileRevalidate, strictSeconds(directive))
      break
    case 'stale-if-error':
      said.staleIfError = least(said.staleIfError, strictSeconds(directive))
      break
    case 'no-cache': {
      const names = qualifiedNames(directive)
      if (names === null) said.noCache = true
      else said.noCacheFields = [...said.noCacheFields, ...names]
      break
    }
    case 'private': {
      const names = qualifiedNames(directive)
      if (names === null) said.private = true
      else said.privateFields = [...said.privateFields, ...names]
      break
    }
    case 'no-store':
      said.noStore = true
      break
    case 'must-revalidate':
      said.mustRevalidate = true
      break
    case 'proxy-revalidate':
      said.proxyRevalidate = true
      break
    case 'no-transform':
      said.noTransform = true
      break
    case 'public':
      said.public ||= isPlain(directive)
      break
    case 'must-understand':
      said.mustUnderstand ||= isPlain(directive)
      break
    case 'immutable':
      said.immutable ||= isPlain(directive)
      break
  }
}

function applyToRequest(said: Draft<RequestDirectives>, directive: Directive): void {
  const seconds = directive.malformed ? null : parseDeltaSeconds(directive.argument)
  switch (directive.name) {
    case 'no-cache':
      said.noCache = true
      break
    case 'no-store':
      said.noStore = true
      break
    case 'only-if-cached':
      said.onlyIfCached = true
      break
    case 'no-transform':
      said.noTransform = true
      break
    case 'max-age':
      said.maxAge = least(said.maxAge, seconds ?? 0)
      break
    case 'min-fresh':
      if (seconds !== null) said.minFresh = Math.max(said.minFresh ?? 0, seconds)
      break
    case 'max-stale':
      said.maxStale = least(said.maxStale, seconds ?? (isPlain(directive) ? Infinity : 0))
      break
    case 'stale-if-error':
      said.staleIfError = least(said.staleIfError, seconds ?? 0)
      break
  }
}

function strictSeconds(directive: Directive): number {
  return directive.malformed ? 0 : (parseDeltaSeconds(directive.argument) ?? 0)
}

function qualifiedNames({ argument, quoted, malformed }: Directive): readonly string[] | null {
  return quoted && !malformed && argument !== null ? parseFieldNames(argument) : null
}

function isPlain({ argument, malformed }: Directive): boolean {
  return argument === null && !malformed
}

function least(a: number | null, b: number): number {
  return a === null ? b : Math.min(a, b)
}
