// A migration that adds one index to PostgreSQL while the table is in use.
import type { Migration } from './migrations.ts'

/** @param on table, method, columns and condition, as after ON; @param name the index's, which the migration takes over */
export function concurrentIndex(name: string, on: string): Migration {
  return {
    name,
    // A build that broke off leaves an index that is never used and looks as if it were there: begin without it.
    up: [`DROP INDEX CONCURRENTLY IF EXISTS ${name}`, `CREATE INDEX CONCURRENTLY ${name} ON ${on}`],
    down: [`DROP INDEX CONCURRENTLY IF EXISTS ${name}`],
    transaction: 'none',
  }
}
