// Migrations that go up and down: each is recorded where it was made, and running them again changes nothing.

/** One connection: a migration's transaction must not be spread over a pool. */
export interface Session {
  /** Runs one statement; gives its rows. */
  execute(statement: string): Promise<readonly Readonly<Record<string, unknown>>[]>
}

export interface Migration {
  /** Lower-case words joined by hyphens, unique; the order is that of the list. */
  readonly name: string
  readonly up: readonly string[]
  readonly down: readonly string[]
  /**
   * 'none' for statements that refuse to run in a transaction (CREATE INDEX CONCURRENTLY). If one fails half-way it is not
   * recorded and runs again from its start: its statements must bear that.
   */
  readonly transaction?: 'none'
}

/**
 * Brings a database to the state after the migration named `last` (null: before the first), up or down from wherever it is.
 * Gives what was done, such as `+add-index` or `-add-index`. The caller sees to it that nobody else migrates meanwhile.
 */
export async function migrateTo(
  session: Session,
  migrations: readonly Migration[],
  last: string | null,
): Promise<readonly string[]> {
  const end = last === null ? 0 : migrations.findIndex(({ name }) => name === last) + 1
  if (last !== null && end === 0) throw new Error(`there is no migration "${last}"`)
  const recorded = await recordedNames(session)
  const undone = migrations.slice(end).filter(({ name }) => recorded.has(name))
  const missing = migrations.slice(0, end).filter(({ name }) => !recorded.has(name))
  for (const migration of undone.toReversed()) await step(session, migration, 'down')
  for (const migration of missing) await step(session, migration, 'up')
  return [...undone.toReversed().map(({ name }) => `-${name}`), ...missing.map(({ name }) => `+${name}`)]
}

async function recordedNames(session: Session): Promise<ReadonlySet<string>> {
  await session.execute(
    'CREATE TABLE IF NOT EXISTS migrations (name TEXT PRIMARY KEY, applied_at TEXT NOT NULL)',
  )
  const rows = await session.execute('SELECT name FROM migrations')
  return new Set(rows.map(({ name }) => String(name)))
}

async function step(session: Session, migration: Migration, direction: 'up' | 'down'): Promise<void> {
  const record =
    direction === 'up'
      ? `INSERT INTO migrations (name, applied_at) VALUES ('${migration.name}', '${new Date().toISOString()}')`
      : `DELETE FROM migrations WHERE name = '${migration.name}'`
  if (migration.transaction === 'none') {
    for (const statement of [...migration[direction], record]) await session.execute(statement)
    return
  }
  await session.execute('BEGIN')
  try {
    for (const statement of [...migration[direction], record]) await session.execute(statement)
    await session.execute('COMMIT')
  } catch (error) {
    await session.execute('ROLLBACK')
    throw error
  }
}
