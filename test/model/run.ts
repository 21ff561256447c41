// npm run model: a long walk. Flags: --seed N and --steps N.
import { parseArgs } from 'node:util'
import { describeFailing } from './describe.ts'
import { walkMany } from './walk.ts'

const { values } = parseArgs({
  options: { seed: { type: 'string' }, steps: { type: 'string', default: '100000' } },
})
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31))
const steps = Number(values.steps)
const begun = performance.now()
const counts = new Map<string, number>()
const failing = walkMany(seed, steps, ({ xCache, status }) => {
  const label = `${xCache} ${status}`
  counts.set(label, (counts.get(label) ?? 0) + 1)
})
const seconds = ((performance.now() - begun) / 1000).toFixed(1)
if (failing === null) {
  for (const [label, count] of [...counts].sort()) console.log(`${String(count).padStart(8)}  ${label}`)
  console.log(`${steps} steps without a difference in ${seconds} s (--seed ${seed})`)
} else {
  console.log(describeFailing(failing))
  process.exitCode = 1
}
