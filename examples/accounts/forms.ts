// What the slow form and the repaired form of the accounts API do differently, side by side.
import type { Form } from '../shared/form.ts'
import type { SqliteSettings } from '../shared/sqlite.ts'
import { scanAllUsage, seekUsage } from './latest-usage.ts'
import type { RefreshRules } from './refresh.ts'
import { commitEachRow, gatherRowsFirst, type OpenRequestLog } from './request-log.ts'

export interface AccountsForm {
  /** The state of the database: everything up to this migration. */
  readonly migration: string
  readonly sqlite: SqliteSettings
  readonly refresh: RefreshRules
  readonly openRequestLog: OpenRequestLog
  /** Who brings new readings: the client that asks for usage, who waits for them, or a schedule. */
  readonly refreshedBy: 'request' | 'schedule'
}

export const accountsForms: Readonly<Record<Form, AccountsForm>> = {
  slow: {
    migration: 'tables',
    sqlite: { journal: 'delete', busyTimeoutMs: 0 },
    refresh: { readLatestUsage: scanAllUsage, primary: null, commit: 'row' },
    openRequestLog: commitEachRow,
    refreshedBy: 'request',
  },
  repaired: {
    migration: 'accounts-by-email',
    // The report asks that reads never see SQLITE_BUSY; a timeout alone would make them wait for it instead.
    sqlite: { journal: 'wal', busyTimeoutMs: 5_000 },
    refresh: { readLatestUsage: seekUsage, primary: 'primary', commit: 'refresh' },
    openRequestLog: gatherRowsFirst,
    refreshedBy: 'schedule',
  },
}
