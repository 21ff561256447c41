// Byte ranges (RFC 9110 §14): which part of a whole representation is asked for, and how several are sent.

/** Both ends are inside. */
export interface ByteRange {
  readonly first: number
  readonly last: number
}

export type RangeSelection =
  /** The field is absent in effect: malformed, of another unit, or not worth answering in parts. */
  | { readonly kind: 'whole' }
  /** At least one, in the order asked for, each within the representation. */
  | { readonly kind: 'ranges'; readonly ranges: readonly ByteRange[] }
  | { readonly kind: 'unsatisfiable' }

const MAX_RANGES = 5
const BYTES = /^bytes=(.*)$/i
const RANGE = /^[\t ]*(?:(\d+)-(\d*)|-(\d+))[\t ]*$/
const CONTENT_RANGE = /^bytes[\t ]+(\d+)-(\d+)\/(\d+)$/i
const whole: RangeSelection = { kind: 'whole' }

/**
 * The ranges that a Range value asks for of a representation of that length. More than five, or ones that
 * overlap, are answered with the whole (RFC 9110 §14.2: such requests are inefficient or an attack).
 */
export function parseRange(value: string, lengthBytes: number): RangeSelection {
  const list = BYTES.exec(value)?.[1]
  if (list === undefined) return whole
  const members = list.split(',', MAX_RANGES + 1)
  if (members.length > MAX_RANGES) return whole
  const ranges: ByteRange[] = []
  for (const member of members) {
    const range = parseMember(member, lengthBytes)
    if (range === 'malformed') return whole
    if (range !== 'outside') ranges.push(range)
  }
  if (ranges.length === 0) return { kind: 'unsatisfiable' }
  // A suffix of nothing is satisfiable, but there is no Content-Range for it.
  return lengthBytes === 0 || overlap(ranges) ? whole : { kind: 'ranges', ranges }
}

/** A Content-Range value for a part of a representation (RFC 9110 §14.4). */
export function formatContentRange({ first, last }: ByteRange, lengthBytes: number): string {
  return `bytes ${first}-${last}/${lengthBytes}`
}

/**
 * The range and the complete length that a Content-Range value states; null where it is malformed, of another unit,
 * contradicts itself, or leaves the length open (RFC 9110 §14.4).
 */
export function parseContentRange(value: string): { range: ByteRange; lengthBytes: number } | null {
  const [matched, first, last, length] = CONTENT_RANGE.exec(value) ?? []
  const range = { first: Number(first), last: Number(last) }
  const lengthBytes = Number(length)
  if (matched === undefined || !Number.isSafeInteger(lengthBytes)) return null
  return range.first <= range.last && range.last < lengthBytes ? { range, lengthBytes } : null
}

/** A Content-Range value for a range that cannot be satisfied (RFC 9110 §15.5.17). */
export function formatUnsatisfiedRange(lengthBytes: number): string {
  return `bytes */${lengthBytes}`
}

/** The pieces of a multipart/byteranges body (RFC 9110 §14.6). The boundary must not occur in the content. */
export function formatMultipart(
  content: Uint8Array,
  ranges: readonly ByteRange[],
  contentType: string | null,
  boundary: string,
): Uint8Array[] {
  const encoder = new TextEncoder()
  const typeLine = contentType === null ? '' : `Content-Type: ${contentType}\r\n`
  const pieces = ranges.flatMap((range) => {
    const rangeLine = `Content-Range: ${formatContentRange(range, content.byteLength)}\r\n`
    const head = encoder.encode(`\r\n--${boundary}\r\n${typeLine}${rangeLine}\r\n`)
    return [head, content.subarray(range.first, range.last + 1)]
  })
  return [...pieces, encoder.encode(`\r\n--${boundary}--\r\n`)]
}

/** A boundary that does not occur in the content: the stem, lengthened as long as it does. */
export function chooseBoundary(content: Uint8Array, stem: string): string {
  let boundary = stem
  for (let i = 0; contains(content, boundary); i++) boundary = `${stem}-${i}`
  return boundary
}

function parseMember(text: string, lengthBytes: number): ByteRange | 'malformed' | 'outside' {
  const [matched, firstText, lastText = '', suffixText] = RANGE.exec(text) ?? []
  if (matched === undefined) return 'malformed'
  if (suffixText !== undefined) {
    const suffix = Number(suffixText)
    return suffix === 0 ? 'outside' : { first: Math.max(0, lengthBytes - suffix), last: lengthBytes - 1 }
  }
  const first = Number(firstText)
  const last = lastText === '' ? Infinity : Number(lastText)
  if (last < first) return 'malformed'
  return first >= lengthBytes ? 'outside' : { first, last: Math.min(last, lengthBytes - 1) }
}

function overlap(ranges: readonly ByteRange[]): boolean {
  return ranges.some((a, i) => ranges.some((b, j) => i < j && a.first <= b.last && b.first <= a.last))
}

function contains(content: Uint8Array, text: string): boolean {
  const wanted = new TextEncoder().encode(text)
  const start = wanted[0] as number
  for (let at = content.indexOf(start); at >= 0; at = content.indexOf(start, at + 1)) {
    if (wanted.every((byte, i) => content[at + i] === byte)) return true
  }
  return false
}
