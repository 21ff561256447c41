// The command `node examples/usage/index.ts`.
import { runCommand } from '../shared/command.ts'
import { startUsageApi } from './start.ts'

await runCommand('usage', (options) => startUsageApi(options))
