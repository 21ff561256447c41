// What requests and answers are drawn from alike, so that they meet.
import type { RequestChoice, TagChoice } from './choices.ts'

/** Durations that meet: lifetimes, windows and wishes are of the same few lengths. */
export const seconds = [0, 1, 2, 5, 30, 60, 600]

export const queries: RequestChoice['query'][] = [
  [['x', '1']],
  [['x', '2']],
  [['utm_s', 'n']],
  [
    ['x', '1'],
    ['y', '2'],
  ],
  [
    ['y', '2'],
    ['x', '1'],
  ],
  [['refresh', '1']],
  [['refresh', '0']],
  [
    ['x', '1'],
    ['refresh', '1'],
  ],
]

export const tags: TagChoice[] = ['a', 'b'].flatMap((opaque) => [
  { weak: false, opaque },
  { weak: true, opaque },
])
