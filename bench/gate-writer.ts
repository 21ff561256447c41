// The process that writes to the accounts' file during the gate: a refresh, a moment's pause, the next.
import { randomFrom } from '../examples/shared/random.ts'
import { openSqlite } from '../examples/shared/sqlite.ts'
import { accountsForms } from '../examples/accounts/forms.ts'
import { refreshUsage } from '../examples/accounts/refresh.ts'

const pauseMs = 20
const { sqlite, refresh } = accountsForms.repaired
const connection = openSqlite(process.argv[2]!, sqlite)
const random = randomFrom(1)
let commits = 0

setInterval(() => {
  refreshUsage(connection, refresh, Date.now(), random)
  commits += 1
}, pauseMs)
process.on('message', () => process.send!(commits))
process.once('disconnect', () => process.exit())
process.send!(commits)
