// How a response becomes a stored one: which fields it keeps, and which it is given (RFC 9111 §3.1).
import type { Validators } from '../http/conditional.ts'
import { formatHttpDate, parseHttpDate } from '../http/date.ts'
import { Fields } from '../http/fields.ts'
import type { ResponseHead } from '../http/message.ts'
import type { ContentPart, Freshness, Labels, StoredResponse, VaryValue } from './entry.ts'

export interface StoreInput {
  readonly key: string
  readonly labels: Labels
  readonly vary: readonly VaryValue[]
  /** With end-to-end fields alone. */
  readonly response: ResponseHead
  readonly body: Uint8Array
  /** Where the body lies in the whole representation; null: it is whole. */
  readonly part: ContentPart | null
  readonly requestAt: number
  readonly responseAt: number
  readonly initialAgeMs: number
  readonly freshness: Freshness
  /** Lower-case names of fields to leave out. */
  readonly withoutFields: readonly string[]
  /** A strong tag of weir's own for this body, used where the origin gave no validator; null: none is wanted. */
  readonly derivedEtag: string | null
}

/** A response's own validators: an entity tag as received, and a Last-Modified that is a date. */
export interface OriginValidators {
  readonly etag: string | null
  readonly lastModified: string | null
}

/**
 * The response as it is stored: without Age and the fields to leave out, dated (RFC 9110 §6.6.1), with the exact
 * length of its body, and with the derived tag where it has no validator.
 */
export function storeResponse(input: StoreInput): StoredResponse {
  const { key, labels, vary, response, body, part, requestAt, responseAt, initialAgeMs, freshness } = input
  const left = new Set([...input.withoutFields, 'age'])
  const received = response.fields.filter((name) => !left.has(name))
  const { etag, lastModified } = validatorsOf(received)
  const derivedEtag = etag === null && lastModified === null ? input.derivedEtag : null
  let fields = withDate(withLength(received, response.status, body.byteLength), responseAt)
  if (derivedEtag !== null) fields = fields.filter((name) => name !== 'etag').with('ETag', derivedEtag)
  return {
    key,
    labels,
    vary,
    status: response.status,
    statusText: response.statusText,
    fields,
    body,
    part,
    requestAt,
    responseAt,
    initialAgeMs,
    freshness,
    etag: etag ?? derivedEtag,
    derivedEtag: derivedEtag !== null,
    lastModified,
  }
}

/** The validators that these fields hold, the first of each. */
export function validatorsOf(fields: Fields): OriginValidators {
  const [etag = ''] = fields.all('etag')
  const [lastModified] = fields.all('last-modified')
  const isDate = lastModified !== undefined && parseHttpDate(lastModified) !== null
  return { etag: etag === '' ? null : etag, lastModified: isDate ? lastModified : null }
}

/** What a stored response is compared by, at the time of its Date. */
export function validatorsAt({ etag, lastModified, fields, responseAt }: StoredResponse): Validators {
  return { etag, lastModified, dateMs: dateOf(fields, responseAt) }
}

/** The Date, or where there is none that can be read the time the response came, epoch ms (RFC 9110 §6.6.1). */
export function dateOf(fields: Fields, responseAt: number): number {
  const [date] = fields.all('date')
  return (date === undefined ? null : parseHttpDate(date, responseAt)) ?? responseAt
}

/** The fields with a Date: that on which the response came, where it has none (RFC 9110 §6.6.1). */
export function withDate(fields: Fields, responseAt: number): Fields {
  return fields.has('date') ? fields : fields.with('Date', formatHttpDate(responseAt))
}

/** One Content-Length that is true, in the place of the first; none with 204 (RFC 9110 §8.6). */
export function withLength(fields: Fields, status: number, bytes: number): Fields {
  if (status === 204) return fields.filter((name) => name !== 'content-length')
  const length = String(bytes)
  const declared = fields.all('content-length')
  if (declared.length === 1 && declared[0] === length) return fields
  const at = fields.names.indexOf('content-length')
  const others = fields.filter((name) => name !== 'content-length')
  const raw = [...others.raw]
  raw.splice(at < 0 ? raw.length : 2 * at, 0, 'Content-Length', length)
  return new Fields(raw)
}
