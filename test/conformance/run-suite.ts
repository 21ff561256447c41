// One run of the suite: its origin, weir in front of it, and its client, each in a process of its own on a free port.
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import type { Suite } from './suite.ts'

/** By test id: true, or the kind of failure and what was wrong. */
export type SuiteResults = Readonly<Record<string, true | readonly [kind: string, message: string]>>

type Process = ChildProcessByStdio<null, Readable, null>

const cli = fileURLToPath(new URL('../../src/cli.ts', import.meta.url))
const suiteDeadlineMs = 120_000

/** The configuration of issue and README: one route that obeys the origin, heuristics allowed. */
const configuration = (originPort: string): string => `listen: 127.0.0.1:0
origin: http://127.0.0.1:${originPort}
manage: { listen: "127.0.0.1:0" }
log: { requests: none }
routes:
  - path: /*
    cache: { heuristic: true }
`

/** Runs every test; no process is left when it returns or throws. */
export async function runSuite({ folder }: Suite): Promise<SuiteResults> {
  const scratch = await mkdtemp(join(tmpdir(), 'weir-conformance-'))
  const running: Process[] = []
  const start = (args: readonly string[], environment: Readonly<Record<string, string>>): Process => {
    const child = spawn(process.execPath, args, {
      cwd: folder,
      env: { ...ownEnvironment(), ...environment },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    running.push(child)
    return child
  }
  try {
    const origin = start(['server/server.mjs'], settings({ port: '0', pidfile: join(scratch, 'pid') }))
    const originPort = await portFrom(origin, /^Listening on .*:(\d+)\/$/)
    const config = join(scratch, 'proxy.yaml')
    await writeFile(config, configuration(originPort))
    const weir = start([cli, 'serve', '--config', config], {})
    const weirPort = await portFrom(weir, /"listen":\{[^}]*"port":(\d+)/)
    const base = `http://127.0.0.1:${weirPort}`
    const client = start(['--no-warnings', 'cli.mjs'], settings({ id: '', base }))
    const late = setTimeout(() => client.kill(), suiteDeadlineMs)
    const output = await text(client.stdout)
    clearTimeout(late)
    return parseResults(output)
  } finally {
    await Promise.all(running.map(stop))
    await rm(scratch, { recursive: true, force: true })
  }
}

/** The suite is configured as npm configures scripts; what the npm that runs this says must not get in between. */
function ownEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)))
}

function settings(values: Readonly<Record<string, string>>): Record<string, string> {
  const stated = Object.entries({ protocol: 'http', ...values })
  return Object.fromEntries(stated.map(([name, value]) => [`npm_package_config_${name}`, value]))
}

/** The port that a process says it listens on; its further output is dropped. */
async function portFrom(child: Process, pattern: RegExp): Promise<string> {
  const lines = createInterface(child.stdout)
  return new Promise((resolve, reject) => {
    lines.on('line', (line) => {
      const port = pattern.exec(line)?.[1]
      if (port !== undefined) resolve(port)
    })
    child.once('exit', (code) =>
      reject(new Error(`${child.spawnargs.join(' ')} ended with code ${code} before it listened`)),
    )
  })
}

function parseResults(output: string): SuiteResults {
  try {
    return JSON.parse(output) as SuiteResults
  } catch {
    throw new Error(`the suite's client gave no results within ${suiteDeadlineMs} ms:\n${output}`)
  }
}

async function stop(child: Process): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGTERM')
  await exited
}
