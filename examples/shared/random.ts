// A small seeded pseudo-random generator, so that every start of an example holds the same data.

/** Numbers in [0, 1), the same sequence for the same seed: a 32-bit linear congruential generator. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

/** One of the choices, each as likely as the next. */
export function pickFrom<Choice>(choices: readonly Choice[], random: () => number): Choice {
  return choices[Math.floor(random() * choices.length)]!
}

/** A whole number in [0, limit). */
export function integerBelow(limit: number, random: () => number): number {
  return Math.floor(random() * limit)
}
