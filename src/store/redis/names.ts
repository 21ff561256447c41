// What weir's things are called in Redis. Names in one pair of braces lie in one slot of a Cluster.
import type { Seal } from './seal.ts'

/** Changes when what is kept could no longer be read by the version before. */
const FORMAT = 1

export interface EntryNames {
  readonly entry: string
  readonly lead: string
  readonly waiting: string
}

export interface LeaseNames {
  readonly hold: string
  readonly token: string
  readonly waiting: string
}

export class Names {
  readonly #seal: Seal
  readonly #root: string

  constructor(prefix: string, seal: Seal) {
    this.#seal = seal
    this.#root = `${prefix}${FORMAT}:${seal.nameOf('fleet').slice(0, 10)}:`
  }

  entry(key: string): EntryNames {
    const slot = this.#slot(`entry ${key}`)
    return { entry: `${slot}:entry`, lead: `${slot}:lead`, waiting: `${slot}:waiting` }
  }

  lease(name: string): LeaseNames {
    const slot = this.#slot(`lease ${name}`)
    return { hold: `${slot}:hold`, token: `${slot}:token`, waiting: `${slot}:waiting` }
  }

  replay(key: string): string {
    return `${this.#slot(`replay ${key}`)}:replay`
  }

  get log(): { readonly state: string; readonly atoms: string } {
    return { state: `${this.#root}{log}:state`, atoms: `${this.#root}{log}:atoms` }
  }

  get runs(): { readonly order: string; readonly records: string; readonly last: string } {
    const slot = `${this.#root}{runs}`
    return { order: `${slot}:order`, records: `${slot}:records`, last: `${slot}:last` }
  }

  /** The channel on which the whole fleet hears of invalidations. */
  get fleetChannel(): string {
    return `${this.#root}fleet`
  }

  /** With an instance's id at the end, the channel on which it alone is woken. */
  get wakeChannel(): string {
    return `${this.#root}wake:`
  }

  #slot(text: string): string {
    return `${this.#root}{${this.#seal.nameOf(text)}}`
  }
}
