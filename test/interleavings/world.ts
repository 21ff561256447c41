// Two processes of weir with common leases, in front of one API, and what has to hold whatever happens in whatever order.
import { turn } from '../kit/barrier.ts'
import { manualClock } from '../kit/manual-clock.ts'
import { ask, type Asked, createRoom, createShared, type TestRoom, type Told } from '../kit/room.ts'
import { mortalClock, mortalLeases } from './mortal.ts'
import { SteppedOrigin, type Visit } from './stepped-origin.ts'

export type Step =
  | { readonly kind: 'read'; readonly room: number; readonly path: string }
  | { readonly kind: 'write'; readonly room: number; readonly path: string; readonly key: number | null }
  | { readonly kind: 'job'; readonly room: number }
  | { readonly kind: 'proceed' | 'fail' | 'refuse' | 'break-off'; readonly which: number }
  | { readonly kind: 'leave'; readonly which: number }
  | { readonly kind: 'pass'; readonly ms: number }
  | { readonly kind: 'die'; readonly room: number }

/** What the processes are asked for; `/r/turns` is written one at a time, `/r/keys` once for each key. */
export const paths = ['/r/plain', '/r/turns', '/r/keys'] as const
const JOB_LEASE_MS = 6000
const LOCK_LEASE_MS = 10_000
/** Longer than any lease: after this nobody is blocked by a process that has died. */
const EVERY_LEASE_MS = 60_000

const routes = [
  { path: '/job', methods: ['POST'], job: { lease: '6s', busy: 'join' }, invalidates: ['/r/*'] },
  { path: '/r/turns', methods: ['PUT'], serialize: { wait: '20s', queue: 3 } },
  { path: '/r/keys', methods: ['PUT'], idempotency: { ttl: '24h' } },
  {
    path: '/r/*',
    methods: ['GET'],
    cache: { ttl: '10s', staleWhileRevalidate: '10s', staleIfError: '60s' },
  },
]

interface Process {
  readonly id: number
  readonly room: TestRoom
  kill(): void
  /** The version of each path that a write answered here has made. */
  readonly floors: Map<string, number>
}

interface Pending {
  readonly asked: Asked
  readonly process: Process
  readonly what: string
}

export class World {
  readonly #clock = manualClock()
  readonly #shared = createShared(this.#clock)
  readonly #origin = new SteppedOrigin((visit) => this.#began(visit))
  readonly #processes: Process[] = []
  readonly #pending = new Set<Pending>()
  readonly #lastTokens = new Map<string, number>()
  readonly #keysOfTheDead = new Set<string>()
  /** Until when a lease of a process that has died may still block others. */
  #jobBlockedUntil = 0
  #nextId = 0
  readonly violations: string[] = []
  readonly seen = { steps: 0, answered: 0, joined: 0, busy: 0, replayed: 0, queued: 0 }

  constructor() {
    for (let i = 0; i < 2; i++) this.#processes.push(this.#start())
  }

  async take(step: Step): Promise<void> {
    this.seen.steps += 1
    this.#act(step)
    await turn()
  }

