// How often something happened lately.

const buckets = 10

/** Counts events of the last `spanMs`, in ten buckets; memory and cost do not depend on how many there are. */
export class RollingCount {
  readonly #counts = new Array<number>(buckets).fill(0)
  readonly #bucketMs: number
  #bucketAt = 0

  constructor(spanMs: number) {
    this.#bucketMs = spanMs / buckets
  }

  add(now: number): void {
    this.#roll(now)
    const index = this.#bucketAt % buckets
    this.#counts[index] = (this.#counts[index] ?? 0) + 1
  }

  total(now: number): number {
    this.#roll(now)
    return this.#counts.reduce((sum, count) => sum + count, 0)
  }

  clear(): void {
    this.#counts.fill(0)
  }

  /** Empties the buckets that lie between the last event and now. */
  #roll(now: number): void {
    const bucketAt = Math.floor(now / this.#bucketMs)
    const passed = Math.min(buckets, bucketAt - this.#bucketAt)
    for (let i = 0; i < passed; i++) this.#counts[(bucketAt - i) % buckets] = 0
    this.#bucketAt = Math.max(this.#bucketAt, bucketAt)
  }
}
