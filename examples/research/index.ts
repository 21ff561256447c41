// The command `node examples/research/index.ts`.
import { runCommand } from '../shared/command.ts'
import { startResearchApi } from './start.ts'

await runCommand('research', (options) => startResearchApi(options))
