// The command `node examples/NAME/index.ts`: an API in a process of its own, because its slow queries block the event loop.
import { parseArgs } from 'node:util'
import { type Form, parseForm } from './form.ts'
import type { Api, ListenOptions } from './serve.ts'

export interface StartOptions extends ListenOptions {
  readonly form: Form
}

/** Starts the API as the command line says, tells where it listens, and closes it on a signal or with its parent. */
export async function runCommand(
  name: string,
  start: (options: StartOptions) => Promise<Api>,
  standardForm: Form = 'slow',
): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '8000' },
      host: { type: 'string', default: '127.0.0.1' },
      form: { type: 'string', default: standardForm },
    },
  })
  const api = await start({ port: Number(values.port), host: values.host, form: parseForm(values.form) })
  console.log(`${name} API on ${api.url}`)

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
}
