// What stored responses count as while this process cannot hear of invalidations: fresh for a short time only.
import type { StoredResponse } from '../policy/entry.ts'
import type { Variants } from './port.ts'

/** Shortens what is fresh, and knows what it was. */
export class CutOff {
  readonly #mostFreshMs: number
  readonly #shortened = new WeakMap<StoredResponse, StoredResponse>()
  readonly #originals = new WeakMap<StoredResponse, StoredResponse>()

  constructor(mostFreshMs: number) {
    this.#mostFreshMs = mostFreshMs
  }

  /** @param since epoch ms of the last moment when invalidations were heard of */
  shorten(variants: Variants, since: number): Variants {
    return variants.map((entry) => this.#shortenOne(entry, since))
  }

  /** The stored response that this one was made of, if it was. */
  originalOf(entry: StoredResponse): StoredResponse {
    return this.#originals.get(entry) ?? entry
  }

  #shortenOne(entry: StoredResponse, since: number): StoredResponse {
    const { initialAgeMs, responseAt, freshness } = entry
    const heldUntil = Math.max(responseAt, since) + this.#mostFreshMs
    const lifetimeMs = initialAgeMs + heldUntil - responseAt
    if (lifetimeMs >= freshness.lifetimeMs) return entry
    const known = this.#shortened.get(entry)
    if (known?.freshness.lifetimeMs === lifetimeMs) return known
    const shortened = { ...entry, freshness: { ...freshness, lifetimeMs } }
    this.#shortened.set(entry, shortened)
    this.#originals.set(shortened, entry)
    return shortened
  }
}
