// The runs of this process, from the moment that somebody asks for one.
import type { OwnAnswer } from './own-answer.ts'
import type { Attendable } from './run-landing.ts'

export type JobStart =
  | { readonly kind: 'running'; readonly run: Attendable }
  /** It never began: everybody who came meanwhile gets the same answer. */
  | { readonly kind: 'refused'; readonly answer: OwnAnswer }

export interface JobFacts {
  readonly runId: string
  readonly startedAt: number
  /** Whoever has the same may be given the run's answer. */
  readonly joinKey: string
}

export class LiveJob implements JobFacts {
  readonly path: string
  readonly runId: string
  readonly startedAt: number
  readonly joinKey: string
  /** Settles when the run has begun, or is known not to. */
  readonly start: Promise<JobStart>
  readonly #settle: (start: JobStart) => void

  constructor(path: string, { runId, startedAt, joinKey }: JobFacts) {
    this.path = path
    this.runId = runId
    this.startedAt = startedAt
    this.joinKey = joinKey
    const { promise, resolve } = Promise.withResolvers<JobStart>()
    this.start = promise
    this.#settle = resolve
  }

  began(run: Attendable): void {
    this.#settle({ kind: 'running', run })
  }

  refuse(answer: OwnAnswer): void {
    this.#settle({ kind: 'refused', answer })
  }
}

export class LiveJobs {
  readonly #byPath = new Map<string, LiveJob>()

  get(path: string): LiveJob | undefined {
    return this.#byPath.get(path)
  }

  list(path: string, facts: JobFacts): LiveJob {
    const live = new LiveJob(path, facts)
    this.#byPath.set(path, live)
    return live
  }

  remove(live: LiveJob): void {
    if (this.#byPath.get(live.path) === live) this.#byPath.delete(live.path)
  }

  get size(): number {
    return this.#byPath.size
  }
}
