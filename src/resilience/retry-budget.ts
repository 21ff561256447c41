// How many retries one origin gets, so that retries cannot turn its bad moment into an outage.

const bucketMs = 1_000
const buckets = 10
/** Retries that are always allowed within the window: a quiet origin may still have a reset retried. */
const leastRetries = 3

/**
 * Counts requests and retries of the last ten seconds in one-second buckets. The retries within the window stay
 * at or below a share of the requests begun in it, or of those under way where these are more (long requests
 * begin before the window).
 *
 * A limit on retries in flight alone would not do: where failures are quick, as with a refused connection, hardly
 * any retry is ever in flight, and each request could be tripled.
 */
export class RetryBudget {
  readonly #requests = new Array<number>(buckets).fill(0)
  readonly #retries = new Array<number>(buckets).fill(0)
  #underWay = 0
  #bucketAt = 0

  /** A request has begun (its first attempt). */
  began(now: number): void {
    this.#add(this.#requests, now)
    this.#underWay += 1
  }

  /** A request that began is over, whatever became of it. */
  ended(): void {
    this.#underWay -= 1
  }

  /** A retry is being made. */
  spent(now: number): void {
    this.#add(this.#retries, now)
  }

  /** Whether one more retry fits. @param share 0..1; 0 allows none */
  allows(share: number, now: number): boolean {
    if (share <= 0) return false
    this.#roll(now)
    const requests = Math.max(this.#underWay, total(this.#requests))
    return total(this.#retries) + 1 <= Math.max(leastRetries, share * requests)
  }

  #add(counts: number[], now: number): void {
    this.#roll(now)
    const index = this.#bucketAt % buckets
    counts[index] = (counts[index] ?? 0) + 1
  }

  /** Empties the buckets that lie between the last event and now. */
  #roll(now: number): void {
    const bucketAt = Math.floor(now / bucketMs)
    const passed = Math.min(buckets, bucketAt - this.#bucketAt)
    for (let i = 0; i < passed; i++) {
      const index = (bucketAt - i) % buckets
      this.#requests[index] = 0
      this.#retries[index] = 0
    }
    this.#bucketAt = Math.max(this.#bucketAt, bucketAt)
  }
}

function total(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0)
}
