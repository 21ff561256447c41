// A stored response as the bytes that Redis keeps: a head that scripts can read, and everything else sealed.
import { promisify } from 'node:util'
import { constants, zstdCompress, zstdDecompress } from 'node:zlib'
import { Fields } from '../../http/fields.ts'
import { currentAgeMs } from '../../policy/age.ts'
import type { Freshness, FreshnessSource, StoredResponse } from '../../policy/entry.ts'
import { ByteReader, ByteWriter, Malformed } from './bytes.ts'
import type { Seal } from './seal.ts'

/** Everything that Redis is told in the clear: see `headOf` in entry-scripts.ts, which reads the same places. */
export interface ValueHead {
  /** The last invalidation that the writer had heard of. */
  readonly asOf: number
  /** Epoch ms; until then nobody needs to fetch it anew. */
  readonly freshUntil: number
}

export interface Value extends ValueHead {
  readonly entry: StoredResponse
}

const MAGIC = Buffer.from('WEIR\x01')
const HEAD_BYTES = 22
// Smaller ones do not get smaller.
const COMPRESS_BYTES = 512
const FAST = { params: { [constants.ZSTD_c_compressionLevel]: 1 } }

const sources: readonly FreshnessSource[] = [
  's-maxage',
  'max-age',
  'expires',
  'heuristic',
  'ttl',
  'status-ttl',
  'targeted',
  'purged',
  'none',
]

const compress = promisify(zstdCompress)
const decompress = promisify(zstdDecompress)

/** `context`: the name it is kept under, without which it cannot be opened. */
export async function encodeEntry(
  entry: StoredResponse,
  asOf: number,
  seal: Seal,
  context: string,
): Promise<Buffer> {
  const plain = write(entry)
  const mayShrink = plain.byteLength >= COMPRESS_BYTES && !entry.fields.has('content-encoding')
  const packed = mayShrink ? await compress(plain, FAST) : plain
  const isPacked = packed.byteLength < plain.byteLength
  const head = Buffer.alloc(HEAD_BYTES)
  MAGIC.copy(head)
  head.writeUInt8(isPacked ? 1 : 0, 5)
  head.writeDoubleBE(asOf, 6)
  head.writeDoubleBE(freshUntilOf(entry), 14)
  return Buffer.concat([head, seal.close(isPacked ? packed : plain, context, head)])
}

/** Null for anything but a value of this format, sealed for this place, of this size at the most. */
export async function decodeEntry(
  bytes: Buffer,
  seal: Seal,
  context: string,
  maxBytes: number,
): Promise<Value | null> {
  if (bytes.byteLength < HEAD_BYTES || !bytes.subarray(0, 5).equals(MAGIC)) return null
  const head = bytes.subarray(0, HEAD_BYTES)
  const packed = seal.open(bytes.subarray(HEAD_BYTES), context, head)
  if (packed === null) return null
  try {
    const plain = head[5] === 1 ? await decompress(packed, { maxOutputLength: 2 * maxBytes }) : packed
    return { asOf: head.readDoubleBE(6), freshUntil: head.readDoubleBE(14), entry: read(plain) }
  } catch (error) {
    if (error instanceof Malformed || error instanceof RangeError || isZlibError(error)) return null
    throw error
  }
}

/** How long it can be of any use from `now` on, stale windows included, ms. */
export function usefulMs(entry: StoredResponse, now: number): number {
  const { lifetimeMs, staleWhileRevalidateMs, staleIfErrorMs } = entry.freshness
  return lifetimeMs + Math.max(staleWhileRevalidateMs, staleIfErrorMs) - currentAgeMs(entry, now)
}

function freshUntilOf({ freshness, responseAt, initialAgeMs }: StoredResponse): number {
  return freshness.validateAlways ? 0 : responseAt - initialAgeMs + freshness.lifetimeMs
}

function write(entry: StoredResponse): Buffer {
  const { labels, vary, freshness } = entry
  const writer = new ByteWriter().text(entry.key).text(labels.uri).text(labels.path).texts(labels.tags)
  writer.number(vary.length)
  for (const { name, value } of vary) writer.text(name).maybe(value)
  return writer
    .number(entry.status)
    .text(entry.statusText)
    .texts(entry.fields.raw)
    .number(entry.requestAt)
    .number(entry.responseAt)
    .number(entry.initialAgeMs)
    .number(freshness.lifetimeMs)
    .byte(sources.indexOf(freshness.source))
    .number(freshness.staleWhileRevalidateMs)
    .number(freshness.staleIfErrorMs)
    .byte((freshness.mayBeStale ? 1 : 0) | (freshness.validateAlways ? 2 : 0))
    .maybe(entry.etag)
    .byte(entry.derivedEtag ? 1 : 0)
    .maybe(entry.lastModified)
    .bytes(entry.body)
    .done()
}

function read(bytes: Buffer): StoredResponse {
  const reader = new ByteReader(bytes)
  const key = reader.text()
  const labels = { uri: reader.text(), path: reader.text(), tags: reader.texts() }
  const vary = Array.from({ length: reader.number() }, () => ({ name: reader.text(), value: reader.maybe() }))
  const entry = {
    key,
    labels,
    vary,
    status: reader.number(),
    statusText: reader.text(),
    fields: new Fields(reader.texts()),
    requestAt: reader.number(),
    responseAt: reader.number(),
    initialAgeMs: reader.number(),
    freshness: readFreshness(reader),
    etag: reader.maybe(),
    derivedEtag: reader.byte() === 1,
    lastModified: reader.maybe(),
    body: reader.bytes(),
    part: null,
  }
  reader.end()
  return entry
}

function readFreshness(reader: ByteReader): Freshness {
  const lifetimeMs = reader.number()
  const source = sources[reader.byte()]
  if (source === undefined) throw new Malformed()
  const windows = { staleWhileRevalidateMs: reader.number(), staleIfErrorMs: reader.number() }
  const flags = reader.byte()
  return { lifetimeMs, source, ...windows, mayBeStale: (flags & 1) === 1, validateAlways: (flags & 2) === 2 }
}

function isZlibError(error: unknown): boolean {
  const { code } = error as { code?: unknown }
  return typeof code === 'string' && (code.startsWith('ZSTD_') || code.startsWith('ERR_'))
}
