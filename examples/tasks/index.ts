// The command `node examples/tasks/index.ts`.
import { runCommand } from '../shared/command.ts'
import { startTasksApi } from './start.ts'

await runCommand('tasks', (options) => startTasksApi(options))
