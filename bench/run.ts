// The command `npm run bench`: hit, miss and pass through weir, as ratios to a bare node:http server in the same run.
import { availableParallelism, cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { findGenerators, type Generator, type Measurement } from './load.ts'
import { startOrigin, startWeir } from './servers.ts'

interface Case {
  readonly name: string
  readonly path: string
  readonly newKeys: boolean
  /** What X-Cache must say, or the case does not measure what it is named after. */
  readonly outcome: string
}

interface Round {
  readonly bare: Measurement
  readonly weir: Measurement
  readonly originRequests: number
}

const cases: readonly Case[] = [
  { name: 'hit', path: '/hit', newKeys: false, outcome: 'HIT' },
  { name: 'miss', path: '/miss', newKeys: true, outcome: 'MISS' },
  { name: 'pass', path: '/pass', newKeys: false, outcome: 'BYPASS' },
]

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '5' },
    rounds: { type: 'string', default: '5' },
    connections: { type: 'string', default: '10' },
    cli: { type: 'string', default: 'src/cli.ts' },
  },
})
const seconds = parseCount('seconds')
const roundCount = parseCount('rounds')
const connections = parseCount('connections')

const origin = await startOrigin()
try {
  const weir = await startWeir(values.cli, origin.url)
  try {
    const generators = await findGenerators()
    const [cpu] = cpus()
    console.log(
      `1 KiB of JSON, ${connections} connections, medians of ${roundCount} rounds of ${seconds} s; ` +
        `node ${process.version}, ${availableParallelism()} × ${cpu?.model.trim() ?? 'unknown processor'}\n`,
    )
    console.log(
      row(['generator', 'case', 'bare /s', 'weir /s', 'weir ÷ bare', 'p50 ms', 'p99 ms', 'origin requests']),
    )
    console.log(row(Array.from({ length: 8 }, () => '---')))
    for (const generator of generators) await compare(generator, weir.url)
  } finally {
    await weir.stop()
  }
} finally {
  await origin.stop()
}

/** Runs the cases in turns, so that a slow spell of the machine falls on all of them, and prints a row for each. */
async function compare(generator: Generator, weirUrl: string): Promise<void> {
  const rounds = new Map<string, Round[]>(cases.map(({ name }) => [name, []]))
  for (const one of cases) await measureRound(generator, weirUrl, one, 1, false)
  for (let index = 0; index < roundCount; index += 1) {
    for (const one of cases) {
      rounds.get(one.name)!.push(await measureRound(generator, weirUrl, one, seconds, index % 2 === 0))
    }
  }
  for (const [name, results] of rounds) console.log(summarise(generator.name, name, results))
}

async function measureRound(
  generator: Generator,
  weirUrl: string,
  { path, newKeys, outcome }: Case,
  roundSeconds: number,
  bareFirst: boolean,
): Promise<Round> {
  const load = { newKeys, seconds: roundSeconds, connections }
  const measureBare = (): Promise<Measurement> => generator.measure({ ...load, url: origin.url + path })
  const earlier = bareFirst ? await measureBare() : null
  await expectOutcome(weirUrl + path, newKeys, outcome)
  const before = await originAnswered()
  const weir = await generator.measure({ ...load, url: weirUrl + path })
  const originRequests = (await originAnswered()) - before
  return { bare: earlier ?? (await measureBare()), weir, originRequests }
}

/** Asks twice: the first answer fills the cache where there is one to fill. */
async function expectOutcome(url: string, newKeys: boolean, outcome: string): Promise<void> {
  let seen: string | null = null
  for (const attempt of [1, 2]) {
    const response = await fetch(newKeys ? `${url}?probe=${performance.now()}-${attempt}` : url)
    await response.arrayBuffer()
    seen = response.headers.get('x-cache')
  }
  if (seen !== outcome)
    throw new Error(`${url} answers X-Cache: ${seen ?? 'nothing'} where ${outcome} was expected`)
}

async function originAnswered(): Promise<number> {
  return Number(await (await fetch(`${origin.url}/answered`)).text())
}

function summarise(generator: string, name: string, rounds: readonly Round[]): string {
  const of = (figure: (round: Round) => number): number => median(rounds.map(figure))
  const pair = (figure: (one: Measurement) => number): string =>
    `${of(({ bare }) => figure(bare)).toFixed(2)} → ${of(({ weir }) => figure(weir)).toFixed(2)}`
  return row([
    generator,
    name,
    of(({ bare }) => bare.answersPerSecond).toFixed(0),
    of(({ weir }) => weir.answersPerSecond).toFixed(0),
    of(({ bare, weir }) => weir.answersPerSecond / bare.answersPerSecond).toFixed(2),
    pair(({ p50Ms }) => p50Ms),
    pair(({ p99Ms }) => p99Ms),
    `${of(({ weir, originRequests }) => originRequests / weir.answers).toFixed(2)} per answer`,
  ])
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`
}

function parseCount(name: 'seconds' | 'rounds' | 'connections'): number {
  const count = Number(values[name])
  if (!Number.isInteger(count) || count < 1) throw new Error(`--${name} is a whole number of at least 1`)
  return count
}
