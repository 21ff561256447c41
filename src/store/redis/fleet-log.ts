// The fleet's invalidations as one weir follows them: what it tells the others, what it hears, and whether it hears at all.
import type { Clock, Timer } from '../../base/clock.ts'
import type { Labels } from '../../policy/entry.ts'
import type { Invalidation } from '../../policy/invalidation.ts'
import { type Atom, everything, formatAtom, invalidationOf, parseAtom } from './atoms.ts'
import { KnownAtoms } from './known-atoms.ts'
import type { RedisLink } from './link.ts'
import { publishAtoms, readAtoms } from './log-scripts.ts'
import type { Names } from './names.ts'
import type { Seal } from './seal.ts'

export interface FleetLogOptions {
  readonly link: RedisLink
  readonly names: Names
  readonly seal: Seal
  readonly clock: Clock
  /** This process, among all that share the log. */
  readonly instance: string
  /** Another instance made something invalid. */
  readonly onInvalidated: (by: Invalidation, soft: boolean) => void
  /** What is in memory may have been made invalid without this process having heard of it. */
  readonly onGap: () => void
}

export interface FleetLogStats {
  readonly hearing: boolean
  readonly published: number
  readonly heard: number
  /** Times that memory was dropped because something had been missed for good. */
  readonly gaps: number
  /** Own invalidations that Redis has not taken yet. */
  readonly waiting: number
  /** Things whose last invalidation is known. */
  readonly known: number
  /** From the publication of the last one heard until it was applied, and the longest so far. */
  readonly lagMs: number
  readonly maxLagMs: number
}

const COMPARE_MS = 1000
/** The log may be long where it is read as a whole. */
const READ_TIMEOUT_MS = 900
const CUT_OFF_MS = 2500
const MOST_WAITING = 1000
const REPEAT_MS = 60_000
const SEALED_AS = 'atom'
/** What keeps the log from being empty. */
const BEGIN = 'begin'

interface Said {
  readonly atoms: readonly Atom[]
  readonly at: number
}

export class FleetLog {
  readonly #options: FleetLogOptions
  readonly #known = new KnownAtoms()
  /** Own invalidations that have no number yet: whatever they name is invalid, however recent. */
  readonly #waiting = new Set<Said>()
  /** Own invalidations of the last minute, to be repeated to a server that may have lost them. */
  #recent: Said[] = []
  #born = ''
  #applied = 0
  #run: string | null = null
  #comparedAt: number | null = null
  readonly #joined = Promise.withResolvers<undefined>()
  #comparing = false
  #sending = false
  #timer: Timer | null = null
  #counts = { published: 0, heard: 0, gaps: 0, lagMs: 0, maxLagMs: 0 }

  constructor(options: FleetLogOptions) {
    this.#options = options
  }

  /** Settles when Redis has been read for the first time. */
  get joined(): Promise<void> {
    return this.#joined.promise
  }

  /** Whether invalidations of others are known up to a moment ago. */
  get isHearing(): boolean {
    return this.#comparedAt !== null && this.#options.clock.now() - this.#comparedAt < CUT_OFF_MS
  }

