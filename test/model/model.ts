// The model: a cache as the RFCs describe it, with no index, no stream and no shortcut.
import { arrive } from './arrived.ts'
import { take, write } from './asking.ts'
import type { AnswerChoice, PolicyChoice, RequestChoice, TagChoice, WriteChoice } from './choices.ts'
import { deliver } from './delivering.ts'
import { Ledger } from './ledger.ts'
import type { Seen } from './seen.ts'
import { purged } from './shelf.ts'

export class Model {
  readonly #ledger: Ledger

  constructor(policy: PolicyChoice) {
    this.#ledger = new Ledger(policy)
  }

  wait(ms: number): void {
    this.#ledger.now += ms
  }

  /** The tag that 'seen' stands for under this path. */
  seenTag(path: string): TagChoice | null {
    return this.#ledger.seenTag(path)
  }

  /** After a step that no rule settles: the time, the number of answers so far, and nothing is held any more. */
  resume(now: number, asked: number): void {
    this.#ledger.now = now
    this.#ledger.asked = asked
    this.#ledger.clear()
  }

  softPurge(path: string): void {
    const ledger = this.#ledger
    ledger.held = ledger.held.map((held) => (held.path === path ? purged(held) : held))
  }

  write(choice: WriteChoice): Seen {
    this.#ledger.begin(1)
    write(this.#ledger, choice, 0)
    return this.#ledger.end(choice.path)
  }

  /** One client asks and so many more; if any of them waits, a write goes by, and one more asks. Then the origin answers. */
  read(
    request: RequestChoice,
    crowd: readonly RequestChoice[],
    overtakenBy: WriteChoice | null,
    answers: readonly AnswerChoice[],
  ): Seen {
    const ledger = this.#ledger
    ledger.begin(1 + crowd.length)
    for (const [client, one] of [request, ...crowd].entries()) take(ledger, one, client, false)
    if (overtakenBy !== null && ledger.fetches.length > 0) {
      ledger.answers.push(null, null)
      write(ledger, overtakenBy, crowd.length + 1)
      take(ledger, request, crowd.length + 2, true)
    }
    for (let i = 0; i < ledger.fetches.length; i++) {
      const fetch = ledger.fetches[i]!
      const choice = answers[Math.min(i, answers.length - 1)]!
      ledger.now += choice.delayMs
      deliver(ledger, fetch, arrive(choice, ledger.asked++, fetch.requestAt, ledger.now))
    }
    return ledger.end(request.path)
  }
}