  /** Everything ends well from here on; then nothing may be held, nobody may wait, and everything must go through. */
  async settle(): Promise<void> {
    for (let round = 0; round < 60 && this.#pending.size > 0; round++) {
      for (const visit of [...this.#origin.visits]) this.#proceed(visit)
      await turn()
      // Shorter than a lease: a process that is held up for longer does lose it.
      this.#clock.advance(LOCK_LEASE_MS / 4)
      await turn()
    }
    await this.#drain()
    for (const { what } of this.#pending) this.violations.push(`${what} was never answered`)
    this.#clock.advance(EVERY_LEASE_MS)
    await turn()
    for (const process of this.#processes) await this.#expectFree(process)
    await this.#drain()
    this.#clock.advance(EVERY_LEASE_MS)
    if (this.#clock.pendingTimers() > 0) this.violations.push('timers were left behind')
    for (const [key, changes] of this.#origin.changesByKey) {
      if (changes > 1 && !this.#keysOfTheDead.has(key))
        this.violations.push(`key ${key} wrote ${changes} times`)
    }
  }

  /** Lets what is left at the origin, such as refreshes in the background, come to its end. */
  async #drain(): Promise<void> {
    for (let round = 0; round < 10 && this.#origin.visits.length > 0; round++) {
      for (const visit of [...this.#origin.visits]) this.#proceed(visit)
      await turn()
    }
  }

  #act(step: Step): void {
    switch (step.kind) {
      case 'read':
        return this.#read(this.#process(step.room), step.path)
      case 'write':
        return this.#write(this.#process(step.room), step.path, step.key)
      case 'job':
        return this.#job(this.#process(step.room))
      case 'proceed':
        return this.#visit(step.which, (visit) => this.#proceed(visit))
      case 'fail':
        return this.#visit(step.which, (visit) => {
          this.#origin.fail(visit, step.which % 2 === 0)
          this.#over(visit)
        })
      case 'refuse':
        return this.#visit(step.which, (visit) => {
          if (visit.version === null) this.#origin.answer(visit, 503, 'no')
        })
      case 'break-off':
        return this.#visit(step.which, (visit) => {
          this.#origin.breakOff(visit)
          this.#over(visit)
        })
      case 'leave': {
        const all = [...this.#pending]
        all[step.which % Math.max(1, all.length)]?.asked.leave()
        return
      }
      case 'pass':
        this.#clock.advance(step.ms)
        return
      case 'die':
        return this.#die(step.room)
    }
  }

  #read(process: Process, path: string): void {
    const floor = process.floors.get(path) ?? 0
    this.#follow(process, `GET ${path}`, ask(process.room, { path }), ({ status, body }) => {
      if (status !== 200 || body === 'part') return
      if (Number(body) >= floor) return
      this.violations.push(`GET ${path} gave version ${body} after a write had made ${floor}`)
    })
  }

  #write(process: Process, path: string, key: number | null): void {
    const headers: Record<string, string> =
      key === null || path !== '/r/keys' ? {} : { 'Idempotency-Key': `k${key}` }
    const asked = ask(process.room, { method: 'PUT', path, headers })
    this.#follow(process, `PUT ${path}`, asked, ({ fields }) => {
      if (fields.get('idempotency-replayed') !== undefined) this.seen.replayed += 1
    })
  }

  #job(process: Process): void {
    this.#follow(process, 'POST /job', ask(process.room, { method: 'POST', path: '/job' }), (told) => {
      if (told.fields.get('x-cache') === 'COLLAPSED') this.seen.joined += 1
      if (told.status !== 409) return
      this.seen.busy += 1
    })
    // Asked and answered within a turn: at this moment somebody must be running, or must have died lately.
    const runs = this.#origin.visits.some(({ request }) => request.target === '/job')
    const blocked = this.#clock.now() < this.#jobBlockedUntil
    const before = process.room.records.length
    queueMicrotask(() =>
      setImmediate(() => {
        const refused = process.room.records
          .slice(before)
          .some(({ outcome }) => outcome.reason === 'job-busy')
        if (refused && !runs && !blocked) this.violations.push('a job was busy that nobody runs')
      }),
    )
  }

  /** Watches for the end of a request; `told` is given the answer unless it broke off or its process died. */
  #follow(process: Process, what: string, asked: Asked, told: (answer: Told) => void): void {
    const pending = { asked, process, what }
    this.#pending.add(pending)
    void asked.answer.then((answer) => {
      this.#pending.delete(pending)
      if (answer === null || !this.#processes.includes(process)) return
      this.seen.answered += 1
      told(answer)
    })
  }

  /** A request has come to the origin: nothing that excludes it may be there. */
  #began(visit: Visit): void {
    const { target, method } = visit.request
    const others = this.#origin.visits.filter((other) => other !== visit && other.request.target === target)
    if (target === '/job' && others.length > 0) this.violations.push('two runs of the job at once')
    if (target !== '/r/turns' || method === 'GET') return
    if (others.some(({ request }) => request.method !== 'GET')) this.violations.push('two writes at once')
    const token = visit.token ?? 0
    const last = this.#lastTokens.get(target) ?? 0
    if (token <= last) this.violations.push(`token ${token} after ${last}`)
    if (last > 0 && token === last + 1) this.seen.queued += 1
    this.#lastTokens.set(target, token)
  }

  #proceed(visit: Visit): void {
    const hasActed = visit.version !== null
    this.#origin.step(visit)
    if (hasActed) this.#over(visit)
  }

  /** A write has been answered, or lost: from now on its process must show nothing older than what it made. */
  #over({ room, made }: Visit): void {
    const process = this.#processes.find(({ id }) => id === room)
    if (process === undefined) return
    for (const [path, version] of made)
      process.floors.set(path, Math.max(process.floors.get(path) ?? 0, version))
  }

  #visit(which: number, act: (visit: Visit) => void): void {
    const { visits } = this.#origin
    const visit = visits[which % Math.max(1, visits.length)]
    if (visit !== undefined) act(visit)
  }

  #process(index: number): Process {
    return this.#processes[index % this.#processes.length]!
  }

  #start(): Process {
    const id = this.#nextId++
    const clock = mortalClock(this.#clock)
    const shared = { ...this.#shared, leases: mortalLeases(this.#shared.leases, () => clock.isDead) }
    const room = createRoom({ clock, origin: this.#origin.seenBy(id), routes, shared })
    return { id, room, kill: () => clock.kill(), floors: new Map() }
  }

  #die(index: number): void {
    const dead = this.#process(index)
    for (const { key, room } of this.#origin.visits)
      if (room === dead.id && key !== null) this.#keysOfTheDead.add(key)
    if (this.#origin.visits.some(({ room, request }) => room === dead.id && request.target === '/job'))
      this.#jobBlockedUntil = this.#clock.now() + JOB_LEASE_MS
    dead.kill()
    this.#origin.forget(dead.id)
    for (const pending of this.#pending) if (pending.process === dead) this.#pending.delete(pending)
    this.#processes[this.#processes.indexOf(dead)] = this.#start()
  }

  async #expectFree(process: Process): Promise<void> {
    const { jobs, turns, underway } = process.room.writes
    if (jobs.size + turns.size + underway.count > 0)
      this.violations.push(`still held: ${jobs.size} jobs, ${turns.size} turns, ${underway.count} writes`)
    for (const [method, path] of [
      ['POST', '/job'],
      ['PUT', '/r/turns'],
    ] as const) {
      const answered: unknown[] = []
      void ask(process.room, { method, path }).answer.then((told) => answered.push(told))
      await turn()
      const visit = this.#origin.visits.find(
        ({ request }) => request.target === path && request.method === method,
      )
      if (visit !== undefined) this.#origin.answer(visit, 200, '0')
      await turn()
      if (answered.length === 0) this.violations.push(`${path} is not free at the end`)
    }
  }
}
