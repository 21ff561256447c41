// The command `npm run gate`: the criteria of reports 000 and 001 under traffic, with thresholds and an exit code.
import { parseArgs } from 'node:util'
import { gateAccounts } from './gate-accounts.ts'
import { formatChecks } from './gate-check.ts'
import { gateUsage } from './gate-usage.ts'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '15' },
    // For seeing that the gate can fail: `--without job`, `--without cache`.
    without: { type: 'string', multiple: true, default: [] },
  },
})
const seconds = Number(values.seconds)
if (!(seconds >= 8)) throw new Error('--seconds is at least 8: the collector needs time for two runs')

console.log('# usage: collector, history, management, polling and sign-in at the same time\n')
const usage = await gateUsage(seconds, values.without)
console.log(formatChecks(usage))
console.log('# accounts: ten clients, and a process that writes\n')
const accounts = await gateAccounts(seconds / 3, values.without)
console.log(formatChecks(accounts))

const failed = [...usage, ...accounts].filter(({ passed }) => !passed)
console.log(failed.length === 0 ? 'The gate is passed.' : `The gate is not passed: ${failed.length} failed.`)
process.exitCode = failed.length === 0 ? 0 : 1
