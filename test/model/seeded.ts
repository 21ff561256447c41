// Chance that a seed repeats.

export interface Chance {
  /** In [0, 1). */
  readonly next: () => number
  readonly pick: <T>(choices: readonly T[]) => T
  /** True with this probability. */
  readonly maybe: (probability: number) => boolean
}

/** The same seed gives the same sequence (mulberry32). */
export function seeded(seed: number): Chance {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  return {
    next,
    pick: (choices) => choices[Math.floor(next() * choices.length)]!,
    maybe: (probability) => next() < probability,
  }
}
