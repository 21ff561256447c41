// What a write holds on its way, given back in one place however it ends.
import type { RunEnd } from './run-landing.ts'
import type { Underway } from './underway.ts'

/** unsent: it was refused, or its client left, before anything was sent. */
export type WriteEnd = RunEnd | { readonly kind: 'unsent' }

/** Something that a write has taken, and that must hear of the end. */
export interface Guard {
  /** Whatever it does at once is done before anybody hears of the end; the promise is for what takes longer. */
  settle(end: WriteEnd): Promise<void>
}

/** The guards that a write has passed. */
export class Guards {
  readonly #passed: Guard[] = []
  readonly #over: () => void

  constructor(underway: Underway) {
    this.#over = underway.begin()
  }

  add(guard: Guard): void {
    this.#passed.push(guard)
  }

  /** Once for each write. The last guard that was passed hears of it first. */
  settle(end: WriteEnd): void {
    const settling = this.#passed.reverse().map((guard) => guard.settle(end))
    void Promise.all(settling).finally(this.#over)
  }
}
