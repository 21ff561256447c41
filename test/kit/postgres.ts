// A PostgreSQL server of the tests' own: on a free port, in a folder that goes with it, from the machine's binaries.
import { execFileSync, type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import pg from 'pg'
import { installed } from './installed.ts'

export interface PostgresServer {
  /** For DATABASE_URL. */
  readonly url: string
  stop(): Promise<void>
}

const debianRoot = '/usr/lib/postgresql'
const missing =
  'the tests need PostgreSQL: install the package "postgresql" (its programs initdb and postgres are not on the PATH)'

/** Starts an empty server; one per test file is enough, with a schema for each test. */
export async function startPostgres(): Promise<PostgresServer> {
  const binaries = installed(findBinaries, 'postgresql', missing)
  const folder = mkdtempSync(join(tmpdir(), 'weir-postgres-'))
  const user = unprivilegedUser()
  if (user !== null) chownSync(folder, user.uid, user.gid)
  const run = { ...(user ?? {}), cwd: folder, env: { ...process.env, LC_ALL: 'C', HOME: folder } }
  const data = join(folder, 'data')
  const remove = (): void => rmSync(folder, { recursive: true, force: true })
  try {
    const options = ['-D', data, '-U', 'weir', '--auth=trust', '--encoding=UTF8', '--no-sync']
    execFileSync(join(binaries, 'initdb'), options, { ...run, stdio: ['ignore', 'ignore', 'pipe'] })
  } catch (error) {
    remove()
    throw error
  }
  const port = await freePort()
  const settings = [
    'fsync=off',
    'listen_addresses=127.0.0.1',
    `port=${port}`,
    `unix_socket_directories=${folder}`,
  ]
  const server = spawn(join(binaries, 'postgres'), ['-D', data, ...settings.flatMap((one) => ['-c', one])], {
    ...run,
    stdio: 'ignore',
  })
  const url = `postgres://weir@127.0.0.1:${port}/postgres`
  const stop = async (): Promise<void> => {
    await end(server)
    remove()
  }
  try {
    await untilReady(url, server)
  } catch (error) {
    await stop()
    throw error
  }
  return { url, stop }
}

/** Newest version first; null where none of the usual places has both programs. */
function findBinaries(): string | null {
  const versions = existsSync(debianRoot) ? readdirSync(debianRoot) : []
  const debian = versions
    .toSorted((a, b) => Number(b) - Number(a))
    .map((version) => join(debianRoot, version, 'bin'))
  const folders = [...(process.env.PATH ?? '').split(delimiter), ...debian]
  return (
    folders.find((folder) => ['initdb', 'postgres'].every((name) => existsSync(join(folder, name)))) ?? null
  )
}

/** PostgreSQL refuses to run as root. Null: this process is not root, and may run it itself. */
function unprivilegedUser(): { uid: number; gid: number } | null {
  if (process.getuid?.() !== 0) return null
  for (const name of ['postgres', 'nobody']) {
    try {
      const id = (flag: string): number =>
        Number(execFileSync('id', [flag, name], { stdio: 'pipe' }).toString())
      return { uid: id('-u'), gid: id('-g') }
    } catch {
      // This machine has no such user: try the next.
    }
  }
  throw new Error(
    'PostgreSQL refuses to run as root, and there is neither a user "postgres" nor a user "nobody"',
  )
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

async function untilReady(url: string, server: ChildProcess): Promise<void> {
  const giveUpAt = performance.now() + 20_000
  for (;;) {
    if (server.exitCode !== null) throw new Error(`postgres ended with exit code ${server.exitCode}`)
    const client = new pg.Client({ connectionString: url })
    try {
      await client.connect()
      await client.end()
      return
    } catch (error) {
      if (performance.now() > giveUpAt) throw error
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}

/** SIGINT: PostgreSQL ends its connections, and stops cleanly. */
async function end(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return
  const exited = once(server, 'exit')
  server.kill('SIGINT')
  await exited
}
