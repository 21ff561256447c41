// Preconditions of requests and the entity tags they compare (RFC 9110 §8.8, §13).
import { parseHttpDate } from './date.ts'
import type { Fields } from './fields.ts'

export interface EntityTag {
  readonly weak: boolean
  /** With its quotes. */
  readonly opaque: string
}

/** What a stored or current representation can be recognised by. */
export interface Validators {
  /** As received, with its quotes and weakness. */
  readonly etag: string | null
  /** As received. */
  readonly lastModified: string | null
  /** The response's Date, or the time it came, epoch ms. */
  readonly dateMs: number
}

export type PreconditionResult = 'proceed' | 'not-modified' | 'failed'

const ENTITY_TAG = /^(W\/)?("[\x21\x23-\x7e\x80-\xff]*")$/
const LISTED_TAG = /[\t ]*(?:(?:(W\/)?("[\x21\x23-\x7e\x80-\xff]*"))?[\t ]*)(?:,|$)/y
// Last-Modified is a strong validator from then on (RFC 9110 §8.8.2.2).
const STRONG_AFTER_MS = 1000

/** An entity tag; null where the text is none (RFC 9110 §8.8.3: unquoted, or with blanks or controls). */
export function parseEntityTag(text: string): EntityTag | null {
  const [, weak, opaque] = ENTITY_TAG.exec(text) ?? []
  return opaque === undefined ? null : { weak: weak !== undefined, opaque }
}

/** A list of entity tags, or '*'; null where any member is malformed. Empty members are ignored. */
export function parseEntityTagList(text: string): readonly EntityTag[] | '*' | null {
  if (text.trim() === '*') return '*'
  const tags: EntityTag[] = []
  for (LISTED_TAG.lastIndex = 0; LISTED_TAG.lastIndex < text.length;) {
    const member = LISTED_TAG.exec(text)
    if (member === null) return null
    if (member[2] !== undefined) tags.push({ weak: member[1] !== undefined, opaque: member[2] })
  }
  return tags.length === 0 ? null : tags
}

/** Strong comparison: equal, and neither is weak (RFC 9110 §8.8.3.2). */
export function isStrongMatch(a: EntityTag, b: EntityTag): boolean {
  return !a.weak && !b.weak && a.opaque === b.opaque
}

/** Weak comparison: equal, whatever their weakness (RFC 9110 §8.8.3.2). */
export function isWeakMatch(a: EntityTag, b: EntityTag): boolean {
  return a.opaque === b.opaque
}

/**
 * Evaluates the preconditions in their order (RFC 9110 §13.2.2) against a representation that exists. For GET,
 * HEAD and QUERY weir answers as a cache, to which If-Match and If-Unmodified-Since do not apply (RFC 9111 §4.3.2); for any
 * other method it answers as the origin would. Fields that are malformed never lead to 304.
 */
export function evaluatePreconditions(
  fields: Fields,
  current: Validators,
  method: string,
): PreconditionResult {
  const reads = method === 'GET' || method === 'HEAD' || method === 'QUERY'
  if (!reads && !isStillMatched(fields, current)) return 'failed'
  const noneMatch = fields.get('if-none-match')
  if (noneMatch !== undefined) {
    if (!listMatches(noneMatch, current.etag, isWeakMatch)) return 'proceed'
    return reads ? 'not-modified' : 'failed'
  }
  return reads && isUnmodifiedSince(fields.get('if-modified-since'), current) ? 'not-modified' : 'proceed'
}

/** Whether a Range may be answered in parts: If-Range is absent or names exactly this representation (RFC 9110 §13.1.5). */
export function ifRangeMatches(value: string | undefined, current: Validators): boolean {
  if (value === undefined) return true
  const wanted = parseEntityTag(value)
  if (wanted !== null) {
    const tag = current.etag === null ? null : parseEntityTag(current.etag)
    return tag !== null && isStrongMatch(wanted, tag)
  }
  const wantedMs = parseHttpDate(value)
  const modifiedMs = current.lastModified === null ? null : parseHttpDate(current.lastModified)
  if (wantedMs === null || modifiedMs === null) return false
  return wantedMs === modifiedMs && current.dateMs - modifiedMs >= STRONG_AFTER_MS
}

function isStillMatched(fields: Fields, current: Validators): boolean {
  const match = fields.get('if-match')
  if (match !== undefined) return listMatches(match, current.etag, isStrongMatch)
  const unmodifiedSince = fields.get('if-unmodified-since')
  const sinceMs = unmodifiedSince === undefined ? null : parseHttpDate(unmodifiedSince)
  const modifiedMs = current.lastModified === null ? null : parseHttpDate(current.lastModified)
  return sinceMs === null || modifiedMs === null || modifiedMs <= sinceMs
}

function isUnmodifiedSince(value: string | undefined, current: Validators): boolean {
  const sinceMs = value === undefined ? null : parseHttpDate(value)
  if (sinceMs === null) return false
  const modifiedMs = current.lastModified === null ? current.dateMs : parseHttpDate(current.lastModified)
  return modifiedMs !== null && modifiedMs <= sinceMs
}

function listMatches(
  list: string,
  etag: string | null,
  matches: (a: EntityTag, b: EntityTag) => boolean,
): boolean {
  const wanted = parseEntityTagList(list)
  if (wanted === '*') return true
  const tag = etag === null ? null : parseEntityTag(etag)
  return wanted !== null && tag !== null && wanted.some((other) => matches(other, tag))
}
