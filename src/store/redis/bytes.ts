// Numbers, texts and lists as bytes, each with its length before it.

export class ByteWriter {
  readonly #pieces: Uint8Array[] = []

  byte(value: number): this {
    return this.#push(Buffer.from([value]))
  }

  number(value: number): this {
    const bytes = Buffer.allocUnsafe(8)
    bytes.writeDoubleBE(value)
    return this.#push(bytes)
  }

  bytes(value: Uint8Array): this {
    const length = Buffer.allocUnsafe(4)
    length.writeUInt32BE(value.byteLength)
    return this.#push(length).#push(value)
  }

  text(value: string): this {
    return this.bytes(Buffer.from(value))
  }

  /** A text, or that there is none. */
  maybe(value: string | null): this {
    return value === null ? this.byte(0) : this.byte(1).text(value)
  }

  texts(values: readonly string[]): this {
    this.number(values.length)
    for (const value of values) this.text(value)
    return this
  }

  done(): Buffer {
    return Buffer.concat(this.#pieces)
  }

  #push(piece: Uint8Array): this {
    this.#pieces.push(piece)
    return this
  }
}

/** Bytes that end too early, or hold what they must not. */
export class Malformed extends Error {}

/** Reads what a ByteWriter wrote; throws Malformed where that is not what it is given. */
export class ByteReader {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  byte(): number {
    return this.#take(1).readUInt8()
  }

  number(): number {
    const value = this.#take(8).readDoubleBE()
    if (Number.isNaN(value)) throw new Malformed()
    return value
  }

  bytes(): Buffer {
    return this.#take(this.#take(4).readUInt32BE())
  }

  text(): string {
    return this.bytes().toString()
  }

  maybe(): string | null {
    return this.byte() === 0 ? null : this.text()
  }

  texts(): string[] {
    const count = this.number()
    // Each text takes four bytes at the least: a count beyond that is none.
    if (!Number.isInteger(count) || count < 0 || count > this.#bytes.byteLength / 4) throw new Malformed()
    return Array.from({ length: count }, () => this.text())
  }

  end(): void {
    if (this.#at !== this.#bytes.byteLength) throw new Malformed()
  }

  #take(length: number): Buffer {
    const end = this.#at + length
    if (end > this.#bytes.byteLength) throw new Malformed()
    const taken = this.#bytes.subarray(this.#at, end)
    this.#at = end
    return taken
  }
}
