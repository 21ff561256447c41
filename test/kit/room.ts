// The exchange without sockets: a room with an origin that is a function, for tests that make very many requests.
import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import type { Clock } from '../../src/base/clock.ts'
import { formatErrors } from '../../src/config/errors.ts'
import { loadConfig } from '../../src/config/load.ts'
import { Fields } from '../../src/http/fields.ts'
import type { RequestHead } from '../../src/http/message.ts'
import type { ExchangeRecord } from '../../src/observe/record.ts'
import type { Origin, OriginFetch, OriginRequest, OriginSink } from '../../src/origin/port.ts'
import { AdmissionDesk } from '../../src/proxy/admission-desk.ts'
import type { Room } from '../../src/proxy/call.ts'
import { exchange } from '../../src/proxy/exchange.ts'
import { Fences } from '../../src/proxy/fences.ts'
import { Flights } from '../../src/proxy/flights.ts'
import { HitForMiss } from '../../src/proxy/hit-for-miss.ts'
import { Searches } from '../../src/proxy/searches.ts'
import type { AnswerHead, Reply } from '../../src/proxy/reply.ts'
import { coverageOf } from '../../src/proxy/writes/coverage.ts'
import { createWrites, type WritePorts } from '../../src/proxy/writes/writes.ts'
import { compileRoutes, type RouteDefinition } from '../../src/route/routes.ts'
import { createMemoryLeases } from '../../src/store/memory-lease.ts'
import { createMemoryReplays } from '../../src/store/memory-replays.ts'
import { createMemoryRunRecords } from '../../src/store/memory-run-records.ts'
import type { RunRecord } from '../../src/store/run-records.ts'
import { createMemoryStore } from '../../src/store/memory.ts'

export interface TestRoom extends Room {
  readonly definitions: readonly RouteDefinition[]
  /** Exchanges that are over, in their order. */
  readonly records: ExchangeRecord[]
  readonly runs: RunRecord[]
}

export interface RoomOptions {
  readonly clock: Clock
  readonly origin: Pick<Origin, 'fetch'>
  readonly routes: readonly object[]
  /** Other sections of the configuration. */
  readonly sections?: object
  /** Leases and records to share with another room, as the processes of a fleet do. */
  readonly shared?: Pick<WritePorts, 'leases' | 'runs' | 'replays'>
}

export function createRoom({ clock, origin, routes, sections, shared }: RoomOptions): TestRoom {
  const file = JSON.stringify({ origin: 'http://origin', ...sections, routes })
  const loaded = loadConfig(file, { file: 'test', env: {} })
  if (loaded.kind === 'invalid') throw new Error(formatErrors(loaded.errors))
  const { config } = loaded
  const compiled = compileRoutes(config.routes)
  const { memoryBytes, maxEntryBytes } = config.cache
  const records: ExchangeRecord[] = []
  const runs: RunRecord[] = []
  return {
    definitions: config.routes,
    records,
    runs,
    clock,
    origin: origin as Origin,
    store: createMemoryStore({ maxBytes: memoryBytes, maxEntryBytes }),
    observe: (record) => void records.push(record),
    digest: (text) => createHash('sha256').update(text).digest('base64url'),
    maxEntryBytes,
    originHost: null,
    routes: compiled,
    fallback: config.fallback,
    admission: new AdmissionDesk(clock),
    flights: new Flights(),
    fences: new Fences(),
    hitForMiss: new HitForMiss(clock),
    searches: new Searches(),
    writes: createWrites({
      clock,
      ...(shared ?? createShared(clock)),
      observeRun: (run) => void runs.push(run),
      statusUrl: (runId) => `http://manage/health/jobs?run=${runId}`,
      covers: coverageOf(config.routes, compiled),
    }),
  }
}

/** Leases and records of a fleet. */
export function createShared(clock: Clock): Pick<WritePorts, 'leases' | 'runs' | 'replays'> {
  return {
    leases: createMemoryLeases(clock),
    runs: createMemoryRunRecords(),
    replays: createMemoryReplays(clock, 64 * 1024 * 1024),
  }
}

