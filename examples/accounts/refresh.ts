// A refresh: a new reading of every active account, in both windows, written to the history.
import type { DatabaseSync } from 'node:sqlite'
import { allRows, inTransaction } from '../shared/sqlite.ts'
import type { ReadLatestUsage } from './latest-usage.ts'
import { nextReading, type UsageWindow } from './usage-reading.ts'

export interface RefreshRules {
  readonly readLatestUsage: ReadLatestUsage
  /** What the rows of the primary window say. */
  readonly primary: 'primary' | null
  /** 'row': as in the report, the write half of its problem. 'refresh': one commit for all of it. */
  readonly commit: 'row' | 'refresh'
}

export const windows: readonly UsageWindow[] = ['primary', 'secondary']

/** Takes the readings at `recordedAt` (epoch ms); gives the number of rows written. */
export function refreshUsage(
  connection: DatabaseSync,
  { readLatestUsage, primary, commit }: RefreshRules,
  recordedAt: number,
  random: () => number,
): number {
  const latest = readLatestUsage(connection)
  const active = allRows<{ id: string }>(connection, `SELECT id FROM accounts WHERE status = 'active'`)
  const insert = connection.prepare(
    `INSERT INTO usage_history (account_id, window, used_percent, window_minutes, reset_at, recorded_at)
     VALUES (?, ?, ?, ?, ?, ?)`,
  )
  const stamp = connection.prepare('UPDATE accounts SET refreshed_at = ? WHERE id = ?')

  const write = (): number => {
    for (const { id } of active) {
      for (const window of windows) {
        const reading = nextReading(window, latest[window].get(id), recordedAt, random)
        const { used_percent, window_minutes, reset_at, recorded_at } = reading
        const stored = window === 'primary' ? primary : window
        insert.run(id, stored, used_percent, window_minutes, reset_at, recorded_at)
      }
      stamp.run(new Date(recordedAt).toISOString(), id)
    }
    return active.length * windows.length
  }
  return commit === 'refresh' ? inTransaction(connection, write) : write()
}
