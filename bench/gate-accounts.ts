// The gate of report 000: the accounts list at ten clients, through weir, while another process writes to the same file.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { databaseFolder } from '../examples/shared/sqlite.ts'
import { type Check, check } from './gate-check.ts'
import { latenciesOf, measureLoop } from './reports-load.ts'
import { startExample, startWeirFor, withoutSection } from './reports-servers.ts'
import { stopProcess } from './servers.ts'

const clients = 10

/** An answer that is not a 200 ends the gate: SQLITE_BUSY would be a 500. */
export async function gateAccounts(seconds: number, without: readonly string[]): Promise<readonly Check[]> {
  const folder = databaseFolder('gate-accounts')
  const file = folder.file('store.db')
  const api = await startExample('accounts', 'repaired', { DATABASE_FILE: file })
  try {
    const weir = await startWeirFor('accounts', api.url, (config) => without.reduce(withoutSection, config))
    const writer = await startWriter(file)
    try {
      const direct = latenciesOf(await measureLoop({ url: `${api.url}/api/accounts` }, clients, seconds))
      const through = latenciesOf(await measureLoop({ url: `${weir.url}/api/accounts` }, clients, seconds))
      const commits = await endWriter(writer)
      return [
        check('p95 of the accounts list, ms', through.p95Ms, 'at most', 200, direct.p95Ms),
        check('p99 of the accounts list, ms', through.p99Ms, 'at most', 500, direct.p99Ms),
        check('commits of the other process meanwhile', commits, 'at least', 10),
      ]
    } finally {
      await stopProcess(writer)
      await weir.stop()
    }
  } finally {
    await api.stop()
    folder.remove()
  }
}

async function startWriter(file: string): Promise<ChildProcess> {
  const script = fileURLToPath(new URL('gate-writer.ts', import.meta.url))
  const writer = spawn(process.execPath, [script, file], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] })
  await once(writer, 'message')
  return writer
}

/** Asks how many commits there were. */
async function endWriter(writer: ChildProcess): Promise<number> {
  const answer = once(writer, 'message')
  writer.send('how many')
  const [commits] = (await answer) as [number]
  return commits
}
