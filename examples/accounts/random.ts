// A small seeded pseudo-random generator, so that every start of the example holds the same data.

/** Numbers in [0, 1), the same sequence for the same seed: a 32-bit linear congruential generator. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}
