// weir demo: one of the sample APIs in a process of its own, and weir in front of it.
import { type ChildProcess, fork } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { formatErrors } from '../config/errors.ts'
import { readConfig } from '../config/load.ts'
import type { Address } from '../config/model.ts'
import { run } from './serve.ts'

/** The examples, each with a path that shows its report's problem. */
const slowPaths: ReadonlyMap<string, string> = new Map([
  ['accounts', '/api/accounts'],
  ['usage', '/api/usage/history?range=30d'],
  ['workplans', '/workstreams/workplan-index'],
  ['research', '/api/cards'],
  ['tasks', '/api/assigner/status'],
])

/** Runs an example until a signal; the exit code is 1 if it cannot start. @param file config/NAME.yaml by default */
export async function demo(name: string, file = `config/${name}.yaml`): Promise<number | null> {
  const slowPath = slowPaths.get(name)
  if (slowPath === undefined)
    throw new Error(`there is no example "${name}"; there are ${[...slowPaths.keys()].join(', ')}`)
  const script = fileURLToPath(new URL(`../../examples/${name}/index.ts`, import.meta.url))
  if (!existsSync(script)) throw new Error('the demo needs the examples folder of the repository')
  const loaded = await readConfig(file, process.env)
  if (loaded.kind === 'invalid') {
    process.stderr.write(`${formatErrors(loaded.errors)}\n`)
    return 1
  }
  const { hostname, port } = new URL(loaded.config.origin.url)
  const api = await startApi(script, hostname, port)
  const app = await run(loaded.config, loaded.warnings, { stopped: () => api.kill() })
  process.stdout.write(hints(slowPath, app.data, app.manage, loaded.config.origin.url))
  return null
}

function startApi(script: string, host: string, port: string): Promise<ChildProcess> {
  return new Promise((resolve, reject) => {
    const api = fork(script, ['--host', host, '--port', port], {
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    })
    api.once('error', reject)
    api.once('exit', (code) =>
      reject(new Error(`the sample API did not start on ${host}:${port} (exit code ${code ?? 'none'})`)),
    )
    api.stdout?.once('data', () => resolve(api))
  })
}

function hints(path: string, data: Address, manage: Address, origin: string): string {
  const url = `http://${data.host}:${data.port}`
  return `
weir is in front of the sample API (${origin}). Try, twice:

  curl -i '${url}${path}'    MISS, and slow; then HIT, and fast
  curl '${origin}${path}'       the same without weir: slow each time
  curl http://${manage.host}:${manage.port}/health/performance

In a browser, what happens as it happens: http://${manage.host}:${manage.port}/

Ctrl-C stops both.

`
}
