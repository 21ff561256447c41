// The command `node examples/accounts/index.ts`.
import { runCommand } from '../shared/command.ts'
import { startAccountsApi } from './start.ts'

await runCommand('accounts', (options) => startAccountsApi(options))
