// Coalescing: one flight per key, however many wait for it. Knows nothing of HTTP.

/** Somebody who waits for a flight to land. */
export interface Passenger<Landing, News> {
  /** Something on the way, before the landing. */
  heard(news: News): void
  landed(landing: Landing): void
}

/**
 * One piece of work that several may wait for. It belongs to nobody: it goes on when the passenger who
 * started it leaves, and learns through `onDeserted` when nobody waits any more.
 */
export class Flight<Landing, News> {
  readonly key: string
  readonly #passengers = new Set<Passenger<Landing, News>>()
  #leader: Passenger<Landing, News> | null = null
  #deserted: (() => void) | null = null
  #closed: (() => void) | null = null
  #landed: { readonly landing: Landing } | null = null
  readonly #unlist: (flight: Flight<Landing, News>) => void

  constructor(key: string, unlist: (flight: Flight<Landing, News>) => void) {
    this.key = key
    this.#unlist = unlist
  }

  /** Called once if everybody leaves before the landing. */
  onDeserted(listener: () => void): void {
    this.#deserted = listener
  }

  /** Called once when nobody can board any more. */
  onClosed(listener: () => void): void {
    this.#closed = listener
  }

  /** After an open landing, what was told then is told at once. */
  board(passenger: Passenger<Landing, News>): void {
    if (this.#landed !== null) return passenger.landed(this.#landed.landing)
    this.#passengers.add(passenger)
  }

  /** Boards the one for whom the flight sets off; a flight that nobody asked for has no leader. */
  lead(passenger: Passenger<Landing, News>): void {
    this.#leader = passenger
    this.#passengers.add(passenger)
  }

  isLedBy(passenger: Passenger<Landing, News>): boolean {
    return this.#leader === passenger
  }

  leave(passenger: Passenger<Landing, News>): void {
    if (this.#passengers.delete(passenger) && this.#passengers.size === 0) this.#deserted?.()
  }

  tell(news: News): void {
    for (const passenger of this.#passengers) passenger.heard(news)
  }

  /** Tells everybody the same and frees the key. */
  land(landing: Landing): void {
    this.close()
    this.#disembark(() => landing)
  }

  /** Tells everybody the same, and goes on telling it to those who still come, until `close`. */
  landOpen(landing: Landing): void {
    this.#landed = { landing }
    this.#disembark(() => landing)
  }

  /** Tells the leader, if still aboard, something else than those who followed; frees the key. */
  part(forLeader: Landing, forFollowers: Landing): void {
    this.close()
    const leader = this.#leader
    this.#disembark((passenger) => (passenger === leader ? forLeader : forFollowers))
  }

  /** Nobody can board any more: the next one who asks for the key starts a new flight. */
  close(): void {
    this.#unlist(this)
    const closed = this.#closed
    this.#closed = null
    closed?.()
  }

  #disembark(landingFor: (passenger: Passenger<Landing, News>) => Landing): void {
    const passengers = [...this.#passengers]
    this.#passengers.clear()
    this.#deserted = null
    for (const passenger of passengers) passenger.landed(landingFor(passenger))
  }
}

/** The flights that can be boarded, by key. */
export class Flights<Landing, News> {
  readonly #boarding = new Map<string, Flight<Landing, News>>()

  /** Boards the key's flight, or a new one that `start` sets off in the same tick. */
  join(
    key: string,
    passenger: Passenger<Landing, News>,
    start: (flight: Flight<Landing, News>) => void,
  ): Flight<Landing, News> {
    const boarding = this.#boarding.get(key)
    if (boarding !== undefined) {
      boarding.board(passenger)
      return boarding
    }
    const flight = this.#list(key)
    flight.lead(passenger)
    start(flight)
    return flight
  }

  /** Sets off a flight that nobody waits for yet, such as a refresh, unless one is under way. */
  launch(key: string, start: (flight: Flight<Landing, News>) => void): void {
    if (!this.#boarding.has(key)) start(this.#list(key))
  }

  /** A flight of one's own, that nobody else can board. */
  solo(
    passenger: Passenger<Landing, News>,
    start: (flight: Flight<Landing, News>) => void,
  ): Flight<Landing, News> {
    const flight = new Flight<Landing, News>('', () => undefined)
    flight.lead(passenger)
    start(flight)
    return flight
  }

  /** Keys that can be boarded now. */
  get size(): number {
    return this.#boarding.size
  }

  #list(key: string): Flight<Landing, News> {
    const flight = new Flight<Landing, News>(key, (closed) => {
      if (this.#boarding.get(key) === closed) this.#boarding.delete(key)
    })
    this.#boarding.set(key, flight)
    return flight
  }
}
