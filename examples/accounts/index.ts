// The command `node examples/accounts/index.ts`: the API in a process of its own, because its slow query blocks the event loop.
import { parseArgs } from 'node:util'
import { startAccountsApi } from './server.ts'

const { values } = parseArgs({
  options: { port: { type: 'string', default: '8000' }, host: { type: 'string', default: '127.0.0.1' } },
})
const api = await startAccountsApi({ port: Number(values.port), host: values.host })
console.log(`accounts API on ${api.url}`)

const stop = (): void => {
  api.close().then(
    () => process.exit(0),
    () => process.exit(1),
  )
}
process.once('SIGTERM', stop)
process.once('SIGINT', stop)
// Only a parent that forked this process has a channel to lose; a stdin that ends would also be that of any service.
process.once('disconnect', stop)
