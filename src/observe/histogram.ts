// How values are spread over fixed bounds: plain numbers, gathered when somebody asks.

export interface Spread {
  /** How many values were at or below each bound; the last one counts all. */
  readonly cumulative: readonly number[]
  readonly sum: number
}

/** Bounds in seconds: a hit takes less than the first, an expensive report one of the last. */
export const latencyBounds = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
] as const

export class Histogram {
  readonly #bounds: readonly number[]
  readonly #counts: Float64Array
  #sum = 0

  /** @param bounds in ascending order */
  constructor(bounds: readonly number[] = latencyBounds) {
    this.#bounds = bounds
    this.#counts = new Float64Array(bounds.length + 1)
  }

  add(value: number): void {
    let index = 0
    while (index < this.#bounds.length && value > (this.#bounds[index] as number)) index++
    this.#counts[index] = (this.#counts[index] as number) + 1
    this.#sum += value
  }

  spread(): Spread {
    let running = 0
    return { cumulative: Array.from(this.#counts, (count) => (running += count)), sum: this.#sum }
  }
}
