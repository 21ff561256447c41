// One request in progress: what came in, where the answer goes, and what everybody in this room works with.
import type { Readable } from 'node:stream'
import type { Clock } from '../base/clock.ts'
import type { RequestHead } from '../http/message.ts'
import type { Observer } from '../observe/record.ts'
import type { Trace } from '../observe/trace.ts'
import type { Origin } from '../origin/port.ts'
import type { Digest } from '../policy/key.ts'
import type { Outcome } from '../policy/outcome.ts'
import type { RoutePolicy } from '../policy/route-policy.ts'
import type { Routes } from '../route/routes.ts'
import type { Store } from '../store/port.ts'
import type { AdmissionDesk } from './admission-desk.ts'
import type { Fences } from './fences.ts'
import type { Flights } from './flights.ts'
import type { HitForMiss } from './hit-for-miss.ts'
import type { Landing, LandingNews } from './landing.ts'
import type { Reply } from './reply.ts'
import type { Searches } from './searches.ts'
import type { Trip } from './trip.ts'
import type { WatchedReply } from './watched-reply.ts'
import type { Writes } from './writes/writes.ts'

/** What the exchange works with: the ports, and what it remembers between requests. */
export interface Room {
  readonly clock: Clock
  readonly origin: Origin
  readonly store: Store
  readonly observe: Observer
  readonly digest: Digest
  readonly maxEntryBytes: number
  /** The Host the origin is told; null: the one that the client named. */
  readonly originHost: string | null
  readonly routes: Routes
  /** For a request that no route takes. */
  readonly fallback: RoutePolicy
  readonly admission: AdmissionDesk
  readonly flights: Flights<Landing, LandingNews>
  readonly fences: Fences
  readonly hitForMiss: HitForMiss
  readonly searches: Searches
  readonly writes: Writes
}

export interface KeyedContent {
  readonly content: Uint8Array
  readonly digest: string
}

export interface Call {
  readonly room: Room
  readonly head: RequestHead
  /** The request's content as it streams in; null where it has none. */
  readonly content: Readable | null
  /** A QUERY's content, which is part of its key; null for any other request. */
  readonly keyed: KeyedContent | null
  readonly reply: Reply
  readonly policy: RoutePolicy
  /** Path parameters of the route's pattern. */
  readonly params: Readonly<Record<string, string>>
  readonly startedAt: number
  readonly trace: Trace
  /** The reply, as the one who keeps an eye on it. */
  readonly watched: WatchedReply
  readonly waits: Waits
}

/** Where a call's time went besides the origin's; noted on the way. */
export interface Waits {
  /** For a place among the route's requests at the origin. */
  queuedMs: number
}

/** How the answer to a call ended. */
export interface Ending {
  readonly status: number
  readonly outcome: Outcome
  readonly bytes: number
  readonly end: 'whole' | 'broken' | 'gone'
}

/** What went wrong, where no rule of the route names it: as RFC 9209 does, or by who is to blame. */
function failureClassOf({ status, end }: Ending, { failure }: Trip): string | null {
  if (failure !== null) return failure
  if (end === 'broken') return 'transfer_broken'
  return status >= 500 ? 'status_5xx' : null
}

/** Reports a finished call to whoever observes; once for each call. */
export function finish(call: Call, ending: Ending, trip: Trip): void {
  const { room, policy, head, startedAt, trace, watched, waits } = call
  room.observe({
    route: policy.name,
    method: head.method,
    path: head.path,
    query: head.query,
    trace,
    totalMs: room.clock.now() - startedAt,
    headMs: watched.headAt === null ? null : watched.headAt - startedAt,
    queuedMs: waits.queuedMs,
    failureClass: watched.classified() ?? failureClassOf(ending, trip),
    ...ending,
    ...trip,
  })
}
