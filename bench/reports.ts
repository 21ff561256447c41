// The command `npm run bench:reports`: every endpoint of the reports, slow and repaired, asked directly and through weir.
import { writeFile } from 'node:fs/promises'
import { arch, availableParallelism, cpus, loadavg, platform, totalmem } from 'node:os'
import { parseArgs } from 'node:util'
import { fileURLToPath } from 'node:url'
import { formNames, type Form } from '../examples/shared/form.ts'
import { gateAccounts } from './gate-accounts.ts'
import { formatChecks } from './gate-check.ts'
import { gateUsage } from './gate-usage.ts'
import { type Claim, claims } from './reports-claims.ts'
import { type Latencies, latenciesOf, measureLoop } from './reports-load.ts'
import { type ExampleName, startExample, startWeirFor } from './reports-servers.ts'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '2' },
    rounds: { type: 'string', default: '3' },
    clients: { type: 'string', default: '10' },
    only: { type: 'string' },
    out: { type: 'string', default: fileURLToPath(new URL('reports.md', import.meta.url)) },
  },
})
const seconds = Number(values.seconds)
const rounds = Number(values.rounds)
const clients = Number(values.clients)
const gateSeconds = 15

interface FormFigures {
  readonly direct: Latencies
  readonly cold: Latencies
  readonly warm: Latencies
}

const figures = new Map<Claim, Map<Form, FormFigures>>(claims.map((claim) => [claim, new Map()]))
const examples = [...new Set(claims.map(({ example }) => example))].filter(
  (name) => values.only === undefined || values.only === name,
)
for (const example of examples) for (const form of formNames) await measureExample(example, form)

const table = describeMachine() + formatTable()
const report = values.only === undefined ? table + (await describeGate()) : table
if (values.only === undefined) await writeFile(values.out, report)
console.log(report)

async function measureExample(example: ExampleName, form: Form): Promise<void> {
  const api = await startExample(example, form)
  const weir = await startWeirFor(example, api.url).catch(async (error: unknown) => {
    await api.stop()
    throw error
  })
  try {
    for (const claim of claims.filter((one) => one.example === example)) {
      const [direct, through] = [askOf(claim, api.url), askOf(claim, weir.url)]
      // The first answers compile the code that gives them: they are nobody's figures.
      await measureLoop(direct, 1, 0)
      await measureLoop(through, 1, 0)
      const directly = await measureLoop(direct, clients, seconds)
      const cold: number[] = []
      for (let round = 0; round < rounds; round += 1) {
        await clear(weir.manageUrl)
        cold.push(...(await measureLoop(through, clients, 0)))
      }
      const warm = await measureLoop(through, clients, seconds)
      figures.get(claim)!.set(form, {
        direct: latenciesOf(directly),
        cold: latenciesOf(cold),
        warm: latenciesOf(warm),
      })
      console.error(`${example} ${form} ${claim.path}`)
    }
  } finally {
    await weir.stop()
    await api.stop()
  }
}

function askOf({ path, headers = {} }: Claim, base: string): Parameters<typeof measureLoop>[0] {
  return { url: base + path, headers }
}

async function clear(manageUrl: string): Promise<void> {
  const { ok } = await fetch(`${manageUrl}/health/cache/clear`, { method: 'POST' })
  if (!ok) throw new Error('weir did not clear its cache')
}

function describeMachine(): string {
  const [cpu] = cpus()
  const memoryGib = (totalmem() / 2 ** 30).toFixed(0)
  const database = process.env.DATABASE_URL === undefined ? 'embedded (PGlite)' : 'a server (DATABASE_URL)'
  return `# The five reports, measured

Written by \`npm run bench:reports\`. Milliseconds, p50 / p95 / p99 at ${clients} clients at a time, each of which asks again as soon as it
is answered, for ${seconds} s. *Cold*: right after the cache was cleared, ${rounds} times, all clients at once, who share one fetch. *Warm*:
afterwards, refreshes in the background included. API, weir and clients run on one machine:
${availableParallelism()} × ${cpu?.model.trim() ?? 'unknown processor'}, ${memoryGib} GiB, ${platform()} ${arch()}, Node ${process.version}; PostgreSQL is ${database}. Load average at the end: ${loadavg()[0]!.toFixed(1)};
well above the number of processors, others were at work too, and the high percentiles are theirs.

*Kept by*: whether the p95 is within what the report promised, by the repair alone, by weir alone (warm, in front of the slow form), or by both.
The reports speak of single requests; here ten clients wait for one process, and for one connection where PostgreSQL is embedded.
\`/health\` is never cached: its figures through weir are those of a request that passes.

`
}

/** What the reports promise that is no time: the gate measures it. */
async function describeGate(): Promise<string> {
  const usage = formatChecks(await gateUsage(gateSeconds, []))
  const accounts = formatChecks(await gateAccounts(gateSeconds / 3, []))
  return `
## Criteria of the gate

From the same run, as \`npm run gate\` has them: the usage API under all its traffic at the same time, then the accounts API beside a
process that writes to the same file.

${usage}
${accounts}`
}

function formatTable(): string {
  const names = ['slow', 'repaired', 'weir + slow, cold', 'warm', 'weir + repaired, cold', 'warm']
  const lines = [
    ['report', 'endpoint', 'before', 'promised', ...names, 'kept by'],
    Array.from({ length: names.length + 5 }, () => '---'),
  ]
  for (const [claim, forms] of figures) {
    const [slow, repaired] = [forms.get('slow'), forms.get('repaired')]
    if (slow === undefined || repaired === undefined) continue
    const measured = [slow.direct, repaired.direct, slow.cold, slow.warm, repaired.cold, repaired.warm]
    const { example, path, before, promised, promisedMs } = claim
    lines.push([
      example,
      `\`${path}\``,
      before,
      promised,
      ...measured.map(formatLatencies),
      promisedMs === null ? '' : judge(promisedMs, repaired.direct, slow.warm),
    ])
  }
  return lines.map((cells) => `| ${cells.join(' | ')} |\n`).join('')
}

function formatLatencies({ p50Ms, p95Ms, p99Ms }: Latencies): string {
  return [p50Ms, p95Ms, p99Ms].map((ms) => (ms < 10 ? ms.toFixed(1) : ms.toFixed(0))).join(' / ')
}

function judge(promisedMs: number, repaired: Latencies, weir: Latencies): string {
  const keepers = [
    ...(repaired.p95Ms <= promisedMs ? ['the repair'] : []),
    ...(weir.p95Ms <= promisedMs ? ['weir'] : []),
  ]
  return keepers.length === 0 ? 'neither' : keepers.join(' and ')
}
