// The database of the accounts API, step by step: as the report found it, then what the report adds.
import type { Migration } from '../shared/migrations.ts'

export const migrations: readonly Migration[] = [
  {
    name: 'tables',
    up: [
      `CREATE TABLE accounts (
         id           TEXT PRIMARY KEY,
         email        TEXT NOT NULL,
         plan         TEXT NOT NULL,
         status       TEXT NOT NULL,
         created_at   TEXT NOT NULL,
         refreshed_at TEXT
       )`,
      // A NULL window means primary: rows were written before there was a second window.
      `CREATE TABLE usage_history (
         id             INTEGER PRIMARY KEY,
         account_id     TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
         window         TEXT,
         used_percent   REAL NOT NULL,
         window_minutes INTEGER NOT NULL,
         reset_at       TEXT NOT NULL,
         recorded_at    TEXT NOT NULL
       )`,
      `CREATE TABLE request_logs (
         id            INTEGER PRIMARY KEY,
         account_id    TEXT REFERENCES accounts (id) ON DELETE SET NULL,
         requested_at  TEXT NOT NULL,
         model         TEXT NOT NULL,
         status        TEXT NOT NULL,
         input_tokens  INTEGER NOT NULL,
         output_tokens INTEGER NOT NULL,
         latency_ms    INTEGER NOT NULL
       )`,
      'CREATE INDEX idx_usage_account_time ON usage_history (account_id, recorded_at)',
      'CREATE INDEX idx_usage_recorded_at ON usage_history (recorded_at)',
    ],
    down: ['DROP TABLE request_logs', 'DROP TABLE usage_history', 'DROP TABLE accounts'],
  },
  {
    name: 'window-stated',
    up: [`UPDATE usage_history SET window = 'primary' WHERE window IS NULL`],
    // The earlier code reads both as primary, so that nothing has to be undone; it cannot be told which rows were NULL.
    down: [],
  },
  {
    name: 'usage-by-window',
    up: [
      `CREATE INDEX IF NOT EXISTS idx_usage_window_account_recorded
       ON usage_history (window, account_id, recorded_at DESC)`,
      // Without figures the planner takes the older index, and reads a whole account that has no reading in one window.
      'ANALYZE usage_history',
    ],
    down: ['DROP INDEX IF EXISTS idx_usage_window_account_recorded'],
  },
  {
    name: 'accounts-by-email',
    up: ['CREATE INDEX IF NOT EXISTS idx_accounts_email ON accounts (email)'],
    down: ['DROP INDEX IF EXISTS idx_accounts_email'],
  },
]
