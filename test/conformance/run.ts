// The command `npm run conformance`: runs the suite and compares with results.json; with --update, rewrites it.
import { readFile, writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { format, resolveConfig } from 'prettier'
import { fileURLToPath } from 'node:url'
import { runSuite } from './run-suite.ts'
import { loadSuite } from './suite.ts'
import {
  differences,
  type ExpectedById,
  formatFailures,
  formatSummary,
  judgeResults,
  updated,
} from './verdicts.ts'

const listFile = fileURLToPath(new URL('results.json', import.meta.url))
const { values } = parseArgs({ options: { update: { type: 'boolean', default: false } } })

const expected = JSON.parse(await readFile(listFile, 'utf8')) as ExpectedById
const suite = await loadSuite()
const judged = judgeResults(suite.tests, await runSuite(suite))
const list = values.update ? updated(judged, expected) : expected
if (values.update) await writeList(list)

for (const line of formatFailures(judged, list)) console.log(line)
console.log(formatSummary(judged))
const found = differences(judged, list)
if (found.length > 0) {
  console.error(['', 'Different from results.json:', ...found].join('\n'))
  process.exitCode = 1
}

async function writeList(byId: ExpectedById): Promise<void> {
  const options = await resolveConfig(listFile)
  await writeFile(listFile, await format(JSON.stringify(byId), { ...options, parser: 'json' }))
}
