// weir and the model of RFC 9111 see and do the same, whatever happens in which order.
import { expect, test } from 'vitest'
import { describeFailing } from './describe.ts'
import { walkMany } from './walk.ts'

const STEPS = 3000

// Another one each time: what it finds says how to see it again.
const random = Math.floor(Math.random() * 2 ** 31)

test.each([
  ['a fixed seed', 20260115],
  [`a seed of this run, ${random}`, random],
])(`${STEPS} steps of %s`, (_name, seed) => {
  const failing = walkMany(seed, STEPS)
  expect(failing === null ? null : describeFailing(failing)).toBeNull()
})
