// What of a response answers a request: all of it, a part (206), or that nothing has changed (304).
import { evaluatePreconditions, ifRangeMatches } from '../http/conditional.ts'
import type { Fields } from '../http/fields.ts'
import type { RequestHead, ResponseHead } from '../http/message.ts'
import {
  type ByteRange,
  chooseBoundary,
  formatContentRange,
  formatMultipart,
  formatUnsatisfiedRange,
  parseRange,
} from '../http/ranges.ts'
import { currentAgeMs } from './age.ts'
import type { StoredResponse } from './entry.ts'
import { responseFields } from './response-fields.ts'
import { dateOf, validatorsAt, validatorsOf } from './stored-response.ts'

export interface SelectedResponse {
  readonly status: number
  readonly statusText: string
  /** Name, value, name, value …, in a list of its own. */
  readonly fields: string[]
  /** Null: no content is sent. */
  readonly body: Uint8Array | null
}

// What describes content that a 304 does not carry (RFC 9110 §15.4.5); policies and Content-Location are no such thing.
const OF_CONTENT = /^(?:content-(?!location$|security-policy)|accept-ranges$|digest$|repr-digest$)/
// A 416 is about no content at all, and must not be stored as if it were the response.
const OF_RESPONSE =
  /^(?:content-(?!security-policy)|.*cache-control$|etag$|expires$|last-modified$|digest$|repr-digest$)/

/**
 * Answers a GET or HEAD from a stored response, with its current Age (RFC 9111 §4). The preconditions and ranges of
 * the request apply to a 200 only, and to a stored part that `holdsAnswer`.
 */
export function selectResponse(entry: StoredResponse, head: RequestHead, now: number): SelectedResponse {
  const age = String(Math.floor(currentAgeMs(entry, now) / 1000))
  if (!maySelect(entry.status) || !asksForLess(head.fields)) return wholeOf(entry, head, age)
  const validators = validatorsAt(entry)
  if (evaluatePreconditions(head.fields, validators, head.method) === 'not-modified')
    return unmodified(entry.fields, age)
  const range = head.fields.get('range')
  if (range === undefined || head.method !== 'GET') return wholeOf(entry, head, age)
  if (!ifRangeMatches(head.fields.get('if-range'), validators)) return wholeOf(entry, head, age)
  const selection = parseRange(range, entry.part?.lengthBytes ?? entry.body.byteLength)
  switch (selection.kind) {
    case 'whole':
      return wholeOf(entry, head, age)
    case 'ranges':
      return partOf(entry, selection.ranges, age)
    case 'unsatisfiable':
      return unsatisfiable(entry)
  }
}

/** Answers a GET or HEAD with an origin's answer whose content is still to come, and whose head came at `now`. */
export function selectStreamed(
  head: ResponseHead,
  request: RequestHead,
  now: number,
): { readonly head: ResponseHead; readonly withContent: boolean } {
  const fields = responseFields(head, now)
  const whole = { head: { ...head, fields }, withContent: request.method !== 'HEAD' }
  if (!maySelect(head.status)) return whole
  const validators = { ...validatorsOf(fields), dateMs: dateOf(fields, now) }
  if (evaluatePreconditions(request.fields, validators, request.method) !== 'not-modified') return whole
  return {
    head: { status: 304, statusText: 'Not Modified', fields: withoutContentFields(fields) },
    withContent: false,
  }
}

/** Preconditions and ranges are about the selected representation, whole or in part (RFC 9110 §13.2.1). */
function maySelect(status: number): boolean {
  return status === 200 || status === 206
}

function asksForLess({ names }: Fields): boolean {
  return names.some((name) => name === 'range' || name === 'if-none-match' || name === 'if-modified-since')
}

function wholeOf(entry: StoredResponse, { method }: RequestHead, age: string): SelectedResponse {
  const { status, statusText, fields, body } = entry
  return { status, statusText, fields: [...fields.raw, 'Age', age], body: method === 'HEAD' ? null : body }
}

function unmodified(fields: Fields, age: string): SelectedResponse {
  return {
    status: 304,
    statusText: 'Not Modified',
    fields: [...withoutContentFields(fields).raw, 'Age', age],
    body: null,
  }
}

/** Last-Modified stays only where there is no better validator (RFC 9110 §15.4.5). */
function withoutContentFields(fields: Fields): Fields {
  const tagged = fields.has('etag')
  return fields.filter((name) => !OF_CONTENT.test(name) && !(tagged && name === 'last-modified'))
}

function partOf(entry: StoredResponse, ranges: readonly ByteRange[], age: string): SelectedResponse {
  const { fields, body, part } = entry
  const [only, ...others] = ranges
  if (only !== undefined && others.length === 0) {
    const raw = fields.filter((name) => name !== 'content-length' && name !== 'content-range').raw
    const at = part?.first ?? 0
    const range = formatContentRange(only, part?.lengthBytes ?? body.byteLength)
    return partial([...raw, 'Content-Range', range], age, body.subarray(only.first - at, only.last + 1 - at))
  }
  const raw = fields.filter((name) => !/^content-(?:length|range|type)$/.test(name)).raw
  const boundary = chooseBoundary(body, `weir-${entry.responseAt.toString(36)}`)
  const pieces = formatMultipart(body, ranges, fields.get('content-type') ?? null, boundary)
  return partial(
    [...raw, 'Content-Type', `multipart/byteranges; boundary=${boundary}`],
    age,
    joinPieces(pieces),
  )
}

function partial(fields: readonly string[], age: string, body: Uint8Array): SelectedResponse {
  const sent = [...fields, 'Content-Length', String(body.byteLength), 'Age', age]
  return { status: 206, statusText: 'Partial Content', fields: sent, body }
}

function unsatisfiable({ fields, body }: StoredResponse): SelectedResponse {
  const { raw } = fields.filter((name) => !OF_RESPONSE.test(name))
  const sent = [...raw, 'Content-Range', formatUnsatisfiedRange(body.byteLength), 'Content-Length', '0']
  return { status: 416, statusText: 'Range Not Satisfiable', fields: sent, body: null }
}

function joinPieces(pieces: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(pieces.reduce((sum, { byteLength }) => sum + byteLength, 0))
  let at = 0
  for (const piece of pieces) {
    joined.set(piece, at)
    at += piece.byteLength
  }
  return joined
}
