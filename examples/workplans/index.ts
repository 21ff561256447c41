// The command `node examples/workplans/index.ts`.
import { runCommand } from '../shared/command.ts'
import { startWorkplansApi } from './start.ts'

await runCommand('workplans', (options) => startWorkplansApi(options))
