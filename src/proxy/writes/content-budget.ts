// How much content of requests is held in memory.

/** What all requests together may have held. */
export class ContentBudget {
  #free: number

  constructor(bytes: number) {
    this.#free = bytes
  }

  /** False: there is no room. Give back what was taken. */
  take(bytes: number): boolean {
    if (bytes > this.#free) return false
    this.#free -= bytes
    return true
  }

  give(bytes: number): void {
    this.#free += bytes
  }
}
