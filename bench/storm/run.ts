// npm run storm: the long runs, by name, or all of them; `--short` for a taste of each.
import { faultStorm } from './fault-storm.ts'
import { flood } from './flood.ts'
import { posts } from './posts.ts'
import { slowCrowd } from './slow-crowd.ts'

const isShort = process.argv.includes('--short')
const runs: Readonly<Record<string, () => Promise<object>>> = {
  faults: () => (isShort ? faultStorm(5, 50) : faultStorm(60, 200)),
  posts: () => posts(isShort ? 1_000 : 10_000),
  slow: () => (isShort ? slowCrowd(100, 500) : slowCrowd(1_000, 5_000)),
  flood: () => flood(isShort ? 20_000 : 1_000_000),
}

const names = process.argv.slice(2).filter((name) => name in runs)
for (const [name, run] of Object.entries(runs)) {
  if (names.length > 0 && !names.includes(name)) continue
  const startedAt = performance.now()
  const figures = await run()
  const seconds = Math.round((performance.now() - startedAt) / 1000)
  process.stdout.write(`${name} (${seconds} s): ${JSON.stringify(figures)}\n`)
}
