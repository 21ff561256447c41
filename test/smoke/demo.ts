// Runs `npm start` as a newcomer would: waits for its hints, asks twice, and stops it.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { timedGet, untilPrinted } from './probe.ts'

const address = 'http://127.0.0.1:8080'
const demo = spawn('npm', ['start'], { stdio: ['ignore', 'pipe', 'inherit'], detached: true })
const ended = once(demo, 'exit')

try {
  await untilPrinted(demo, `${address}/api/accounts`)
  const miss = await timedGet(`${address}/api/accounts`)
  const hits = [await timedGet(`${address}/api/accounts`), await timedGet(`${address}/api/accounts`)]
  const hit = hits.toSorted((a, b) => a.ms - b.ms)[0] ?? miss
  console.log(`${miss.cache} in ${miss.ms.toFixed(1)} ms, then ${hit.cache} in ${hit.ms.toFixed(1)} ms`)
  if (miss.cache !== 'MISS' || hits.some(({ cache }) => cache !== 'HIT'))
    throw new Error('expected MISS, then HIT')
  if (hit.ms * 50 > miss.ms) console.log('the hit was less than 50 times faster than the miss')
} finally {
  if (demo.pid !== undefined && demo.exitCode === null) process.kill(-demo.pid, 'SIGTERM')
  await ended
}
