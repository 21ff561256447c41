// Whether the client of a write is still there, through all the waiting before its answer.
import type { Reply } from '../reply.ts'

export class Presence {
  #isGone = false
  readonly #listeners: (() => void)[] = []

  constructor(reply: Reply) {
    reply.onGone(() => {
      this.#isGone = true
      for (const listener of this.#listeners.splice(0)) listener()
    })
  }

  get isGone(): boolean {
    return this.#isGone
  }

  /** Called once when the client leaves, at once where it has left. */
  onGone(listener: () => void): void {
    if (this.#isGone) listener()
    else this.#listeners.push(listener)
  }
}
