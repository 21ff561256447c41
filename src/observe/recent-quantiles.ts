// Quantiles of what happened in the last minutes, within a few per cent and in a few kilobytes.

// Each bucket is a tenth wider than the one before, from 10 µs to an hour: the middle of one is within 5 % of all in it.
const GROWTH = 1.1
const LEAST_MS = 0.01
const BUCKETS = Math.ceil(Math.log(3_600_000 / LEAST_MS) / Math.log(GROWTH)) + 1
const WINDOW_MS = 5 * 60_000

export interface Quantiles {
  readonly p50: number
  readonly p95: number
  readonly p99: number
}

/** Two windows of five minutes: what is asked for is between five and ten minutes old at the most. */
export class RecentQuantiles {
  #counts = new Uint32Array(BUCKETS)
  #before = new Uint32Array(BUCKETS)
  #windowAt: number

  constructor(now: number) {
    this.#windowAt = now
  }

  /** @param ms milliseconds */
  add(ms: number, now: number): void {
    this.#roll(now)
    const index = bucketOf(ms)
    this.#counts[index] = (this.#counts[index] as number) + 1
  }

  /** Milliseconds; null where nothing happened. */
  quantiles(now: number): Quantiles | null {
    this.#roll(now)
    const counts = this.#counts.map((count, index) => count + (this.#before[index] as number))
    const total = counts.reduce((sum, count) => sum + count, 0)
    if (total === 0) return null
    const at = (share: number): number => {
      let left = Math.max(1, Math.ceil(share * total))
      const index = counts.findIndex((count) => (left -= count) <= 0)
      return middleOf(index)
    }
    return { p50: at(0.5), p95: at(0.95), p99: at(0.99) }
  }

  #roll(now: number): void {
    const windows = Math.floor((now - this.#windowAt) / WINDOW_MS)
    if (windows < 1) return
    const spent = this.#before.fill(0)
    this.#before = this.#counts
    this.#counts = spent
    if (windows > 1) this.#before.fill(0)
    this.#windowAt += windows * WINDOW_MS
  }
}

function bucketOf(ms: number): number {
  if (ms <= LEAST_MS) return 0
  return Math.min(BUCKETS - 1, Math.ceil(Math.log(ms / LEAST_MS) / Math.log(GROWTH)))
}

function middleOf(index: number): number {
  if (index <= 0) return LEAST_MS
  return LEAST_MS * GROWTH ** (index - 0.5)
}
