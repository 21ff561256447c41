// How many writes are not over yet, so that weir can wait for them before it stops.

export class Underway {
  #count = 0
  #waiting: (() => void)[] = []

  /** Call what this returns, once, when the write is over and all that it held is given back. */
  begin(): () => void {
    this.#count += 1
    return () => {
      this.#count -= 1
      if (this.#count === 0) for (const settle of this.#waiting.splice(0)) settle()
    }
  }

  get count(): number {
    return this.#count
  }

  /** Settles when none is under way. */
  idle(): Promise<void> {
    if (this.#count === 0) return Promise.resolve()
    return new Promise((resolve) => this.#waiting.push(resolve))
  }
}
