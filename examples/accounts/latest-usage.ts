// The latest usage of every account: the query that makes `GET /api/accounts` slow.
import type { DatabaseSync } from 'node:sqlite'
import type { UsageReading, UsageWindow } from './usage-reading.ts'

/** The newest reading by account id, for each window; an account without readings is absent. */
export type LatestUsage = Readonly<Record<UsageWindow, ReadonlyMap<string, UsageReading>>>

export type ReadLatestUsage = (connection: DatabaseSync) => LatestUsage

type UsageRow = UsageReading & { readonly account_id: string }

/** The form of the report: two queries bring every usage row into JavaScript, which keeps one per account and window. */
export const scanAllUsage: ReadLatestUsage = (connection) => ({
  primary: firstByAccount(connection, `window IS NULL OR window = 'primary'`),
  secondary: firstByAccount(connection, `window = 'secondary'`),
})

function firstByAccount(connection: DatabaseSync, condition: string): ReadonlyMap<string, UsageReading> {
  const rows = connection
    .prepare(`SELECT * FROM usage_history WHERE ${condition} ORDER BY account_id, recorded_at DESC, id DESC`)
    .all() as unknown as readonly UsageRow[]
  const latest = new Map<string, UsageReading>()
  for (const row of rows) {
    if (!latest.has(row.account_id)) latest.set(row.account_id, row)
  }
  return latest
}