  /** Since when they are not; null: they are. */
  get cutOffAt(): number | null {
    return this.isHearing ? null : (this.#comparedAt ?? 0)
  }

  /** The last invalidation that this process has applied: what is stored now holds up to it. */
  get applied(): number {
    return this.#applied
  }

  /** What a response with these labels has to hold up to; Infinity: nothing that is stored does. */
  leastFor(labels: Labels): number {
    for (const { atoms } of this.#waiting) if (isNamed(atoms, labels)) return Infinity
    return this.#known.lastOf(labels)
  }

  /** Tells the fleet; at once where that is possible, and else as soon as it is. */
  publish(atoms: readonly Atom[]): void {
    if (atoms.length === 0) return
    if (this.#waiting.size >= MOST_WAITING) {
      this.#waiting.clear()
      this.#waiting.add({ atoms: [everything], at: this.#options.clock.now() })
    } else this.#waiting.add({ atoms, at: this.#options.clock.now() })
    void this.#send()
  }

  /** A publication: `born before number sender atoms…`. */
  hear(message: string): void {
    const [born = '', before = '', number = '', sender = '', ...sealed] = message.split(' ')
    const seq = Number(number)
    if (born !== this.#born) return void this.compare()
    const isNext = Number(before) === this.#applied
    if (sender !== this.#options.instance) this.#apply(sealed.map((text) => [text, seq] as const))
    if (seq > this.#applied && isNext) this.#applied = seq
    else if (seq > this.#applied) void this.compare()
    const lagMs = Math.max(0, this.#options.clock.now() - seq / 1000)
    const { heard, maxLagMs } = this.#counts
    Object.assign(this.#counts, { heard: heard + 1, lagMs, maxLagMs: Math.max(maxLagMs, lagMs) })
  }

  /** Compares with Redis now and then each second, until `stop`. */
  start(): void {
    this.#timer?.cancel()
    this.#timer = this.#options.clock.after(COMPARE_MS, () => this.start())
    void this.compare()
  }

  stop(): void {
    this.#timer?.cancel()
    this.#timer = null
  }

  /** Reads what has been missed, if anything; the probe of the link at the same time. */
  async compare(): Promise<void> {
    if (this.#comparing) return
    this.#comparing = true
    const {
      link,
      names: { log },
      clock,
    } = this.#options
    const askedAt = clock.now()
    const since = String(this.#applied)
    const read = link.probe(
      (client) => client.run(readAtoms, log.state, log.atoms, this.#born, since),
      READ_TIMEOUT_MS,
    )
    const reply = await read
    this.#comparing = false
    if (reply.kind !== 'ok' || this.#timer === null) return
    const [born, last, floor, run, listed] = reply.value as [Buffer, Buffer, Buffer, Buffer, Buffer[]]
    this.#catchUp(born.toString(), Number(last), Number(floor), listed)
    this.#comparedAt = askedAt
    this.#joined.resolve(undefined)
    this.#meet(run.toString())
    await this.#send()
  }

  stats(): FleetLogStats {
    return { hearing: this.isHearing, waiting: this.#waiting.size, known: this.#known.size, ...this.#counts }
  }

  #catchUp(born: string, last: number, floor: number, listed: readonly Buffer[]): void {
    if (born !== this.#born || this.#applied < floor) {
      // What is in memory was stored before this process could hear, or has been overtaken by what nobody remembers.
      if (born !== this.#born) this.#known.clear()
      if (this.#born !== '') this.#counts.gaps++
      this.#born = born
      this.#applied = 0
      this.#options.onGap()
    }
    this.#known.raiseFloor(floor)
    const pairs: (readonly [string, number])[] = []
    for (let i = 0; i + 1 < listed.length; i += 2) {
      pairs.push([String(listed[i]), Number(String(listed[i + 1]))])
    }
    this.#apply(pairs)
    this.#applied = Math.max(this.#applied, last)
  }

  /** Learns atoms, and has those that are news made invalid here. */
  #apply(pairs: readonly (readonly [string, number])[]): void {
    const { seal, onInvalidated } = this.#options
    const news: Atom[] = []
    for (const [text, seq] of pairs) {
      if (text === BEGIN) continue
      const plain = seal.open(Buffer.from(text, 'base64url'), SEALED_AS)
      // What cannot be read may have meant anything.
      const atom = plain === null ? everything : (parseAtom(plain.toString()) ?? everything)
      if (this.#known.learn(atom, seq)) news.push(atom)
    }
    for (const soft of [false, true]) {
      for (const by of invalidationOf(news, soft)) onInvalidated(by, soft)
    }
  }

  /** Another server run may have lost what this process published last: it says it again. */
  #meet(run: string): void {
    const isOther = this.#run !== null && this.#run !== run
    this.#run = run
    if (!isOther) return
    const since = this.#options.clock.now() - REPEAT_MS
    for (const said of this.#recent) if (said.at >= since) this.#waiting.add(said)
  }

  async #send(): Promise<void> {
    if (this.#sending) return
    this.#sending = true
    for (const said of this.#waiting) if (!(await this.#sendOne(said))) break
    this.#sending = false
  }

  async #sendOne(said: Said): Promise<boolean> {
    const {
      link,
      names: { log, fleetChannel },
      seal,
      instance,
      clock,
    } = this.#options
    const sealed = said.atoms.map((atom) =>
      seal.closeAlike(Buffer.from(formatAtom(atom)), SEALED_AS).toString('base64url'),
    )
    const reply = await link.ask((client) =>
      client.run(publishAtoms, log.state, log.atoms, instance, fleetChannel, ...sealed),
    )
    if (reply.kind !== 'ok') return false
    const [born, before, seq] = (reply.value as Buffer[]).map(String)
    this.#waiting.delete(said)
    if (born === this.#born) {
      for (const atom of said.atoms) this.#known.learn(atom, Number(seq))
      if (Number(before) === this.#applied) this.#applied = Number(seq)
    }
    this.#counts.published++
    const since = clock.now() - REPEAT_MS
    this.#recent = [...this.#recent.filter(({ at }) => at >= since).slice(1 - MOST_WAITING), said]
    return true
  }
}

function isNamed(atoms: readonly Atom[], labels: Labels): boolean {
  const known = new KnownAtoms()
  for (const atom of atoms) known.learn(atom, 1)
  return known.lastOf(labels) > 0
}
