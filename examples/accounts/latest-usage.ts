// The latest usage of every account in both windows: as the report found it, and the two repairs that it offers.
import type { DatabaseSync } from 'node:sqlite'
import { allRows } from '../shared/sqlite.ts'
import type { UsageReading, UsageWindow } from './usage-reading.ts'

/** The newest reading by account id, for each window; an account without readings is absent. */
export type LatestUsage = Readonly<Record<UsageWindow, ReadonlyMap<string, UsageReading>>>

export type ReadLatestUsage = (connection: DatabaseSync) => LatestUsage

type UsageRow = UsageReading & { readonly account_id: string }

/** The slow form: two queries bring every usage row into JavaScript, which keeps one per account and window. */
export const scanAllUsage: ReadLatestUsage = (connection) => ({
  primary: firstByAccount(connection, `window IS NULL OR window = 'primary'`),
  secondary: firstByAccount(connection, `window = 'secondary'`),
})

function firstByAccount(connection: DatabaseSync, condition: string): ReadonlyMap<string, UsageReading> {
  const rows = allRows<UsageRow>(
    connection,
    `SELECT * FROM usage_history WHERE ${condition} ORDER BY account_id, recorded_at DESC, id DESC`,
  )
  const latest = new Map<string, UsageReading>()
  for (const row of rows) {
    if (!latest.has(row.account_id)) latest.set(row.account_id, row)
  }
  return latest
}

/** One row per account and window, both windows in one call. */
export const rankedUsageSql = `
  SELECT account_id, window, used_percent, window_minutes, reset_at, recorded_at
  FROM (
    SELECT *, row_number() OVER (PARTITION BY window, account_id ORDER BY recorded_at DESC, id DESC) AS age_rank
    FROM usage_history
    WHERE window IN ('primary', 'secondary')
  )
  WHERE age_rank = 1`

/** One step into the index for each account and window, however long their history is. */
export const soughtUsageSql = `
  WITH windows (name) AS (VALUES ('primary'), ('secondary'))
  SELECT account_id, window, used_percent, window_minutes, reset_at, recorded_at
  FROM windows
  CROSS JOIN accounts
  JOIN usage_history ON usage_history.id = (
    SELECT id FROM usage_history
    WHERE window = windows.name AND account_id = accounts.id
    ORDER BY recorded_at DESC, id DESC
    LIMIT 1
  )`

/**
 * Repaired by the window function: 33 rows leave the database, where 90,000 left it. SQLite still ranks every row, which
 * takes nearly as long as the scan.
 */
export const rankUsage: ReadLatestUsage = (connection) => byWindow(connection, rankedUsageSql)

/** Repaired by a subquery for each account: no longer grows with the history, only with the accounts. */
export const seekUsage: ReadLatestUsage = (connection) => byWindow(connection, soughtUsageSql)

function byWindow(connection: DatabaseSync, sql: string): LatestUsage {
  const rows = allRows<UsageRow & { readonly window: UsageWindow }>(connection, sql)
  const of = (window: UsageWindow): ReadonlyMap<string, UsageReading> =>
    new Map(rows.filter((row) => row.window === window).map((row) => [row.account_id, row]))
  return { primary: of('primary'), secondary: of('secondary') }
}
