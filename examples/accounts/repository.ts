// Everything the API reads from and writes to its database.
import type { DatabaseSync, SQLInputValue } from 'node:sqlite'
import type { Database } from './database.ts'
import type { LatestUsage, ReadLatestUsage } from './latest-usage.ts'
import { nextReading, type UsageReading, type UsageWindow } from './usage-reading.ts'

export interface Account {
  readonly id: string
  readonly email: string
  readonly plan: string
  readonly status: string
  readonly created_at: string
  readonly refreshed_at: string | null
}

export interface AccountWithUsage extends Account {
  readonly usage: { readonly primary: UsageReading | null; readonly secondary: UsageReading | null }
}

export interface AccountChange {
  readonly plan?: string | undefined
  readonly status?: string | undefined
}

/** Newest first; `before` is the id of the last row of the page before. */
export interface Page {
  readonly limit: number
  readonly before: number | null
}

export interface Row {
  readonly id: number
}

export interface AccountsRepository {
  list(): readonly AccountWithUsage[]
  find(id: string): AccountWithUsage | undefined
  hasEmail(email: string): boolean
  add(account: Account): void
  /** False where there is no such account; the same of `remove`. */
  change(id: string, change: AccountChange): boolean
  remove(id: string): boolean
  usageHistory(accountId: string | null, page: Page): readonly Row[]
  requestLogs(page: Page): readonly Row[]
  /** Takes a new reading of every active account at `recordedAt` (epoch ms); gives the number of rows written. */
  refreshUsage(recordedAt: number): number
  /** Fails when the database does not answer. */
  ping(): void
}

export interface RepositoryParts {
  readonly database: Database
  readonly readLatestUsage: ReadLatestUsage
  readonly random: () => number
}

const windows: readonly UsageWindow[] = ['primary', 'secondary']
const readingColumns = 'used_percent, window_minutes, reset_at, recorded_at'

export function createRepository({ database, readLatestUsage, random }: RepositoryParts): AccountsRepository {
  return {
    list: () =>
      database.use((connection) => {
        const accounts = allAccounts(connection)
        const latest = readLatestUsage(connection)
        return accounts.map((account) => withUsage(account, latest))
      }),
    find: (id) => database.use((connection) => findAccount(connection, id)),
    hasEmail: (email) =>
      database.use(
        (connection) => connection.prepare('SELECT 1 FROM accounts WHERE email = ?').get(email) !== undefined,
      ),
    add: (account) =>
      database.use((connection) => {
        connection
          .prepare('INSERT INTO accounts (id, email, plan, status, created_at) VALUES (?, ?, ?, ?, ?)')
          .run(account.id, account.email, account.plan, account.status, account.created_at)
      }),
    change: (id, { plan, status }) =>
      database.use((connection) => {
        const { changes } = connection
          .prepare(
            `UPDATE accounts SET plan = coalesce(?, plan), status = coalesce(?, status)
             WHERE id = ?`,
          )
          .run(plan ?? null, status ?? null, id)
        return changes > 0
      }),
    remove: (id) =>
      database.use(
        (connection) => connection.prepare('DELETE FROM accounts WHERE id = ?').run(id).changes > 0,
      ),
    usageHistory: (accountId, page) =>
      database.use((connection) => {
        const columns = `id, account_id, coalesce(window, 'primary') AS window, ${readingColumns}`
        return accountId === null
          ? newest(connection, `SELECT ${columns} FROM usage_history WHERE true`, [], page)
          : newest(connection, `SELECT ${columns} FROM usage_history WHERE account_id = ?`, [accountId], page)
      }),
    requestLogs: (page) =>
      database.use((connection) => newest(connection, 'SELECT * FROM request_logs WHERE true', [], page)),
    refreshUsage: (recordedAt) => database.use((connection) => writeReadings(connection, recordedAt)),
    ping: () => {
      database.use((connection) => connection.prepare('SELECT 1').get())
    },
  }

  // Every row commits on its own, as in the report: the write half of the problem.
  function writeReadings(connection: DatabaseSync, recordedAt: number): number {
    const latest = readLatestUsage(connection)
    const insert = connection.prepare(
      `INSERT INTO usage_history (account_id, window, ${readingColumns}) VALUES (?, ?, ?, ?, ?, ?)`,
    )
    const stamp = connection.prepare('UPDATE accounts SET refreshed_at = ? WHERE id = ?')
    const active = allAccounts(connection).filter((account) => account.status === 'active')
    for (const { id } of active) {
      for (const window of windows) {
        const reading = nextReading(window, latest[window].get(id), recordedAt, random)
        const { used_percent, window_minutes, reset_at, recorded_at } = reading
        const stored = window === 'primary' ? null : window
        insert.run(id, stored, used_percent, window_minutes, reset_at, recorded_at)
      }
      stamp.run(new Date(recordedAt).toISOString(), id)
    }
    return active.length * windows.length
  }
}

function allAccounts(connection: DatabaseSync): readonly Account[] {
  return connection.prepare('SELECT * FROM accounts ORDER BY email').all() as unknown as readonly Account[]
}

function findAccount(connection: DatabaseSync, id: string): AccountWithUsage | undefined {
  const account = connection.prepare('SELECT * FROM accounts WHERE id = ?').get(id) as unknown as
    Account | undefined
  if (account === undefined) return undefined
  const latest = connection.prepare(
    `SELECT ${readingColumns} FROM usage_history WHERE account_id = ? AND coalesce(window, 'primary') = ?
     ORDER BY recorded_at DESC, id DESC LIMIT 1`,
  )
  const reading = (window: UsageWindow): UsageReading | null =>
    (latest.get(id, window) as unknown as UsageReading | undefined) ?? null
  return { ...account, usage: { primary: reading('primary'), secondary: reading('secondary') } }
}

function withUsage(account: Account, latest: LatestUsage): AccountWithUsage {
  const reading = (window: UsageWindow): UsageReading | null => {
    const row = latest[window].get(account.id)
    if (row === undefined) return null
    const { used_percent, window_minutes, reset_at, recorded_at } = row
    return { used_percent, window_minutes, reset_at, recorded_at }
  }
  return { ...account, usage: { primary: reading('primary'), secondary: reading('secondary') } }
}

function newest(
  connection: DatabaseSync,
  select: string,
  parameters: readonly SQLInputValue[],
  page: Page,
): readonly Row[] {
  return connection
    .prepare(`${select} AND id < ? ORDER BY id DESC LIMIT ?`)
    .all(...parameters, page.before ?? Number.MAX_SAFE_INTEGER, page.limit) as unknown as readonly Row[]
}
