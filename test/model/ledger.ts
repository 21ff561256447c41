// What the model knows at a moment, and what has been seen of it in the present step.
import { startAt } from './arrived.ts'
import type { PolicyChoice, RequestChoice, TagChoice } from './choices.ts'
import { ageOf, type Held, viewOf } from './reuse.ts'
import type { Answered, Question, Seen } from './seen.ts'
import { type Invalid, withOne } from './shelf.ts'

/** One question to the origin and the clients that wait for its answer. */
export interface Fetch {
  readonly request: RequestChoice
  readonly stored: Held | null
  readonly requestAt: number
  /** What it may be shared by; null: it is passed through for one client. */
  readonly flight: string | null
  readonly method: 'GET' | 'HEAD'
  readonly waiting: Waiting[]
  readonly leader: Waiting | null
  /** Others may still join. */
  open: boolean
  /** The writes that went by meanwhile. */
  readonly met: Invalid[]
}

export interface Waiting {
  readonly request: RequestChoice
  readonly client: number
  /** Why it was forwarded. */
  readonly reason: string
  readonly refusals: number
  /** It asked after a write that the fetch met. */
  readonly isLate: boolean
}

const HIT_FOR_MISS_MS = 120_000

export class Ledger {
  readonly policy: PolicyChoice
  now = startAt
  /** Newest first. */
  held: readonly Held[] = []
  /** Answers of the origin so far. */
  asked = 0
  answers: (Answered | null)[] = []
  questions: Question[] = []
  fetches: Fetch[] = []
  isLoose = false
  readonly #notShared = new Map<string, number>()
  /** The tag of the last answer under each path. */
  readonly #tags = new Map<string, TagChoice>()

  constructor(policy: PolicyChoice) {
    this.policy = policy
  }

  /** A new step, in which so many clients ask. */
  begin(clients: number): void {
    this.answers = Array.from({ length: clients }, () => null)
    this.questions = []
    this.fetches = []
    this.isLoose = false
  }

  /** What was to be seen in the step, all under one path. */
  end(path: string): Seen {
    for (const answer of this.answers) {
      if (answer !== null && answer.etag !== null && answer.etag !== 'any') this.#tags.set(path, answer.etag)
    }
    return { answers: this.answers, questions: this.questions, isLoose: this.isLoose }
  }

  /** Nothing is held any more, nor remembered of what could not be shared. */
  clear(): void {
    this.held = []
    this.#notShared.clear()
  }

  /** The tag that 'seen' stands for under this path. */
  seenTag(path: string): TagChoice | null {
    return this.#tags.get(path) ?? null
  }

  /** Whether the last answer under the key could not be shared, so that nobody waits for the next one. */
  goesAlone(key: string): boolean {
    return (this.#notShared.get(key) ?? 0) > this.now
  }

  noteShared(key: string, isShared: boolean): void {
    if (isShared) this.#notShared.delete(key)
    else this.#notShared.set(key, this.now + HIT_FOR_MISS_MS)
  }

  serve(request: RequestChoice, client: number, held: Held, xCache: string, cacheStatus: string): void {
    const view = viewOf(held, request, this.seenTag(request.path))
    const age = String(Math.floor(ageOf(held, this.now) / 1000))
    const { id, secret } = held.answer
    // A 416 is about no content, and shows nothing of the response (RFC 9110 §15.5.17).
    const isAbout = view.status !== 416
    const head = { revision: String(id), secret, age: isAbout ? age : '0', etag: isAbout ? held.etag : null }
    this.answers[client] = { ...head, ...view, xCache, cacheStatus }
  }

  put(held: Held): void {
    this.held = withOne(this.held, held, this.policy.maxVariants)
  }

  drop(held: Held | null): void {
    this.held = this.held.filter((other) => other !== held)
  }
}
