// A room without sockets: an origin that answers as it is told, and a reply that nobody reads.
import { createHmac } from 'node:crypto'
import type { Clock } from '../../src/base/clock.ts'
import type { WeirConfig } from '../../src/config/model.ts'
import { Fields } from '../../src/http/fields.ts'
import type { ExchangeRecord } from '../../src/observe/record.ts'
import type { Origin, OriginRequest, OriginSink } from '../../src/origin/port.ts'
import { AdmissionDesk } from '../../src/proxy/admission-desk.ts'
import type { Room } from '../../src/proxy/call.ts'
import { Fences } from '../../src/proxy/fences.ts'
import { Flights } from '../../src/proxy/flights.ts'
import { HitForMiss } from '../../src/proxy/hit-for-miss.ts'
import type { Reply } from '../../src/proxy/reply.ts'
import { coverageOf } from '../../src/proxy/writes/coverage.ts'
import { createWrites } from '../../src/proxy/writes/writes.ts'
import { compileRoutes } from '../../src/route/routes.ts'
import { createMemoryLeases } from '../../src/store/memory-lease.ts'
import { createMemoryReplays } from '../../src/store/memory-replays.ts'
import { createMemoryRunRecords } from '../../src/store/memory-run-records.ts'
import { createMemoryStore } from '../../src/store/memory.ts'

export interface ToldAnswer {
  readonly status: number
  readonly fields: readonly string[]
  readonly bytes: number
}

export interface ToldOrigin extends Origin {
  /** What it answers; a conditional request for its ETag gets a 304. */
  answer: ToldAnswer
  /** Requests so far, and the last one. */
  asked: number
  last: OriginRequest | null
}

export interface OpenedRoom {
  readonly room: Room
  readonly origin: ToldOrigin
  readonly records: ExchangeRecord[]
}

export function openedRoom(config: WeirConfig, clock: Clock): OpenedRoom {
  const records: ExchangeRecord[] = []
  const origin = toldOrigin()
  const { memoryBytes, maxEntryBytes } = config.cache
  const routes = compileRoutes(config.routes)
  const writes = createWrites({
    clock,
    leases: createMemoryLeases(clock),
    runs: createMemoryRunRecords(),
    replays: createMemoryReplays(clock, 1_000_000),
    observeRun: nothing,
    statusUrl: (runId) => runId,
    covers: coverageOf(config.routes, routes),
  })
  const room: Room = {
    clock,
    origin,
    store: createMemoryStore({ maxBytes: memoryBytes, maxEntryBytes }),
    observe: (record) => void records.push(record),
    digest: (text) => createHmac('sha256', 'secret').update(text).digest('base64url'),
    maxEntryBytes,
    originHost: null,
    routes,
    fallback: config.fallback,
    admission: new AdmissionDesk(clock),
    flights: new Flights(),
    fences: new Fences(),
    hitForMiss: new HitForMiss(clock),
    writes,
  }
  return { room, origin, records }
}

function toldOrigin(): ToldOrigin {
  const origin: ToldOrigin = {
    answer: { status: 200, fields: [], bytes: 0 },
    asked: 0,
    last: null,
    fetch(request, sink) {
      origin.asked += 1
      origin.last = request
      const { answer } = origin
      queueMicrotask(() => tell(request, answer, sink))
      return { pause: nothing, resume: nothing, abort: nothing }
    },
    stats: () => ({ connected: 0, free: 0, pending: 0, running: 0 }),
    close: () => Promise.resolve(),
    destroy: () => Promise.resolve(),
  }
  return origin
}

function tell(request: OriginRequest, answer: ToldAnswer, sink: OriginSink): void {
  const fields = new Fields(answer.fields)
  const asked = new Fields(request.fields).get('if-none-match')
  const unchanged = answer.status === 200 && asked !== undefined && asked === fields.get('etag')
  sink.headed({ status: unchanged ? 304 : answer.status, statusText: '', fields }, 1)
  if (!unchanged && answer.bytes > 0 && request.method !== 'HEAD') sink.data(new Uint8Array(answer.bytes))
  sink.ended(Fields.empty)
}

/** A reply that takes everything and keeps nothing. */
export function silentReply(): Reply {
  return {
    inform: nothing,
    send: nothing,
    start: nothing,
    write: () => true,
    end: nothing,
    abort: nothing,
    started: false,
    onDrain: nothing,
    onGone: nothing,
  }
}

const nothing = (): void => undefined
