// Parts of a representation: which can be stored, what they answer, and how two become one (RFC 9111 §3.3, §3.4).
import { ifRangeMatches, parseEntityTag } from '../http/conditional.ts'
import { Fields } from '../http/fields.ts'
import type { RequestHead, ResponseHead } from '../http/message.ts'
import { type ByteRange, parseContentRange, parseRange } from '../http/ranges.ts'
import type { ContentPart, StoredResponse } from './entry.ts'
import { validatorsAt, withLength } from './stored-response.ts'

/**
 * The part that a 206 carries; null where its place is not known exactly: several parts, another unit, an open
 * length, or a Content-Length that tells of other bytes than Content-Range does.
 */
export function partOf({ status, fields }: ResponseHead): ContentPart | null {
  const [value, ...others] = fields.all('content-range')
  const stated =
    status === 206 && value !== undefined && others.length === 0 ? parseContentRange(value) : null
  if (stated === null) return null
  const { range, lengthBytes } = stated
  const declared = fields.get('content-length')
  const isWhole = declared === undefined || Number(declared) === lengthOf(range)
  return isWhole ? { ...range, lengthBytes } : null
}

/** Whether a stored response has all that the request asks for: it is whole, or the one range lies within it. */
export function holdsAnswer(entry: StoredResponse, { method, fields }: RequestHead): boolean {
  const { part } = entry
  if (part === null) return true
  const range = method === 'GET' ? fields.get('range') : undefined
  if (range === undefined || !ifRangeMatches(fields.get('if-range'), validatorsAt(entry))) return false
  const selection = parseRange(range, part.lengthBytes)
  const [only, ...others] = selection.kind === 'ranges' ? selection.ranges : []
  return only !== undefined && others.length === 0 && part.first <= only.first && only.last <= part.last
}

/**
 * The fields that ask for what a stored part lacks, or for all if it has changed (RFC 9110 §13.1.5), as name,
 * value, …; null where that is more than one range, or where nothing tells whether the parts belong together.
 */
export function restOf({ part, etag, derivedEtag }: StoredResponse): readonly string[] | null {
  if (part === null || etag === null || derivedEtag || !isStrongTag(etag)) return null
  const range =
    part.first === 0 ? `${part.last + 1}-` : part.last + 1 === part.lengthBytes ? `0-${part.first - 1}` : null
  return range === null ? null : ['Range', `bytes=${range}`, 'If-Range', etag]
}

/**
 * Two parts of one representation as one, whole (200) where nothing lacks; null where they are not known to belong
 * together (RFC 9111 §3.4: the same strong validator) or leave a gap. Fields of `later` replace those of the other.
 */
export function combineParts(earlier: StoredResponse, later: StoredResponse): StoredResponse | null {
  const [a, b] = [earlier.part, later.part]
  if (b === null || a?.lengthBytes !== b.lengthBytes) return null
  const { etag } = earlier
  if (etag === null || etag !== later.etag || !isStrongTag(etag)) return null
  if (a.first > b.last + 1 || b.first > a.last + 1) return null
  const joined = { first: Math.min(a.first, b.first), last: Math.max(a.last, b.last) }
  const body = new Uint8Array(lengthOf(joined))
  body.set(earlier.body, a.first - joined.first)
  body.set(later.body, b.first - joined.first)
  const isWhole = body.byteLength === a.lengthBytes
  const replaced = new Set([...later.fields.names, 'content-range'])
  const kept = earlier.fields.filter((name) => !replaced.has(name))
  const fields = new Fields([...kept.raw, ...later.fields.filter((name) => name !== 'content-range').raw])
  return {
    ...later,
    ...(isWhole ? { status: 200, statusText: 'OK' } : {}),
    part: isWhole ? null : { ...joined, lengthBytes: a.lengthBytes },
    fields: withLength(fields, later.status, body.byteLength),
    body,
  }
}

function lengthOf({ first, last }: ByteRange): number {
  return last - first + 1
}

function isStrongTag(etag: string): boolean {
  return parseEntityTag(etag)?.weak === false
}
