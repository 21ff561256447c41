// Points where a test holds code still and lets it go on: order without sleeping.

export interface Gate<T> {
  readonly opened: Promise<T>
  readonly open: (value: T) => void
  readonly fail: (error: Error) => void
}

/** A promise that the test settles itself. */
export function gate<T = void>(): Gate<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>()
  return { opened: promise, open: resolve, fail: reject }
}

export interface Barrier {
  /** Settles at the first arrival. */
  readonly reached: Promise<void>
  /** Called by the code that is to wait; settles at the release, at once if that has been. */
  readonly arrive: () => Promise<void>
  /** Lets everyone pass, now and later. */
  readonly release: () => void
}

export function barrier(): Barrier {
  const arrival = gate()
  const departure = gate()
  return {
    reached: arrival.opened,
    arrive() {
      arrival.open()
      return departure.opened
    },
    release: () => departure.open(),
  }
}

/** Settles once `count` calls of `done` have been made. */
export function countdown(count: number): { readonly finished: Promise<void>; done(): void } {
  const end = gate()
  let left = count
  return {
    finished: end.opened,
    done() {
      left -= 1
      if (left === 0) end.open()
    },
  }
}

/** Lets everything that is ready to run do so: a full turn of the event loop, without time passing. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
