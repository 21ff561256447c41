// Everything the API reads from and writes to its database.
import type { DatabaseSync, SQLInputValue } from 'node:sqlite'
import { allRows, firstRow } from '../shared/sqlite.ts'
import type { AccountsForm } from './forms.ts'
import type { LatestUsage } from './latest-usage.ts'
import { refreshUsage } from './refresh.ts'
import type { RequestLog } from './request-log.ts'
import type { UsageReading, UsageWindow } from './usage-reading.ts'

export interface Account {
  readonly id: string
  readonly email: string
  readonly plan: string
  readonly status: string
  readonly created_at: string
  readonly refreshed_at: string | null
}

export interface Usage {
  readonly primary: UsageReading | null
  readonly secondary: UsageReading | null
}

export interface AccountWithUsage extends Account {
  readonly usage: Usage
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
  change(id: string, change: AccountChange): void
  remove(id: string): void
  usageHistory(accountId: string | null, page: Page): readonly Row[]
  /** The rows that have been written: what is still gathered comes a moment later. */
  requestLogs(page: Page): readonly Row[]
  readonly log: RequestLog
  /** Takes a new reading of every active account at `recordedAt` (epoch ms); gives the number of rows written. */
  refresh(recordedAt: number): number
  /** Fails when the database does not answer. */
  ping(): void
}

const readingColumns = 'used_percent, window_minutes, reset_at, recorded_at'

/** @param random a number in [0, 1), for the readings that a provider would give */
export function createRepository(
  connection: DatabaseSync,
  form: AccountsForm,
  random: () => number,
): AccountsRepository {
  return {
    list: () => {
      const accounts = allRows<Account>(connection, 'SELECT * FROM accounts ORDER BY email')
      const latest = form.refresh.readLatestUsage(connection)
      return accounts.map((account) => ({ ...account, usage: usageOf(account.id, latest) }))
    },
    find: (id) => {
      const account = firstRow<Account>(connection, 'SELECT * FROM accounts WHERE id = ?', id)
      return account === undefined ? undefined : { ...account, usage: findUsage(connection, id) }
    },
    hasEmail: (email) => firstRow(connection, 'SELECT 1 FROM accounts WHERE email = ?', email) !== undefined,
    add: ({ id, email, plan, status, created_at }) => {
      connection
        .prepare('INSERT INTO accounts (id, email, plan, status, created_at) VALUES (?, ?, ?, ?, ?)')
        .run(id, email, plan, status, created_at)
    },
    change: (id, { plan, status }) => {
      connection
        .prepare('UPDATE accounts SET plan = coalesce(?, plan), status = coalesce(?, status) WHERE id = ?')
        .run(plan ?? null, status ?? null, id)
    },
    remove: (id) => {
      connection.prepare('DELETE FROM accounts WHERE id = ?').run(id)
    },
    usageHistory: (accountId, page) => {
      const select = `SELECT id, account_id, coalesce(window, 'primary') AS window, ${readingColumns} FROM usage_history`
      return accountId === null
        ? newest(connection, `${select} WHERE true`, [], page)
        : newest(connection, `${select} WHERE account_id = ?`, [accountId], page)
    },
    requestLogs: (page) => newest(connection, 'SELECT * FROM request_logs WHERE true', [], page),
    log: form.openRequestLog(connection),
    refresh: (recordedAt) => refreshUsage(connection, form.refresh, recordedAt, random),
    ping: () => {
      firstRow(connection, 'SELECT 1')
    },
  }
}

function usageOf(accountId: string, latest: LatestUsage): Usage {
  const reading = (window: UsageWindow): UsageReading | null => {
    const row = latest[window].get(accountId)
    if (row === undefined) return null
    const { used_percent, window_minutes, reset_at, recorded_at } = row
    return { used_percent, window_minutes, reset_at, recorded_at }
  }
  return { primary: reading('primary'), secondary: reading('secondary') }
}

function findUsage(connection: DatabaseSync, accountId: string): Usage {
  const reading = (window: UsageWindow): UsageReading | null =>
    firstRow<UsageReading>(
      connection,
      `SELECT ${readingColumns} FROM usage_history WHERE account_id = ? AND coalesce(window, 'primary') = ?
       ORDER BY recorded_at DESC, id DESC LIMIT 1`,
      accountId,
      window,
    ) ?? null
  return { primary: reading('primary'), secondary: reading('secondary') }
}

function newest(
  connection: DatabaseSync,
  select: string,
  parameters: readonly SQLInputValue[],
  page: Page,
): readonly Row[] {
  const before = page.before ?? Number.MAX_SAFE_INTEGER
  return allRows(
    connection,
    `${select} AND id < ? ORDER BY id DESC LIMIT ?`,
    ...parameters,
    before,
    page.limit,
  )
}
