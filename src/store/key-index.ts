// Which keys carry a label, such as a URI or a tag.

/** A multimap from label to keys. A label with one key costs no set. */
export class KeyIndex {
  readonly #keys = new Map<string, string | Set<string>>()

  add(label: string, key: string): void {
    const held = this.#keys.get(label)
    if (held === undefined) this.#keys.set(label, key)
    else if (typeof held !== 'string') held.add(key)
    else if (held !== key) this.#keys.set(label, new Set([held, key]))
  }

  remove(label: string, key: string): void {
    const held = this.#keys.get(label)
    if (held === key) this.#keys.delete(label)
    else if (typeof held === 'object' && held.delete(key) && held.size === 0) this.#keys.delete(label)
  }

  /** A copy, so that the caller may change the index while it walks. */
  keysOf(label: string): readonly string[] {
    const held = this.#keys.get(label)
    if (held === undefined) return []
    return typeof held === 'string' ? [held] : [...held]
  }

  clear(): void {
    this.#keys.clear()
  }

  /** Labels that carry at least one key. */
  get size(): number {
    return this.#keys.size
  }
}
