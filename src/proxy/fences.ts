// Keeps what was fetched before a write from being taken for what is true after it.
import type { Labels } from '../policy/entry.ts'
import { isInvalidated, type Invalidation } from '../policy/invalidation.ts'

// A fetch that sees more invalidations than this go by counts as overtaken: bounded, and on the safe side.
const REMEMBERED = 1000

/** All invalidations in their order, and the fetches that are under way meanwhile. */
export class Fences {
  #count = 0
  readonly #open = new Set<Fence>()

  /** How many invalidations there have been: a moment to compare a fence's `overtakenAt` with. */
  get count(): number {
    return this.#count
  }

  /** Fences a fetch that begins now; `overtaken` is called once if it is met. Close it however the fetch ends. */
  open(labels: Labels, overtaken: () => void): Fence {
    const fence = new Fence(labels, overtaken, (closed) => this.#open.delete(closed))
    this.#open.add(fence)
    return fence
  }

  /** Records an invalidation: every fetch under way that it names is overtaken. */
  raise(by: Invalidation): void {
    this.#count++
    for (const fence of this.#open) fence.meet(by, this.#count)
  }
}

/** One fetch's memory of the invalidations since it began. */
export class Fence {
  #labels: Labels
  #met: { readonly by: Invalidation; readonly at: number }[] = []
  #overtakenAt: number | null = null
  readonly #overtaken: () => void
  readonly #close: (fence: Fence) => void

  constructor(labels: Labels, overtaken: () => void, close: (fence: Fence) => void) {
    this.#labels = labels
    this.#overtaken = overtaken
    this.#close = close
  }

  /** The last invalidation that names this fetch; a reader who came after it must not be given the answer. */
  get overtakenAt(): number | null {
    return this.#overtakenAt
  }

  /** The response has told more labels: what went by meanwhile is compared again. */
  relabel(labels: Labels): void {
    this.#labels = labels
    for (const { by, at } of this.#met) this.#compare(by, at)
  }

  /** An invalidation happened while the fetch was under way. */
  meet(by: Invalidation, at: number): void {
    this.#met.push({ by, at })
    if (this.#met.length > REMEMBERED) this.#overtake(at)
    else this.#compare(by, at)
  }

  close(): void {
    this.#met = []
    this.#close(this)
  }

  #compare(by: Invalidation, at: number): void {
    if (isInvalidated(this.#labels, by)) this.#overtake(at)
  }

  #overtake(at: number): void {
    const first = this.#overtakenAt === null
    this.#overtakenAt = at
    if (first) this.#overtaken()
  }
}