export interface Asking {
  readonly method?: string
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

export interface Told {
  readonly status: number
  readonly fields: Fields
  readonly body: string
}

export interface Asked {
  /** Settles with the answer; null: it broke off, or the client left. */
  readonly answer: Promise<Told | null>
  /** The client leaves. */
  leave(): void
}

/** Sends a request through the exchange. */
export function ask(room: Room, { method = 'GET', path, headers = {}, body }: Asking): Asked {
  const [pathname = '', query] = path.split('?')
  const bytes = body === undefined ? 0 : Buffer.byteLength(body)
  const head: RequestHead = {
    method,
    scheme: 'http',
    authority: 'api.test',
    path: pathname,
    query: query === undefined ? '' : `?${query}`,
    version: '1.1',
    fields: new Fields(['Host', 'api.test', ...Object.entries(headers).flat()]),
    body: bytes === 0 ? { kind: 'none' } : { kind: 'length', bytes },
    peer: { address: '127.0.0.1', trusted: false },
  }
  const reply = new RecordedReply()
  exchange(room, head, bytes === 0 ? null : Readable.from([Buffer.from(body!)]), reply)
  return { answer: reply.over, leave: () => reply.leave() }
}

/** A reply that keeps what it is given, and settles `over` with all of it. */
export class RecordedReply implements Reply {
  readonly over: Promise<Told | null>
  readonly #settle: (told: Told | null) => void
  readonly #gone: (() => void)[] = []
  readonly #chunks: Uint8Array[] = []
  #head: AnswerHead | null = null
  #isOver = false

  constructor() {
    const { promise, resolve } = Promise.withResolvers<Told | null>()
    this.over = promise
    this.#settle = resolve
  }

  get started(): boolean {
    return this.#head !== null
  }

  inform(): void {
    // Nobody asks for interim answers here.
  }

  send(head: AnswerHead, body: Uint8Array | null): void {
    this.start(head)
    if (body !== null) this.write(body)
    this.end()
  }

  start(head: AnswerHead): void {
    if (this.#head !== null) throw new Error('a second head for one request')
    this.#head = head
  }

  write(chunk: Uint8Array): boolean {
    this.#chunks.push(chunk)
    return true
  }

  end(): void {
    if (this.#isOver || this.#head === null) return
    this.#isOver = true
    const { status, fields } = this.#head
    this.#settle({ status, fields: new Fields(fields), body: Buffer.concat(this.#chunks).toString() })
  }

  abort(): void {
    this.#isOver = true
    this.#settle(null)
  }

  onDrain(): void {
    // It never asks anybody to wait.
  }

  onGone(listener: () => void): void {
    this.#gone.push(listener)
  }

  leave(): void {
    if (this.#isOver) return
    this.#isOver = true
    for (const listener of this.#gone) listener()
    this.#settle(null)
  }
}

export interface OriginAnswer {
  readonly status?: number
  readonly fields?: readonly string[]
  readonly body?: string
}

/** An origin that answers as a function says, some microtasks later. */
export function functionOrigin(
  answer: (request: OriginRequest, body: string) => OriginAnswer | Promise<OriginAnswer>,
): Pick<Origin, 'fetch'> {
  return {
    fetch(request, sink): OriginFetch {
      let aborted = false
      void respond(request, sink, () => aborted, answer)
      return { pause: () => undefined, resume: () => undefined, abort: () => (aborted = true) }
    },
  }
}

async function respond(
  request: OriginRequest,
  sink: OriginSink,
  isAborted: () => boolean,
  answer: Parameters<typeof functionOrigin>[0],
): Promise<void> {
  const content = await contentOf(request)
  const { status = 200, fields = [], body = '' } = await answer(request, content)
  if (!isAborted()) sink.headed({ status, statusText: '', fields: new Fields(fields) }, 1)
  if (!isAborted() && body !== '') sink.data(Buffer.from(body))
  if (!isAborted()) sink.ended(Fields.empty)
}

async function contentOf({ body }: OriginRequest): Promise<string> {
  if (body === null) return ''
  if (body.kind === 'held') return Buffer.from(body.content).toString()
  const chunks: Uint8Array[] = []
  for await (const chunk of body.stream) chunks.push(chunk as Uint8Array)
  return Buffer.concat(chunks).toString()
}
