// The database of the example: its schema, and one SQLite connection whose use is counted.
import { DatabaseSync } from 'node:sqlite'

const schema = `
  CREATE TABLE accounts (
    id           TEXT PRIMARY KEY,
    email        TEXT NOT NULL,
    plan         TEXT NOT NULL,
    status       TEXT NOT NULL,
    created_at   TEXT NOT NULL,
    refreshed_at TEXT
  );

  -- A NULL window means primary: rows were written before there was a second window.
  CREATE TABLE usage_history (
    id             INTEGER PRIMARY KEY,
    account_id     TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    window         TEXT,
    used_percent   REAL NOT NULL,
    window_minutes INTEGER NOT NULL,
    reset_at       TEXT NOT NULL,
    recorded_at    TEXT NOT NULL
  );

  CREATE TABLE request_logs (
    id            INTEGER PRIMARY KEY,
    account_id    TEXT REFERENCES accounts (id) ON DELETE SET NULL,
    requested_at  TEXT NOT NULL,
    model         TEXT NOT NULL,
    status        TEXT NOT NULL,
    input_tokens  INTEGER NOT NULL,
    output_tokens INTEGER NOT NULL,
    latency_ms    INTEGER NOT NULL
  );

  CREATE INDEX idx_usage_account_time ON usage_history (account_id, recorded_at);
  CREATE INDEX idx_usage_recorded_at ON usage_history (recorded_at);
`

export interface PoolState {
  readonly pool_size: number
  readonly checked_out: number
  readonly overflow: number
  readonly total_connections: number
}

export interface Database {
  /** Lends the connection for as long as `work` runs. */
  use<Result>(work: (connection: DatabaseSync) => Result): Result
  pool(): PoolState
  close(): void
}

/** Opens an empty database in memory, gone when it is closed. */
export function openDatabase(): Database {
  const connection = new DatabaseSync(':memory:')
  connection.exec(schema)
  let checkedOut = 0
  return {
    use: (work) => {
      checkedOut += 1
      try {
        return work(connection)
      } finally {
        checkedOut -= 1
      }
    },
    pool: () => ({
      pool_size: 1,
      checked_out: checkedOut,
      overflow: 0,
      total_connections: connection.isOpen ? 1 : 0,
    }),
    close: () => connection.close(),
  }
}

/** Runs `work` in one transaction: all of it is committed, or nothing. */
export function inTransaction(connection: DatabaseSync, work: () => void): void {
  connection.exec('BEGIN')
  try {
    work()
    connection.exec('COMMIT')
  } catch (error) {
    connection.exec('ROLLBACK')
    throw error
  }
}
