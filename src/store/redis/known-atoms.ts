// What one weir knows of the fleet's invalidations: when each thing was made invalid last.
import type { Labels } from '../../policy/entry.ts'
import { type Atom, formatAtom, matcherOf } from './atoms.ts'

/** As many as the log in Redis remembers. */
const MOST_ATOMS = 50_000

interface Comparing {
  readonly matches: (labels: Labels) => boolean
  seq: number
}

export class KnownAtoms {
  /** URIs and tags by their formatted atoms, those that were renewed least recently first. */
  readonly #named = new Map<string, number>()
  readonly #comparing = new Map<string, Comparing>()
  #floor = 0

  /** Nothing older than this is known any more: responses from before it cannot be judged. */
  raiseFloor(seq: number): void {
    this.#floor = Math.max(this.#floor, seq)
  }

  /** Whether it is news. */
  learn(atom: Atom, seq: number): boolean {
    if (atom.kind === 'all') {
      const isNews = seq > this.#floor
      this.raiseFloor(seq)
      return isNews
    }
    const name = formatAtom(atom)
    if (atom.kind === 'uri' || atom.kind === 'tag') return this.#learnName(name, seq)
    const known = this.#comparing.get(name)
    if (known !== undefined && known.seq >= seq) return false
    this.#comparing.delete(name)
    this.#comparing.set(name, { matches: known?.matches ?? matcherOf(atom.kind, atom.text), seq })
    if (this.#comparing.size > MOST_ATOMS / 50) this.#forgetFirst(this.#comparing, ({ seq: at }) => at)
    return true
  }

  /** The last invalidation that names these labels: a response has to be as recent as this. */
  lastOf(labels: Labels): number {
    let last = this.#floor
    for (const name of namesOf(labels)) last = Math.max(last, this.#named.get(name) ?? 0)
    for (const { matches, seq } of this.#comparing.values()) if (seq > last && matches(labels)) last = seq
    return last
  }

  clear(): void {
    this.#named.clear()
    this.#comparing.clear()
    this.#floor = 0
  }

  get size(): number {
    return this.#named.size + this.#comparing.size
  }

  #learnName(name: string, seq: number): boolean {
    if ((this.#named.get(name) ?? 0) >= seq) return false
    this.#named.delete(name)
    this.#named.set(name, seq)
    if (this.#named.size > MOST_ATOMS) this.#forgetFirst(this.#named, (at) => at)
    return true
  }

  #forgetFirst<T>(known: Map<string, T>, seqOf: (value: T) => number): void {
    const [first] = known
    if (first === undefined) return
    known.delete(first[0])
    this.raiseFloor(seqOf(first[1]))
  }
}

/** Formatted as `formatAtom` does it, soft and hard. */
function namesOf({ uri, tags }: Labels): string[] {
  return [`u${uri}`, `U${uri}`, ...tags.flatMap((tag) => [`t${tag}`, `T${tag}`])]
}
