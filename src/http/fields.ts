// Header fields in the order and with the spelling they came in (RFC 9110 §5).

/**
 * An immutable list of field lines. Look-ups ignore the case of names; order, duplicates and spelling are
 * kept, so that a message can be passed on as it was.
 */
export class Fields {
  static readonly empty = new Fields([])

  /** Name, value, name, value … as received. */
  readonly raw: readonly string[]
  /** The lower-case name of each line. */
  readonly names: readonly string[]

  constructor(raw: readonly string[]) {
    const names = new Array<string>(raw.length >> 1)
    for (let i = 0; i < names.length; i++) names[i] = (raw[2 * i] as string).toLowerCase()
    this.raw = raw
    this.names = names
  }

  /** Whether any line has this (lower-case) name. */
  has(name: string): boolean {
    return this.names.includes(name)
  }

  /** The combined value: the lines' values joined by ", " (RFC 9110 §5.3), or undefined where there is none. */
  get(name: string): string | undefined {
    let index = this.names.indexOf(name)
    if (index < 0) return undefined
    let value = this.raw[2 * index + 1] as string
    while ((index = this.names.indexOf(name, index + 1)) >= 0)
      value += `, ${this.raw[2 * index + 1] as string}`
    return value
  }

  /** The value of each line with this (lower-case) name, in order. */
  all(name: string): string[] {
    const values: string[] = []
    for (let i = this.names.indexOf(name); i >= 0; i = this.names.indexOf(name, i + 1)) {
      values.push(this.raw[2 * i + 1] as string)
    }
    return values
  }

  /** A copy that keeps only the lines whose (lower-case) name passes. */
  filter(keep: (name: string) => boolean): Fields {
    const raw: string[] = []
    for (let i = 0; i < this.names.length; i++) {
      if (keep(this.names[i] as string)) raw.push(this.raw[2 * i] as string, this.raw[2 * i + 1] as string)
    }
    return raw.length === this.raw.length ? this : new Fields(raw)
  }

  /** A copy with one more line at the end. */
  with(name: string, value: string): Fields {
    return new Fields([...this.raw, name, value])
  }
}
