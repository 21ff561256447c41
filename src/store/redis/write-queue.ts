// Writes that nobody waits for: a few at a time, and a bounded number in all.

const MOST_BYTES = 32 * 1024 * 1024
const MOST_WRITES = 10_000
const AT_A_TIME = 8

interface Write {
  readonly bytes: number
  readonly run: () => Promise<void>
}

export class WriteQueue {
  readonly #waiting: Write[] = []
  #bytes = 0
  #running = 0
  #idle: (() => void)[] = []

  /** False: there is no room. `run` must not reject. */
  add(bytes: number, run: () => Promise<void>): boolean {
    if (this.#waiting.length >= MOST_WRITES || this.#bytes + bytes > MOST_BYTES) return false
    this.#bytes += bytes
    this.#waiting.push({ bytes, run })
    this.#next()
    return true
  }

  /** Writes that have not ended. */
  get size(): number {
    return this.#waiting.length + this.#running
  }

  idle(): Promise<void> {
    if (this.size === 0) return Promise.resolve()
    return new Promise((resolve) => this.#idle.push(resolve))
  }

  #next(): void {
    while (this.#running < AT_A_TIME) {
      const write = this.#waiting.shift()
      if (write === undefined) break
      this.#running++
      void write.run().finally(() => {
        this.#running--
        this.#bytes -= write.bytes
        this.#next()
      })
    }
    if (this.size > 0) return
    for (const idle of this.#idle.splice(0)) idle()
  }
}
