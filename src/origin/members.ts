// The servers of an origin, and which of them an attempt goes to.
import type { Dispatcher } from 'undici'
import type { Balance } from '../config/model.ts'
import type { Admission } from '../guard/admission.ts'
import { parseCookies } from '../http/cookies.ts'
import type { Breaker, BreakerState } from '../resilience/breaker.ts'
import { rankMembers } from '../resilience/rendezvous.ts'
import type { OriginRequest } from './port.ts'

export interface Member {
  readonly url: string
  readonly dispatcher: Dispatcher
  readonly servername: string
  readonly resetting: () => boolean
  /** One place for each connection: nobody waits within undici, where waiting can be neither bounded nor given up. */
  readonly places: Admission
  /** Null: the member is asked however it does. */
  readonly breaker: Breaker | null
}

export class Members {
  readonly all: readonly Member[]
  readonly #balance: Balance
  /** Where the search for the least busy begins, so that equals take turns. */
  #first = 0

  constructor(all: readonly Member[], balance: Balance) {
    this.all = all
    this.#balance = balance
  }

  /** A member that may be asked now, one that was not tried before if there is any; null: all breakers are open. */
  choose(request: OriginRequest, tried: ReadonlySet<Member>, now: number): Member | null {
    const allowed = this.all.filter(({ breaker }) => breaker === null || breaker.allows(now))
    if (allowed.length < 2) return allowed[0] ?? null
    const untried = allowed.filter((member) => !tried.has(member))
    const candidates = untried.length > 0 ? untried : allowed
    const value = this.#balance.kind === 'sticky' ? valueOf(request, this.#balance) : undefined
    return value === undefined ? this.#leastPending(candidates) : favourite(value, candidates)
  }

  mayAsk(now: number): boolean {
    return this.all.some(({ breaker }) => breaker === null || breaker.allows(now))
  }

  /** The best that any member does. */
  state(now: number): BreakerState {
    const states = this.all.map(({ breaker }) => breaker?.state(now) ?? 'closed')
    return (
      states.find((state) => state === 'closed') ?? states.find((state) => state === 'half-open') ?? 'open'
    )
  }

  /** Ms until some member may be asked again. */
  retryAfterMs(now: number): number {
    return Math.min(...this.all.map(({ breaker }) => breaker?.retryAfterMs(now) ?? 0))
  }

  #leastPending(candidates: readonly Member[]): Member | null {
    this.#first += 1
    let least: Member | null = null
    for (let i = 0; i < candidates.length; i++) {
      const member = candidates[(this.#first + i) % candidates.length] as Member
      if (least === null || pending(member) < pending(least)) least = member
    }
    return least
  }
}

function pending({ places }: Member): number {
  return places.active + places.waiting
}

function favourite(value: string, candidates: readonly Member[]): Member | null {
  const [url] = rankMembers(
    value,
    candidates.map((member) => member.url),
  )
  return candidates.find((member) => member.url === url) ?? null
}

function valueOf(
  { fields }: OriginRequest,
  { by, name }: Extract<Balance, { kind: 'sticky' }>,
): string | undefined {
  const field = by === 'header' ? name : 'cookie'
  for (let i = 0; i < fields.length; i += 2) {
    if (fields[i]?.toLowerCase() !== field) continue
    const value = fields[i + 1] ?? ''
    const found = by === 'header' ? value : parseCookies(value).find((cookie) => cookie.name === name)?.value
    if (found !== undefined) return found
  }
  return undefined
}
