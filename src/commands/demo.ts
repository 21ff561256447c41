// weir demo: the sample API in a process of its own, and weir in front of it.
import { type ChildProcess, fork } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { formatErrors } from '../config/errors.ts'
import { readConfig } from '../config/load.ts'
import type { Address } from '../config/model.ts'
import { run } from './serve.ts'

const accounts = fileURLToPath(new URL('../../examples/accounts/index.ts', import.meta.url))

/** Runs the demo until a signal; the exit code is 1 if it cannot start. */
export async function demo(file: string): Promise<number | null> {
  if (!existsSync(accounts)) throw new Error('the demo needs the examples folder of the repository')
  const loaded = await readConfig(file, process.env)
  if (loaded.kind === 'invalid') {
    process.stderr.write(`${formatErrors(loaded.errors)}\n`)
    return 1
  }
  const { hostname, port } = new URL(loaded.config.origin.url)
  const api = await startApi(hostname, port)
  const app = await run(loaded.config, loaded.warnings, () => api.kill())
  process.stdout.write(hints(app.data, app.manage, loaded.config.origin.url))
  return null
}

function startApi(host: string, port: string): Promise<ChildProcess> {
  return new Promise((resolve, reject) => {
    const api = fork(accounts, ['--host', host, '--port', port], {
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    })
    api.once('error', reject)
    api.once('exit', (code) =>
      reject(new Error(`the sample API did not start on ${host}:${port} (exit code ${code ?? 'none'})`)),
    )
    api.stdout?.once('data', () => resolve(api))
  })
}

function hints(data: Address, manage: Address, origin: string): string {
  const url = `http://${data.host}:${data.port}`
  return `
weir is in front of the sample API (${origin}). Try, twice:

  curl -i ${url}/api/accounts            MISS, and slow; then HIT, and fast
  curl ${origin}/api/accounts            the same without weir: slow each time
  curl http://${manage.host}:${manage.port}/health/performance

Ctrl-C stops both.

`
}
