// weir and the model of RFC 9111 see and do the same, whatever happens in which order.
import { expect, test } from 'vitest'
import { describeFailing } from './describe.ts'
import { walkMany } from './walk.ts'

const STEPS = 3000

// The same walks each time, so that a change fails for what it changed; `npm run model` takes new ones.
test.each([20260115, 20261121])(`${STEPS} steps of seed %i`, (seed) => {
  const failing = walkMany(seed, STEPS)
  expect(failing === null ? null : describeFailing(failing)).toBeNull()
})
