// How many retries one origin gets, so that retries cannot turn its bad moment into an outage.
import { RollingCount } from './rolling-count.ts'

const spanMs = 10_000
/** Retries that are always allowed within the window: a quiet origin may still have a reset retried. */
const leastRetries = 3

/**
 * Counts requests and retries of the last ten seconds. The retries within the window stay at or below a share of the
 * requests begun in it, or of those under way where these are more (long requests begin before the window).
 *
 * A limit on retries in flight alone would not do: where failures are quick, as with a refused connection, hardly
 * any retry is ever in flight, and each request could be tripled.
 */
export class RetryBudget {
  readonly #requests = new RollingCount(spanMs)
  readonly #retries = new RollingCount(spanMs)
  #underWay = 0

  /** A request has begun (its first attempt). */
  began(now: number): void {
    this.#requests.add(now)
    this.#underWay += 1
  }

  /** A request that began is over, whatever became of it. */
  ended(): void {
    this.#underWay -= 1
  }

  /** A retry is being made. */
  spent(now: number): void {
    this.#retries.add(now)
  }

  /** Whether one more retry fits. @param share 0..1; 0 allows none */
  allows(share: number, now: number): boolean {
    if (share <= 0) return false
    const requests = Math.max(this.#underWay, this.#requests.total(now))
    return this.#retries.total(now) + 1 <= Math.max(leastRetries, share * requests)
  }
}
