// PostgreSQL for the examples: embedded in the process, or the server that DATABASE_URL names; each example in a schema of its own.
import { PGlite } from '@electric-sql/pglite'
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm'
import pg from 'pg'
import type { PoolState } from './health.ts'
import { type Migration, migrateTo, type Session } from './migrations.ts'

export interface PoolSettings {
  /** Connections that are kept, and how many more there may be in a burst. */
  readonly size: number
  readonly overflow: number
  /** How long a query waits for a connection. */
  readonly waitMs: number
  /** A connection is replaced after this long; 0: never. */
  readonly recycleSeconds: number
  /** A query is ended after this long; 0: never. */
  readonly statementTimeoutMs: number
}

export const plainPool: PoolSettings = {
  size: 10,
  overflow: 0,
  waitMs: 30_000,
  recycleSeconds: 0,
  statementTimeoutMs: 30_000,
}

export interface Queries {
  /** All rows of one statement, in the shape that the caller knows them to have; `$1` is the first parameter. */
  readonly rows: <Row>(sql: string, parameters?: readonly unknown[]) => Promise<readonly Row[]>
}

export interface Postgres extends Queries {
  /** Lends one connection for as long as `work` takes, for what has to stay together. */
  readonly lend: <Result>(work: (connection: Queries) => Promise<Result>) => Promise<Result>
  readonly pool: () => PoolState
  readonly close: () => Promise<void>
}

/** Opens the schema, and creates it where there is none. @param url a server's; undefined embeds one in memory */
export async function openPostgres(
  schema: string,
  url: string | undefined = process.env.DATABASE_URL,
  settings: PoolSettings = plainPool,
): Promise<Postgres> {
  return url === undefined ? openEmbedded(schema) : openServer(schema, url, settings)
}

async function openServer(schema: string, url: string, settings: PoolSettings): Promise<Postgres> {
  const pool = new pg.Pool({
    connectionString: url,
    options: `-c search_path=${schema},public`,
    min: settings.size,
    max: settings.size + settings.overflow,
    connectionTimeoutMillis: settings.waitMs,
    maxLifetimeSeconds: settings.recycleSeconds,
    statement_timeout: settings.statementTimeoutMs,
  })
  // An idle connection that the server ends leaves the pool; without a listener that would end the process.
  pool.on('error', ({ message }) => {
    if (!pool.ending) console.error(`a connection to PostgreSQL was lost: ${message}`)
  })
  const queriesOn = (client: pg.Pool | pg.PoolClient): Queries => ({
    rows: async <Row>(sql: string, parameters: readonly unknown[] = []) =>
      (await client.query(sql, [...parameters])).rows as readonly Row[],
  })
  await pool.query(`CREATE SCHEMA IF NOT EXISTS ${schema}`)
  return {
    ...queriesOn(pool),
    lend: async (work) => {
      const client = await pool.connect()
      try {
        return await work(queriesOn(client))
      } finally {
        client.release()
      }
    },
    pool: () => ({
      pool_size: settings.size,
      checked_out: pool.totalCount - pool.idleCount,
      overflow: Math.max(0, pool.totalCount - settings.size),
      total_connections: pool.totalCount,
    }),
    close: () => pool.end(),
  }
}

/** One connection, which all take in turns: PGlite runs PostgreSQL in this process, one query at a time. */
async function openEmbedded(schema: string): Promise<Postgres> {
  const database = await PGlite.create({ extensions: { pg_trgm } })
  await database.exec(`CREATE SCHEMA ${schema}; SET search_path = ${schema}, public`)
  let last: Promise<unknown> = Promise.resolve()
  let users = 0
  const queries: Queries = {
    rows: async <Row>(sql: string, parameters: readonly unknown[] = []) =>
      (await database.query(sql, [...parameters])).rows as readonly Row[],
  }
  const lend = <Result>(work: (connection: Queries) => Promise<Result>): Promise<Result> => {
    users += 1
    const turn = last.then(() => work(queries)).finally(() => (users -= 1))
    last = turn.catch(() => undefined)
    return turn
  }
  return {
    rows: (sql, parameters) => lend(({ rows }) => rows(sql, parameters)),
    lend,
    pool: () => ({ pool_size: 1, checked_out: Math.min(1, users), overflow: 0, total_connections: 1 }),
    close: () => database.close(),
  }
}

export interface Preparation {
  readonly migrations: readonly Migration[]
  /** The first, which makes the tables. */
  readonly tables: string
  /** The state that is wanted. */
  readonly last: string
  /** A table that has rows once the schema is seeded. */
  readonly seeded: string
  readonly seed: (connection: Queries) => Promise<void>
}

/** Makes the tables, seeds them where they are empty, and migrates up or down to the state wanted. */
export async function preparePostgres(
  postgres: Postgres,
  { migrations, tables, last, seeded, seed }: Preparation,
): Promise<void> {
  await postgres.lend((connection) =>
    withMigrationLock(connection, async () => {
      const session = postgresSession(connection)
      const [made] = await connection.rows<{ name: string | null }>('SELECT to_regclass($1)::text AS name', [
        seeded,
      ])
      if (made?.name === null) await migrateTo(session, migrations, tables)
      const [row] = await connection.rows(`SELECT 1 FROM ${seeded} LIMIT 1`)
      if (row === undefined) await inTransaction(connection, () => seed(connection))
      await migrateTo(session, migrations, last)
      await connection.rows('ANALYZE')
    }),
  )
}

/** Runs `work` in one transaction: all of it is committed, or nothing. */
export async function inTransaction<Result>(
  connection: Queries,
  work: () => Promise<Result>,
): Promise<Result> {
  await connection.rows('BEGIN')
  try {
    const result = await work()
    await connection.rows('COMMIT')
    return result
  } catch (error) {
    await connection.rows('ROLLBACK')
    throw error
  }
}

export function postgresSession(connection: Queries): Session {
  return { execute: (statement) => connection.rows(statement) }
}

// To wait for the lock would be to hold a snapshot, and CREATE INDEX CONCURRENTLY waits for everybody who holds one.
async function withMigrationLock(connection: Queries, work: () => Promise<void>): Promise<void> {
  const lock = `hashtext(current_schema() || ' migrations')`
  const [answer] = await connection.rows<{ taken: boolean }>(`SELECT pg_try_advisory_lock(${lock}) AS taken`)
  if (answer?.taken !== true)
    throw new Error('another process is migrating this schema: start again when it is done')
  try {
    await work()
  } finally {
    await connection.rows(`SELECT pg_advisory_unlock(${lock})`)
  }
}
