// Random interleavings of reads, writes, jobs, failures, deaths and time: no stale read, no double run, nothing left held.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { paths, type Step, World } from './world.ts'

/** Steps in all; WEIR_STEPS=100000 for the long run. */
const STEPS = Number(process.env.WEIR_STEPS ?? 10_000)
const STEPS_PER_RUN = 200

const room = fc.nat(1)
const which = fc.nat(50)
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 20,
    arbitrary: fc.record({ kind: fc.constant('read' as const), room, path: fc.constantFrom(...paths) }),
  },
  {
    weight: 12,
    arbitrary: fc.record({
      kind: fc.constant('write' as const),
      room,
      path: fc.constantFrom(...paths),
      key: fc.option(fc.nat(2)),
    }),
  },
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('job' as const), room }) },
  { weight: 60, arbitrary: fc.record({ kind: fc.constant('proceed' as const), which }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('fail' as const), which }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('refuse' as const), which }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('break-off' as const), which }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('leave' as const), which }) },
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.nat(3000) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('die' as const), room }) },
)

const total: Record<string, number> = {}

test(`${STEPS} steps find no stale read, no double run and no lost release`, async () => {
  const steps = fc.array(step, { minLength: STEPS_PER_RUN, maxLength: STEPS_PER_RUN, size: 'max' })
  await fc.assert(
    fc.asyncProperty(steps, async (all) => {
      const world = new World()
      for (const one of all) await world.take(one)
      await world.settle()
      for (const [name, count] of Object.entries(world.seen)) total[name] = (total[name] ?? 0) + count
      expect(world.violations).toEqual([])
    }),
    { numRuns: Math.ceil(STEPS / STEPS_PER_RUN) },
  )
  // What was looked for did have occasion to go wrong.
  for (const name of ['answered', 'joined', 'busy', 'replayed', 'queued'])
    expect(total[name]).toBeGreaterThan(0)
}, 600_000)
