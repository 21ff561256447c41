// A body that arrives once and is read by many, each at its own pace.
import type { Fields } from '../http/fields.ts'

/** Told when there may be more to read, and how the body ended. */
export interface BodyListener {
  /** There is something new: pieces, the end, or a failure. */
  stirred(): void
  /** This reader fell so far behind that what it needs is no longer held. */
  outpaced(): void
}

export type BodyState =
  | { readonly kind: 'open' }
  | { readonly kind: 'ended'; readonly trailers: Fields }
  | { readonly kind: 'failed' }

/** The source of the body, which can be told to wait, or that nobody wants the rest. */
export interface BodySource {
  pause(): void
  resume(): void
  abort(): void
}

// How far the fastest reader may lag behind the origin before the origin has to wait.
const WINDOW_BYTES = 256 * 1024

/**
 * While all of it is kept (because it will be stored) readers come and go at any point. Once `release`d it
 * is a window: what every reader has taken is dropped, the fastest reader sets the origin's pace, and a
 * reader that falls `maxLagBytes` behind the fastest is outpaced: it can hold neither memory nor the
 * others. When the last reader leaves a released body, its source is aborted.
 */
export class SharedBody {
  #chunks: Uint8Array[] = []
  #dropped = 0
  #bytes = 0
  #kept = true
  #paused = false
  #stirring = false
  #state: BodyState = { kind: 'open' }
  readonly #readers = new Set<BodyReader>()
  readonly #source: BodySource
  readonly #maxLagBytes: number

  constructor(source: BodySource, maxLagBytes: number) {
    this.#source = source
    this.#maxLagBytes = maxLagBytes
  }

  get state(): BodyState {
    return this.#state
  }

  /** Bytes received so far. */
  get bytes(): number {
    return this.#bytes
  }

  get readers(): number {
    return this.#readers.size
  }

  push(chunk: Uint8Array): void {
    this.#chunks.push(chunk)
    this.#bytes += chunk.byteLength
    this.#stir()
  }

  end(trailers: Fields): void {
    this.#state = { kind: 'ended', trailers }
    this.#stir()
  }

  fail(): void {
    this.#state = { kind: 'failed' }
    this.#stir()
  }

  /** All the pieces, while nothing has been released. */
  get chunks(): readonly Uint8Array[] {
    return this.#chunks
  }

  /** Stops keeping what has been read; nobody new may read from here on. */
  release(): void {
    this.#kept = false
    this.#pace()
  }

  read(listener: BodyListener): BodyReader {
    const reader = new BodyReader(this, listener)
    this.#readers.add(reader)
    return reader
  }

  /** @internal The piece at a reader's position. */
  chunkAt(index: number): Uint8Array | undefined {
    return this.#chunks[index - this.#dropped]
  }

  /** @internal A reader has moved on. */
  advanced(): void {
    this.#pace()
  }

  /** @internal */
  forget(reader: BodyReader): void {
    this.#readers.delete(reader)
    this.#pace()
  }

  /** Nobody is compared with the others before all have had their turn. */
  #stir(): void {
    this.#stirring = true
    for (const reader of [...this.#readers]) reader.listener.stirred()
    this.#stirring = false
    this.#pace()
  }

  #pace(): void {
    if (this.#kept || this.#stirring) return
    let fastest = 0
    for (const { taken } of this.#readers) fastest = Math.max(fastest, taken)
    let spent = this.#chunks.length
    for (const reader of [...this.#readers]) {
      if (fastest - reader.taken > this.#maxLagBytes) {
        this.#readers.delete(reader)
        reader.listener.outpaced()
      } else {
        spent = Math.min(spent, reader.position - this.#dropped)
      }
    }
    this.#chunks.splice(0, spent)
    this.#dropped += spent
    if (this.#readers.size > 0) this.#throttle(this.#bytes - fastest > WINDOW_BYTES)
    else if (this.#state.kind === 'open') this.#source.abort()
  }

  #throttle(paused: boolean): void {
    if (paused === this.#paused) return
    this.#paused = paused
    if (paused) this.#source.pause()
    else this.#source.resume()
  }
}

/** One reader's place in a shared body. */
export class BodyReader {
  readonly #body: SharedBody
  readonly listener: BodyListener
  /** Pieces and bytes taken so far. */
  position = 0
  taken = 0

  constructor(body: SharedBody, listener: BodyListener) {
    this.#body = body
    this.listener = listener
  }

  /** The next piece, or undefined where none is there yet. */
  next(): Uint8Array | undefined {
    const chunk = this.#body.chunkAt(this.position)
    if (chunk === undefined) return undefined
    this.position++
    this.taken += chunk.byteLength
    this.#body.advanced()
    return chunk
  }

  /** How the body stands once `next` has nothing. */
  get state(): BodyState {
    return this.#body.state
  }

  leave(): void {
    this.#body.forget(this)
  }
}
