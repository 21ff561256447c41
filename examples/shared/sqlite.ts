// A SQLite file, one connection to it, and a folder of its own for it that goes when it is closed.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import type { PoolState } from './health.ts'
import type { Session } from './migrations.ts'

export interface SqliteSettings {
  /** 'wal' lets readers go on while somebody writes; 'delete' is SQLite's default, where a commit shuts them out. */
  readonly journal: 'delete' | 'wal'
  /** How long a statement waits for a lock that another connection holds before it fails as SQLITE_BUSY. */
  readonly busyTimeoutMs: number
}

/** Opens the file, and creates it where there is none. */
export function openSqlite(file: string, { journal, busyTimeoutMs }: SqliteSettings): DatabaseSync {
  const connection = new DatabaseSync(file, { timeout: busyTimeoutMs })
  connection.exec(`PRAGMA journal_mode = ${journal}`)
  return connection
}

/** A new folder for database files; `remove` deletes it with all that is in it. */
export function databaseFolder(name: string): { file(base: string): string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), `${name}-`))
  return {
    file: (base) => join(folder, base),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

export function sqliteSession(connection: DatabaseSync): Session {
  return {
    execute: (statement) => new Promise((resolve) => resolve(connection.prepare(statement).all())),
  }
}

/** All rows of a query, in the shape that the caller knows it to have. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- a query's text has no type to infer a row from
export function allRows<Row>(
  connection: DatabaseSync,
  sql: string,
  ...parameters: readonly SQLInputValue[]
): readonly Row[] {
  return connection.prepare(sql).all(...parameters) as unknown as readonly Row[]
}

/** The first row of a query, undefined where there is none. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- a query's text has no type to infer a row from
export function firstRow<Row>(
  connection: DatabaseSync,
  sql: string,
  ...parameters: readonly SQLInputValue[]
): Row | undefined {
  return connection.prepare(sql).get(...parameters) as unknown as Row | undefined
}

/** Runs `work` in one transaction: all of it is committed, or nothing. */
export function inTransaction<Result>(connection: DatabaseSync, work: () => Result): Result {
  connection.exec('BEGIN IMMEDIATE')
  try {
    const result = work()
    connection.exec('COMMIT')
    return result
  } catch (error) {
    connection.exec('ROLLBACK')
    throw error
  }
}

/** node:sqlite is synchronous: a connection is in use only while JavaScript runs, so nobody ever sees it checked out. */
export function sqlitePool(connections: readonly DatabaseSync[]): PoolState {
  const open = connections.filter(({ isOpen }) => isOpen).length
  return { pool_size: connections.length, checked_out: 0, overflow: 0, total_connections: open }
}

/** The steps by which SQLite would carry out a query, one line each, such as `SEARCH t USING INDEX i (a=?)`. */
export function explainSqlite(
  connection: DatabaseSync,
  sql: string,
  ...parameters: readonly SQLInputValue[]
): readonly string[] {
  const steps = allRows<{ detail: string }>(connection, `EXPLAIN QUERY PLAN ${sql}`, ...parameters)
  return steps.map(({ detail }) => detail)
}
