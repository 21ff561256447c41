// How request log rows reach the database: one commit for each, or gathered and written together.
import type { DatabaseSync } from 'node:sqlite'
import { inTransaction } from '../shared/sqlite.ts'

export interface LogRow {
  readonly account_id: string | null
  readonly requested_at: string
  readonly model: string
  readonly status: string
  readonly input_tokens: number
  readonly output_tokens: number
  readonly latency_ms: number
}

export interface RequestLog {
  write(row: LogRow): void
  /** Writes what is gathered. */
  flush(): void
  /** Flushes, and lets no timer behind. */
  close(): void
}

export type OpenRequestLog = (connection: DatabaseSync) => RequestLog

/** A reader sees a row after this long at the latest; a crash loses no more than that. */
const gatherMs = 1_000
const gatherRows = 500

/** The slow form: every request takes the writer's lock, and waits for the disk, once. */
export const commitEachRow: OpenRequestLog = (connection) => {
  const insert = prepareInsert(connection)
  return { write: insert, flush: () => undefined, close: () => undefined }
}

/** The repaired form: one transaction for all rows of a second. */
export const gatherRowsFirst: OpenRequestLog = (connection) => {
  const insert = prepareInsert(connection)
  let gathered: LogRow[] = []
  const flush = (): void => {
    const rows = gathered
    if (rows.length === 0) return
    inTransaction(connection, () => {
      for (const row of rows) insert(row)
    })
    gathered = []
  }
  const timer = setInterval(() => {
    try {
      flush()
    } catch (error) {
      // The rows stay where they are for the next turn: a lock that is held is not a reason to lose them, or to stop.
      console.error('request logs could not be written', error)
    }
  }, gatherMs)
  return {
    write: (row) => {
      gathered.push(row)
      if (gathered.length >= gatherRows) flush()
    },
    flush,
    close: () => {
      clearInterval(timer)
      flush()
    },
  }
}

function prepareInsert(connection: DatabaseSync): (row: LogRow) => void {
  const insert = connection.prepare(
    `INSERT INTO request_logs (account_id, requested_at, model, status, input_tokens, output_tokens, latency_ms)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
  )
  return (row) => {
    const { account_id, requested_at, model, status, input_tokens, output_tokens, latency_ms } = row
    insert.run(account_id, requested_at, model, status, input_tokens, output_tokens, latency_ms)
  }
}
