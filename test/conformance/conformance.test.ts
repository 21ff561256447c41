// The public HTTP cache test suite against weir itself, test by test as the committed list says.
import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { runSuite } from './run-suite.ts'
import { loadSuite } from './suite.ts'
import { differences, type ExpectedById, judgeResults } from './verdicts.ts'

const DEADLINE_MS = 300_000

test(
  'the public cache test suite finds what results.json says, and each exception has a reason',
  async () => {
    const expected = JSON.parse(
      await readFile(new URL('results.json', import.meta.url), 'utf8'),
    ) as ExpectedById
    const suite = await loadSuite()
    const judged = judgeResults(suite.tests, await runSuite(suite))
    expect(differences(judged, expected)).toEqual([])
  },
  DEADLINE_MS,
)
