// An API with versioned resources, each of whose requests acts and answers when the test says so.
import { Fields } from '../../src/http/fields.ts'
import type { Origin, OriginFetch, OriginRequest, OriginSink } from '../../src/origin/port.ts'
import type { Failure } from '../../src/policy/failure.ts'

/** A request at the origin, from weir's asking to whatever ends it for weir. */
export interface Visit {
  readonly room: number
  readonly request: OriginRequest
  readonly sink: OriginSink
  readonly key: string | null
  readonly token: number | null
  /** What it read or made; null before it acted. */
  version: number | null
  /** The version of each path that it made. */
  readonly made: Map<string, number>
}

export class SteppedOrigin {
  /** Greater with each change. */
  readonly versions = new Map<string, number>()
  readonly visits: Visit[] = []
  /** How often a request with an Idempotency-Key changed something. */
  readonly changesByKey = new Map<string, number>()
  readonly #began: (visit: Visit) => void

  constructor(began: (visit: Visit) => void) {
    this.#began = began
  }

  /** The same API as one room sees it. */
  seenBy(room: number): Pick<Origin, 'fetch'> {
    return {
      fetch: (request, sink): OriginFetch => {
        const fields = new Fields(request.fields)
        const token = fields.get('weir-fencing-token')
        const visit: Visit = {
          room,
          request,
          sink,
          key: fields.get('idempotency-key') ?? null,
          token: token === undefined ? null : Number(token),
          version: null,
          made: new Map(),
        }
        this.visits.push(visit)
        this.#began(visit)
        return { pause: () => undefined, resume: () => undefined, abort: () => this.#remove(visit) }
      },
    }
  }

  /** The next step of a request: it acts, and then answers. */
  step(visit: Visit): void {
    if (visit.version === null) this.#act(visit)
    else this.answer(visit, 200, String(visit.version))
  }

  answer(visit: Visit, status: number, body: string): void {
    this.#remove(visit)
    visit.sink.headed({ status, statusText: '', fields: Fields.empty }, 1)
    visit.sink.data(Buffer.from(body))
    visit.sink.ended(Fields.empty)
  }

  /** No answer: before the request was sent, where it has not acted, or after that. */
  fail(visit: Visit, sent: boolean): void {
    this.#remove(visit)
    const isSent = sent || visit.version !== null
    const failure: Failure = {
      kind: isSent ? 'connection_terminated' : 'connection_refused',
      side: 'origin',
      status: 502,
      sent: isSent,
      retryAfterSeconds: null,
      detail: 'The test said so.',
    }
    visit.sink.failed(failure, 1)
  }

  /** The head and a part of the answer come, and then nothing more. */
  breakOff(visit: Visit): void {
    if (visit.version === null) this.#act(visit)
    visit.sink.headed({ status: 200, statusText: '', fields: new Fields(['Content-Length', '99']) }, 1)
    visit.sink.data(Buffer.from('part'))
    this.fail(visit, true)
  }

  /** A process has died: nobody hears of its requests any more, whatever they did. */
  forget(room: number): void {
    for (const visit of this.visits.filter((one) => one.room === room)) this.#remove(visit)
  }

  #act(visit: Visit): void {
    const { request, key, made } = visit
    const { target, method } = request
    if (method !== 'GET') {
      const changed = target === '/job' ? [target, ...this.versions.keys()] : [target]
      for (const path of changed) made.set(path, (this.versions.get(path) ?? 0) + 1)
      for (const [path, version] of made) this.versions.set(path, version)
      if (key !== null) this.changesByKey.set(key, (this.changesByKey.get(key) ?? 0) + 1)
    }
    visit.version = this.versions.get(target) ?? 0
  }

  #remove(visit: Visit): void {
    const index = this.visits.indexOf(visit)
    if (index >= 0) this.visits.splice(index, 1)
  }
}
