// The process that `startStormWeir` watches.
import { startApp } from '../../src/app.ts'
import { formatErrors } from '../../src/config/errors.ts'
import { loadConfig } from '../../src/config/load.ts'
import { createLog } from '../../src/observe/log.ts'
import { systemClock } from '../../src/system-clock.ts'

const sections = JSON.parse(process.argv[2] ?? '{}') as { listen?: object }
const file = {
  ...sections,
  listen: { address: '127.0.0.1:0', ...sections.listen },
  manage: { listen: '127.0.0.1:0' },
  log: { requests: 'none' },
}
const loaded = loadConfig(JSON.stringify(file), { file: 'storm', env: {} })
if (loaded.kind === 'invalid') throw new Error(formatErrors(loaded.errors))
const log = createLog('warn', { write: (line) => void process.stderr.write(line) })
const app = await startApp(loaded.config, { clock: systemClock, log, random: Math.random })
process.send?.({ port: app.data.port, managePort: app.manage.port })
