// An origin that gives every whole answer a strong entity tag: its own where it has one, else one derived from the bytes.
import { parseEntityTag, parseEntityTagList } from '../../http/conditional.ts'
import { Fields } from '../../http/fields.ts'
import type { ResponseHead } from '../../http/message.ts'
import type { Origin, OriginFetch, OriginRequest, OriginSink } from '../../origin/port.ts'
import type { Failure } from '../../policy/failure.ts'
import { derivedEtag, isDerivedEtag } from '../derived-etag.ts'

/**
 * For GET alone. An answer without a strong tag is held until it is whole; one of more than `maxBytes` streams on
 * without a tag. The tag stands for the content as it is without a content coding, which is therefore what is
 * asked for, and a tag that was derived is answered with 304 as the origin itself would.
 */
export function taggingOrigin(origin: Origin, maxBytes: number): Pick<Origin, 'fetch'> {
  return { fetch: (request, sink) => new TaggedFetch(origin, request, sink, maxBytes) }
}

class TaggedFetch implements OriginFetch, OriginSink {
  readonly #sink: OriginSink
  readonly #maxBytes: number
  readonly #fetch: OriginFetch
  /** The derived tags of which the client asks whether one still holds. */
  readonly #asked: readonly string[]
  #held: {
    readonly head: ResponseHead
    readonly attempts: number
    chunks: Uint8Array[]
    bytes: number
  } | null = null
  #aborted = false

  constructor(origin: Origin, request: OriginRequest, sink: OriginSink, maxBytes: number) {
    const fields = new Fields(request.fields)
    this.#sink = sink
    this.#maxBytes = maxBytes
    this.#asked = tagsIn(fields).filter(isDerivedEtag)
    this.#fetch = origin.fetch({ ...request, fields: askedOfOrigin(fields).raw }, this)
  }

  pause(): void {
    this.#fetch.pause()
  }

  resume(): void {
    this.#fetch.resume()
  }

  abort(): void {
    this.#aborted = true
    this.#fetch.abort()
  }

  informed(status: number, fields: Fields): void {
    this.#sink.informed(status, fields)
  }

  headed(head: ResponseHead, attempts: number): void {
    const own = head.fields.get('etag')
    const isStrong = own !== undefined && parseEntityTag(own)?.weak === false
    const fields = isStrong ? head.fields : head.fields.filter((name) => name !== 'etag')
    if (isStrong || head.status !== 200) this.#sink.headed({ ...head, fields }, attempts)
    else this.#held = { head: { ...head, fields }, attempts, chunks: [], bytes: 0 }
  }

  data(chunk: Uint8Array): void {
    const held = this.#held
    if (held === null) return this.#sink.data(chunk)
    held.chunks.push(chunk)
    held.bytes += chunk.byteLength
    if (held.bytes <= this.#maxBytes) return
    this.#held = null
    this.#tell(held.head, held.attempts, held.chunks)
  }

  ended(trailers: Fields): void {
    const held = this.#held
    if (held === null) return this.#sink.ended(trailers)
    const content = Buffer.concat(held.chunks)
    const tag = derivedEtag(content)
    const isUnchanged = this.#asked.some((asked) => asked === tag || asked === `W/${tag}`)
    if (isUnchanged) this.#tell(unchanged(held.head, tag), held.attempts, [])
    else this.#tell(tagged(held.head, tag, content), held.attempts, [content])
    if (!this.#aborted) this.#sink.ended(isUnchanged ? Fields.empty : trailers)
  }

  failed(failure: Failure, attempts: number): void {
    this.#sink.failed(failure, attempts)
  }

  #tell(head: ResponseHead, attempts: number, chunks: readonly Uint8Array[]): void {
    this.#sink.headed(head, attempts)
    for (const chunk of chunks) if (!this.#aborted && chunk.byteLength > 0) this.#sink.data(chunk)
  }
}

/** The request without a coding, without tags the origin never gave, and without a date that is good for a second only. */
function askedOfOrigin(fields: Fields): Fields {
  const others = tagsIn(fields).filter((tag) => !isDerivedEtag(tag))
  const kept = fields.filter(
    (name) => name !== 'accept-encoding' && name !== 'if-none-match' && name !== 'if-modified-since',
  )
  const plain = kept.with('Accept-Encoding', 'identity')
  return others.length === 0 ? plain : plain.with('If-None-Match', others.join(', '))
}

function tagsIn(fields: Fields): string[] {
  const list = parseEntityTagList(fields.get('if-none-match') ?? '')
  return list === null || list === '*' ? [] : list.map(({ weak, opaque }) => (weak ? `W/${opaque}` : opaque))
}

function tagged(head: ResponseHead, tag: string, content: Uint8Array): ResponseHead {
  const fields = head.fields.filter((name) => name !== 'content-length')
  return { ...head, fields: fields.with('Content-Length', String(content.byteLength)).with('ETag', tag) }
}

function unchanged({ fields }: ResponseHead, tag: string): ResponseHead {
  const kept = fields.filter((name) => !name.startsWith('content-') || name === 'content-location')
  return { status: 304, statusText: 'Not Modified', fields: kept.with('ETag', tag) }
}
